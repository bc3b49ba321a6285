//! Wires `toss-webhook` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    cloud::log::start();
    lambda_http::run(toss_webhook::function(cloud::Cloud::of_process()?)).await
}
