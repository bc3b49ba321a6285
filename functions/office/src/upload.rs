//! Forms with files. A file becomes the text of its field, in base64, as a call carries it; the
//! functions that the office calls read it.

use std::convert::Infallible;

use admin::Problem;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use multer::{Multipart, bytes::Bytes};
use serde_json::Value;
use web::{Form, Refusal, Request};

use crate::view::key;

/// The largest file, in bytes: in base64 it fits into a call, and into the form that confirms the
/// call. The reader of files (`shared/spreadsheet`) has the same limit.
const LARGEST: usize = 3 * 1024 * 1024;

/// Most parts of a form.
const PARTS: usize = 500;

/// The field that says that a file was too large: it is not sent on.
const TOO_LARGE: &str = "upload-too-large";

/// What stands for a file without a byte, so that it is told from no file.
const EMPTY: &str = "=";

/// A request with its fields, whichever way its form was sent. From somebody who is not in only a
/// form is read that is small enough to be kept while a key is asked for.
///
/// # Errors
/// [`Refusal::NotText`] if the parts cannot be read.
pub(crate) async fn read(request: &Request, is_in: bool) -> Result<Request, Refusal> {
    let mut read = request.clone();
    let Some(sent) = read.multipart.take() else { return Ok(read) };
    if !is_in && sent.body.len() > key::KEPT {
        return Ok(read);
    }
    let boundary = multer::parse_boundary(&sent.content_type).map_err(|_| Refusal::NotText)?;
    let body = Bytes::from_owner(sent.body);
    let body = futures_util::stream::once(async { Ok::<_, Infallible>(body) });
    let mut parts = Multipart::new(body, boundary);
    let mut fields = Vec::new();
    while let Some(part) = parts.next_field().await.map_err(|_| Refusal::NotText)? {
        let Some(name) = part.name().map(ToOwned::to_owned) else { continue };
        let file = part.file_name().map(|name| !name.is_empty());
        let bytes = part.bytes().await.map_err(|_| Refusal::NotText)?;
        if fields.len() >= PARTS {
            return Err(Refusal::NotText);
        }
        match file {
            // No file was chosen.
            Some(false) if bytes.is_empty() => {}
            Some(_) if bytes.len() > LARGEST => fields.push((TOO_LARGE.to_owned(), name)),
            Some(_) if bytes.is_empty() => fields.push((name, EMPTY.to_owned())),
            Some(_) => fields.push((name, STANDARD.encode(&bytes))),
            None => {
                let text = String::from_utf8(bytes.to_vec()).map_err(|_| Refusal::NotText)?;
                fields.push((name, text));
            }
        }
    }
    read.form = Form::of_fields(fields);
    Ok(read)
}

/// What is wrong if a file was too large.
pub(crate) fn too_large(request: &Request) -> Option<Problem> {
    request.form.get(TOO_LARGE)?;
    let expected = "파일이 너무 큽니다. 3MB까지 읽습니다. 시트를 나누어 올려 주십시오";
    Some(Problem::new("file", expected, Value::Null))
}
