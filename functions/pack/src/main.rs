//! Wires `pack` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    post::run_queue("pack", pack::handle).await
}
