//! The browser's side of RFC 8291. The key agreement uses `p256` and not `ring`, whose private keys
//! can be used only once. A test checks the RFC's example.

use p256::{PublicKey, SecretKey, ecdh::diffie_hellman, elliptic_curve::sec1::ToSec1Point as _};
use ring::{
    aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    hkdf::{HKDF_SHA256, KeyType, Prk, Salt},
};

const POINT: usize = 65;

/// A device's private keys.
pub struct Keys {
    secret: SecretKey,
    public: Vec<u8>,
    auth: [u8; 16],
}

/// Why a device cannot decrypt a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the body cannot be read: {0}")]
pub struct Unreadable(pub &'static str);

impl Keys {
    /// Generates keys. `None` without randomness.
    pub(crate) fn generate() -> Option<Self> {
        let mut auth = [0; 16];
        getrandom::fill(&mut auth).ok()?;
        // A number above the curve's order is not a key; the chance is 2⁻³².
        for _ in 0..4 {
            let mut scalar = [0; 32];
            getrandom::fill(&mut scalar).ok()?;
            if let Some(keys) = Self::new(&scalar, auth) {
                return Some(keys);
            }
        }
        None
    }

    /// Makes keys of a private key and an authentication secret.
    pub fn new(scalar: &[u8; 32], auth: [u8; 16]) -> Option<Self> {
        let secret = SecretKey::from_slice(scalar).ok()?;
        let public = secret.public_key().to_sec1_point(false).as_bytes().to_vec();
        Some(Self { secret, public, auth })
    }

    pub(crate) fn public(&self) -> &[u8] {
        &self.public
    }

    pub(crate) const fn auth(&self) -> &[u8; 16] {
        &self.auth
    }
}

/// Decrypts a body of one record.
pub fn decrypt(keys: &Keys, body: &[u8]) -> Result<Vec<u8>, Unreadable> {
    let no_header = Unreadable("it has no header");
    let (salt, rest) = body.split_first_chunk::<16>().ok_or(no_header)?;
    let (size, rest) = rest.split_first_chunk::<4>().ok_or(no_header)?;
    let (named, rest) = rest.split_first().ok_or(no_header)?;
    let size = u32::from_be_bytes(*size);
    if usize::from(*named) != POINT {
        return Err(Unreadable("its key id is not a point of 65 bytes"));
    }
    let (theirs, record) =
        rest.split_at_checked(POINT).ok_or(Unreadable("it ends within its key id"))?;
    if u32::try_from(record.len()).map_or(true, |length| length > size) {
        return Err(Unreadable("it is longer than one record"));
    }
    let point = PublicKey::from_sec1_bytes(theirs)
        .map_err(|_| Unreadable("its key id is not a point on the curve"))?;
    let shared = diffie_hellman(keys.secret.to_nonzero_scalar(), point.as_affine());

    let first = Salt::new(HKDF_SHA256, &keys.auth).extract(shared.raw_secret_bytes());
    let secret: [u8; 32] = derive(&first, &[b"WebPush: info\0", &keys.public, theirs])?;
    let prk = Salt::new(HKDF_SHA256, salt).extract(&secret);
    let key: [u8; 16] = derive(&prk, &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce: [u8; 12] = derive(&prk, &[b"Content-Encoding: nonce\0"])?;

    let key = UnboundKey::new(&AES_128_GCM, &key)
        .map_err(|_| Unreadable("the derived key has the wrong length"))?;
    let mut record = record.to_vec();
    let opened = LessSafeKey::new(key).open_in_place(
        Nonce::assume_unique_for_key(nonce),
        Aad::empty(),
        &mut record,
    );
    let padded = opened.map_err(|_| Unreadable("it is not for this device"))?;
    // After the text comes a 2, the delimiter of the last record, and padding of zeros.
    let end = padded.iter().rposition(|byte| *byte != 0).ok_or(Unreadable("it is only padding"))?;
    match padded.get(end) {
        Some(2) => Ok(padded.get(..end).unwrap_or_default().to_vec()),
        _ => Err(Unreadable("its record is not the last one")),
    }
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn derive<const N: usize>(from: &Prk, info: &[&[u8]]) -> Result<[u8; N], Unreadable> {
    let mut bytes = [0; N];
    let key = from.expand(info, Length(N)).map_err(|_| Unreadable("no key can be derived"))?;
    key.fill(&mut bytes).map_err(|_| Unreadable("no key can be derived"))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

    use super::*;

    /// RFC 8291, section 5.
    const PRIVATE: &str = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94";
    const PUBLIC: &str =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";
    const BODY: &str = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    fn keys() -> Keys {
        Keys::new(&bytes(PRIVATE).try_into().unwrap(), bytes(AUTH).try_into().unwrap()).unwrap()
    }

    #[test]
    fn the_example_of_the_rfc_is_decrypted() {
        let keys = keys();
        assert_eq!(keys.public(), bytes(PUBLIC));
        assert_eq!(
            decrypt(&keys, &bytes(BODY)).unwrap(),
            b"When I grow up, I want to be a watermelon"
        );
    }

    #[test]
    fn a_changed_cut_or_foreign_body_is_not_decrypted() {
        let (keys, body) = (keys(), bytes(BODY));
        for length in 0..body.len() {
            assert!(decrypt(&keys, &body[..length]).is_err(), "{length}");
        }
        for place in 0..body.len() {
            let mut changed = body.clone();
            changed[place] ^= 1;
            // The record size is not authenticated; everything else is.
            assert!((16..20).contains(&place) || decrypt(&keys, &changed).is_err(), "{place}");
        }
        let other = Keys::generate().unwrap();
        assert_eq!(decrypt(&other, &body), Err(Unreadable("it is not for this device")));
    }
}
