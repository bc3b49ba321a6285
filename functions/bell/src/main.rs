//! Wires the step `bell` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    web::run("bell", bell::handle).await
}
