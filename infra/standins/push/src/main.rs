//! The stand-in as a program: `push-standin --port 9011`.

use std::{net::Ipv4Addr, process::ExitCode};

use clap::Parser;

/// A local stand-in for the browsers' push services.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The port on localhost.
    #[arg(long, default_value_t = 9011)]
    port: u16,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { port } = Arguments::parse();
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    match listener.and_then(push_standin::serve) {
        Ok(standin) => {
            println!("push stand-in  {}", standin.url());
            println!(
                "  POST {0}/_standin/devices subscribes a device, GET {0}/_standin/pushes lists messages.",
                standin.url()
            );
            println!("Ctrl-C stops it.");
            let _ = tokio::signal::ctrl_c().await;
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("Port {port} cannot be used: {error}.");
            ExitCode::FAILURE
        }
    }
}
