//! Wires `owner-house` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    admin::run("owner-house", owner_house::handle).await
}
