//! Starts `skeleton-queue` on Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    platform::log::start("skeleton-queue");
    lambda_runtime::run(skeleton_queue::function(platform::Platform::of_process()?)).await
}
