//! Starts `skeleton-owner` on Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    admin::run("skeleton-owner", skeleton_owner::handle).await
}
