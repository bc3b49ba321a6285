//! The files that browsers, phones and search engines ask the front door for.

use web::Reply;

/// The file at a path, if there is one.
pub(crate) fn at(path: &str) -> Option<Reply> {
    let (media_type, text) = match path {
        "/robots.txt" => ("text/plain; charset=utf-8", include_str!("robots.txt")),
        "/icon.svg" => ("image/svg+xml", include_str!("icon.svg")),
        "/manifest.webmanifest" => {
            ("application/manifest+json", include_str!("manifest.webmanifest"))
        }
        _ => return None,
    };
    Some(Reply::File { media_type, text })
}
