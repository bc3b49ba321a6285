//! Wires the step `wait` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    web::run("wait", wait::handle).await
}
