//! Wires `sweep` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    platform::log::start("sweep");
    lambda_runtime::run(sweep::function(platform::Platform::of_process()?)).await
}
