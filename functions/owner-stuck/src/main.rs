//! Wires `owner-stuck` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    admin::run("owner-stuck", owner_stuck::handle).await
}
