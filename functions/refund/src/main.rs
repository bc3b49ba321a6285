//! Wires `refund` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    messaging::run_queue("refund", refund::handle).await
}
