//! Wires the step `receipt` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    web::run("receipt", receipt::handle).await
}
