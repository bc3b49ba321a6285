//! Wires `owner-choose` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    drawer::run("owner-choose", owner_choose::handle).await
}
