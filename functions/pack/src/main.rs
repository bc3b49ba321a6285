//! Wires `pack` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    messaging::run_queue("pack", pack::handle).await
}
