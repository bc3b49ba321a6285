//! Wires the step `letter` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    web::run("letter", letter::handle).await
}
