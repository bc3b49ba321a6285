//! Wires `owner-redrive` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    drawer::run("owner-redrive", owner_redrive::handle).await
}
