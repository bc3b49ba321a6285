//! Wires `reconcile` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    admin::run("reconcile", reconcile::handle).await
}
