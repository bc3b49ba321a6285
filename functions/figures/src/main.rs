//! Wires `figures` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    platform::log::start("figures");
    lambda_runtime::run(figures::function(platform::Platform::of_process()?)).await
}
