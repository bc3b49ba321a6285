//! The stand-in for the postcode search, beside the system.

use std::{collections::BTreeMap, io};

use postcode_standin::Standin;
use tokio::net::TcpListener;

/// Starts the stand-in on its port, if it has one, and points the template's parameter at it.
pub(crate) fn start(
    listener: Option<TcpListener>,
    parameters: &mut BTreeMap<String, String>,
) -> io::Result<Option<Standin>> {
    let standin = listener.map(postcode_standin::serve).transpose()?;
    if let Some(standin) = &standin {
        parameters.insert("PostcodeScriptUrl".into(), standin.script_url());
    }
    Ok(standin)
}
