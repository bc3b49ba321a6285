//! Wires `owner-letters` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    admin::run("owner-letters", owner_letters::handle).await
}
