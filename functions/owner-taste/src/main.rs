//! Wires `owner-taste` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    admin::run("owner-taste", owner_taste::handle).await
}
