//! Wires the step `slip` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    web::run("slip", slip::handle).await
}
