//! Wires `owner-shelve` to Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    admin::run("owner-shelve", owner_shelve::handle).await
}
