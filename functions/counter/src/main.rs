//! Wires the step `counter` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    web::run("counter", counter::handle).await
}
