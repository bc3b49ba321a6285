//! Starts `owner-forget` on Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    admin::run("owner-forget", owner_forget::handle).await
}
