//! Wires `owner-ship` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    admin::run("owner-ship", owner_ship::handle).await
}
