//! Wires `owner-export` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    admin::run("owner-export", owner_export::handle).await
}
