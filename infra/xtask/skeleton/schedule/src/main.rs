//! Starts `skeleton-schedule` on Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    platform::log::start("skeleton-schedule");
    lambda_runtime::run(skeleton_schedule::function(platform::Platform::of_process()?)).await
}
