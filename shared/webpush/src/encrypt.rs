//! RFC 8291: encrypts a message for one device, as one record of `aes128gcm` (RFC 8188).

use domain::walk::device::Device;
use ring::{
    aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral},
    hkdf::{HKDF_SHA256, KeyType, Prk, Salt},
    rand::{SecureRandom as _, SystemRandom},
};

/// The declared record size, which every push service accepts. Actual records are shorter.
const RECORD_SIZE: u32 = 4_096;
/// The delimiter of the last record (RFC 8188, section 2).
const LAST: u8 = 2;
const SALT: usize = 16;
const KEY: usize = 16;
const NONCE: usize = 12;
const SECRET: usize = 32;

/// Why a message could not be encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EncryptError {
    /// The device's public key is not a point on the curve.
    #[error("the device's key is not a point on P-256")]
    DeviceKey,
    /// There is no randomness, or the message is longer than a record.
    #[error("the message cannot be encrypted")]
    Other,
}

/// Encrypts `text` for `device`.
///
/// Salt and key pair come from the operating system and are new for each message; `ring` does not
/// accept chosen ones. A test therefore decrypts instead of comparing bytes.
pub fn encrypt(device: &Device, text: &[u8]) -> Result<Vec<u8>, EncryptError> {
    let random = SystemRandom::new();
    let mut salt = [0; SALT];
    random.fill(&mut salt).map_err(|_| EncryptError::Other)?;
    let private =
        EphemeralPrivateKey::generate(&ECDH_P256, &random).map_err(|_| EncryptError::Other)?;
    let public = private.compute_public_key().map_err(|_| EncryptError::Other)?;
    let theirs = device.key();

    // Section 3.4: derives the key from the ECDH secret and the authentication secret.
    let info: [&[u8]; 3] = [b"WebPush: info\0", &theirs, public.as_ref()];
    let peer = UnparsedPublicKey::new(&ECDH_P256, &theirs);
    let shared = agree_ephemeral(private, &peer, |point| {
        derive::<SECRET>(&Salt::new(HKDF_SHA256, &device.auth()).extract(point), &info)
    });
    let secret = shared.map_err(|_| EncryptError::DeviceKey)??;
    let prk = Salt::new(HKDF_SHA256, &salt).extract(&secret);
    let key = derive::<KEY>(&prk, &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce = derive::<NONCE>(&prk, &[b"Content-Encoding: nonce\0"])?;

    let mut record = text.to_vec();
    record.push(LAST);
    let key =
        LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).map_err(|_| EncryptError::Other)?);
    // `LessSafeKey` allows a repeated nonce; here each key encrypts one message.
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut record)
        .map_err(|_| EncryptError::Other)?;
    let size = u32::try_from(record.len()).map_err(|_| EncryptError::Other)?;
    if size > RECORD_SIZE {
        return Err(EncryptError::Other);
    }

    // Section 4: salt, record size, key id length, and the public key as key id.
    let mut body = salt.to_vec();
    body.extend(RECORD_SIZE.to_be_bytes());
    body.push(u8::try_from(public.as_ref().len()).map_err(|_| EncryptError::Other)?);
    body.extend(public.as_ref());
    body.extend(record);
    Ok(body)
}

/// The length of a derived key.
struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn derive<const N: usize>(from: &Prk, info: &[&[u8]]) -> Result<[u8; N], EncryptError> {
    let mut bytes = [0; N];
    let key = from.expand(info, Length(N)).map_err(|_| EncryptError::Other)?;
    key.fill(&mut bytes).map_err(|_| EncryptError::Other)?;
    Ok(bytes)
}
