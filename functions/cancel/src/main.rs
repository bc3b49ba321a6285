//! Wires the step `cancel` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    web::run("cancel", cancel::handle).await
}
