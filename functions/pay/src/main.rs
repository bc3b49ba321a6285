//! Wires the step `pay` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    web::run("pay", pay::handle).await
}
