//! A function that answers and does nothing else: the floor under every other function. A package
//! of its own, so that nothing the bench needs is built into it.

use lambda_http::{Error, Request, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_http::run(service_fn(async |_: Request| Ok::<_, Error>("문"))).await
}
