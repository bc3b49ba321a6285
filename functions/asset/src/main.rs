//! Wires `asset` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    platform::log::start("asset");
    gateway::run(asset::function(&platform::Platform::of_process()?)).await
}
