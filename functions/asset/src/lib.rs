//! The files that are the same for everybody: the font's subsets under an address with a hash of
//! their content, and what browsers, phones, messengers and search engines ask for by a fixed name.
//!
//! The function reads no table, no secret and no variable.

use std::{convert::Infallible, sync::LazyLock};

use domain::base::hex;
use lambda_http::{Body, Request, Response, Service};
use platform::Platform;
use ring::digest::{SHA256, digest};
use web::{File, Kept};

/// The folder of the addresses with a hash.
const FOLDER: &str = "/asset/";

/// How many bytes of the hash are in an address.
const HASH: usize = 8;

macro_rules! font {
    ($($name:literal)*) => { [$(include_bytes!(concat!("font/", $name, ".woff2")).as_slice()),*] };
}

/// Written by `cargo xtask font`.
const FONT: [&[u8]; 4] = font!("regular-content" "regular-more" "bold-content" "bold-more");

/// What stands at an address of its own because others look for it there.
const NAMED: [(&str, &str, &[u8]); 4] = [
    ("/robots.txt", "text/plain; charset=utf-8", include_bytes!("robots.txt")),
    ("/icon.svg", "image/svg+xml", include_bytes!("icon.svg")),
    ("/manifest.webmanifest", "application/manifest+json", include_bytes!("manifest.webmanifest")),
    // The preview in messengers, which show no SVG.
    ("/og.png", "image/png", include_bytes!("og.png")),
];

/// The subsets with their file names. Hashed once, so that no address can name another content.
static HASHED: LazyLock<Vec<(String, &[u8])>> =
    LazyLock::new(|| FONT.iter().map(|bytes| (file_name(bytes), *bytes)).collect());

/// The files as a service from request to answer.
pub fn function(
    platform: &Platform,
) -> impl Service<Request, Response = Response<Body>, Error = Infallible, Future: Send + 'static>
+ Clone
+ Send
+ 'static {
    web::files(platform, file)
}

/// The file at a path.
fn file(path: &str) -> Option<File> {
    if let Some(name) = path.strip_prefix(FOLDER) {
        let (_, bytes) = HASHED.iter().find(|(hashed, _)| hashed == name)?;
        return Some(File { media_type: "font/woff2", bytes, kept: Kept::Year });
    }
    let (_, media_type, bytes) = NAMED.into_iter().find(|(named, ..)| *named == path)?;
    Some(File { media_type, bytes, kept: Kept::Day })
}

/// The beginning of the SHA-256, as in the rules of the style sheet.
fn file_name(bytes: &[u8]) -> String {
    hex::of(digest(&SHA256, bytes).as_ref(), HASH) + ".woff2"
}
