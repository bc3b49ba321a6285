//! Wires `owner-shelve` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    drawer::run("owner-shelve", owner_shelve::handle).await
}
