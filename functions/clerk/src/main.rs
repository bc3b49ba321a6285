//! Wires `clerk` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    cloud::log::start();
    lambda_runtime::run(clerk::function(cloud::Cloud::of_process()?)).await
}
