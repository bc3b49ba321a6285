//! Wires `owner-refund` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    admin::run("owner-refund", owner_refund::handle).await
}
