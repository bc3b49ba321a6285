//! Wires `owner-pack` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    admin::run("owner-pack", owner_pack::handle).await
}
