//! Wires the step `knock` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    web::run("knock", knock::handle).await
}
