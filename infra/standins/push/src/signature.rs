//! Checks the sender's signature (RFC 8292).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde::{Deserialize, de::DeserializeOwned};

/// The longest lifetime of a signature, in seconds.
const LONGEST_LIFETIME: i64 = 24 * 60 * 60;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Header {
    alg: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Claims {
    aud: String,
    exp: Option<i64>,
    sub: String,
}

/// Checks `Authorization: vapid t=…, k=…` and returns the public key, or the reason for a
/// rejection.
pub(crate) fn signed_by(
    authorization: &str,
    origin: &str,
    now: Timestamp,
) -> Result<String, String> {
    let fields = authorization.strip_prefix("vapid ").ok_or("the scheme is not vapid")?;
    let field = |name: &str| {
        let of = fields.split(',').filter_map(|field| field.trim().split_once('='));
        of.into_iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
    };
    let (token, key) = (field("t").ok_or("there is no t")?, field("k").ok_or("there is no k")?);
    let (signed, signature) = token.rsplit_once('.').ok_or("t is no JWT")?;
    let (header, claims) = signed.split_once('.').ok_or("t is no JWT")?;
    let (header, claims): (Header, Claims) = (read(header)?, read(claims)?);
    if header.alg != "ES256" {
        return Err("alg is not ES256".into());
    }
    let point = decoded(&key)?;
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &point)
        .verify(signed.as_bytes(), &decoded(signature)?)
        .map_err(|_| "the signature is not of this key")?;
    if claims.aud != origin {
        return Err(format!("aud is {}, not {origin}", claims.aud));
    }
    let left = claims.exp.ok_or("there is no exp")?.saturating_sub(now.as_second());
    if !(1..=LONGEST_LIFETIME).contains(&left) {
        return Err(format!("exp is {left} seconds away"));
    }
    let contact = claims.sub;
    if !(contact.starts_with("mailto:") && contact.contains('@') || contact.starts_with("https://"))
    {
        return Err("sub is not an address".into());
    }
    Ok(key)
}

fn decoded(text: &str) -> Result<Vec<u8>, String> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| "it is not base64url".to_owned())
}

fn read<T: DeserializeOwned>(part: &str) -> Result<T, String> {
    serde_json::from_slice(&decoded(part)?).map_err(|_| "a part of t is no JSON".to_owned())
}
