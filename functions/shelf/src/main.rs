//! Wires the step `shelf` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    web::run("shelf", shelf::handle).await
}
