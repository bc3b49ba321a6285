//! Starts `skeleton-page` on Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    web::run("skeleton-page", skeleton_page::handle).await
}
