//! A function that only answers: the baseline of every measurement. It is a package of its own, so
//! that cargo does not unify its features with those of the bench.

use lambda_http::{Error, Request, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_http::run(service_fn(async |_: Request| Ok::<_, Error>("문"))).await
}
