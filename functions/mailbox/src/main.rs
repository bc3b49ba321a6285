//! Wires the step `mailbox` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    web::run("mailbox", mailbox::handle).await
}
