//! Starts `skeleton-name` on Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    web::run("skeleton-name", skeleton_name::handle).await
}
