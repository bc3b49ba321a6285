//! Wires `relay` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    platform::log::start("relay");
    lambda_runtime::run(relay::function(platform::Platform::of_process()?)).await
}
