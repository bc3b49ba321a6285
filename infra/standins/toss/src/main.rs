//! The stand-in as a program: `toss-standin --port 9010 --state payments.jsonl`.

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use toss_standin::{CLIENT_KEY, Options, SECRET_KEY, Standin, serve};

/// A local stand-in for Toss Payments, without real money.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The port on localhost.
    #[arg(long, default_value_t = 9010)]
    port: u16,
    /// The state file, which lets payments survive a restart [default: none].
    #[arg(long)]
    state: Option<PathBuf>,
    /// The URL that webhooks are sent to, for example http://127.0.0.1:9000/toss-webhook
    /// [default: none].
    #[arg(long)]
    webhook: Option<String>,
    /// The secret key that the shop's server authenticates with.
    #[arg(long, default_value = SECRET_KEY)]
    secret_key: String,
    /// The client key that the shop's page passes to the payment window.
    #[arg(long, default_value = CLIENT_KEY)]
    client_key: String,
}

#[tokio::main]
async fn main() -> ExitCode {
    match start(Arguments::parse()).await {
        Ok(standin) => {
            println!("payment stand-in (no real money)  {}", standin.url());
            println!("  TOSS_API_URL={}", standin.url());
            println!("  TOSS_SCRIPT_URL={}", standin.script_url());
            println!("  TOSS_PLAIN_WINDOW_URL={}", standin.window_url());
            println!("Ctrl-C stops it.");
            let _ = tokio::signal::ctrl_c().await;
            ExitCode::SUCCESS
        }
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::FAILURE
        }
    }
}

async fn start(arguments: Arguments) -> Result<Standin, String> {
    let Arguments { port, state, webhook, secret_key, client_key } = arguments;
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(|error| format!("Port {port} cannot be used: {error}."))?;
    let options =
        Options { secret_key, client_key, webhook_url: webhook, state, ..Options::default() };
    serve(listener, options).map_err(|error| format!("{error}."))
}
