//! Wires `toss-webhook` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    platform::log::start("toss-webhook");
    gateway::run(toss_webhook::function(platform::Platform::of_process()?)).await
}
