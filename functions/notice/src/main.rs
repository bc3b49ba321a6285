//! Wires the step `notice` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    web::run("notice", notice::handle).await
}
