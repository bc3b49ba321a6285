//! Wires the step `whisper` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    web::run("whisper", whisper::handle).await
}
