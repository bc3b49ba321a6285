//! Wires the step `bookmark` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    web::run("bookmark", bookmark::handle).await
}
