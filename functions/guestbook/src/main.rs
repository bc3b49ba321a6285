//! Wires the step `guestbook` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    web::run("guestbook", guestbook::handle).await
}
