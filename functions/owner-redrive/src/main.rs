//! Wires `owner-redrive` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    admin::run("owner-redrive", owner_redrive::handle).await
}
