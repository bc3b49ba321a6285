//! Makes the house's key pair for push services and writes it to the standard output, as the
//! Parameter Store keeps it: `cargo xtask deploy` calls this where a stage has none yet.

use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(pair) = webpush::Vapid::generate() {
        println!("{pair}");
        ExitCode::SUCCESS
    } else {
        eprintln!("This machine gives no randomness.");
        ExitCode::FAILURE
    }
}
