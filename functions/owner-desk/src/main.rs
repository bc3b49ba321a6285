//! Wires `owner-desk` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    admin::run("owner-desk", owner_desk::handle).await
}
