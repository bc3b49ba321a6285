//! Wires `owner-choose` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    admin::run("owner-choose", owner_choose::handle).await
}
