//! The files that browsers, phones and search engines ask the front door for.

use web::Reply;

/// The file at a path, if there is one.
pub(crate) fn at(path: &str) -> Option<Reply> {
    let (media_type, bytes): (_, &[u8]) = match path {
        "/robots.txt" => ("text/plain; charset=utf-8", include_bytes!("robots.txt")),
        "/icon.svg" => ("image/svg+xml", include_bytes!("icon.svg")),
        "/manifest.webmanifest" => {
            ("application/manifest+json", include_bytes!("manifest.webmanifest"))
        }
        // The preview in messengers, which show no SVG.
        "/og.png" => ("image/png", include_bytes!("og.png")),
        _ => return None,
    };
    Some(Reply::File { media_type, bytes })
}
