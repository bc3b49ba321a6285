//! Wires `report` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    platform::log::start("report");
    lambda_runtime::run(report::function(platform::Platform::of_process()?)).await
}
