//! Prints a new key pair for push services, in the form that the Parameter Store keeps.
//! `cargo xtask deploy` calls this for a stage that has none.

use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(pair) = webpush::Vapid::generate() {
        println!("{pair}");
        ExitCode::SUCCESS
    } else {
        eprintln!("The operating system provided no randomness.");
        ExitCode::FAILURE
    }
}
