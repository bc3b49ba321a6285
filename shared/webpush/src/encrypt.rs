//! RFC 8291: one message, one record of `aes128gcm` (RFC 8188), readable by one device alone.

use domain::walk::device::Device;
use ring::{
    aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral},
    hkdf::{HKDF_SHA256, KeyType, Prk, Salt},
    rand::{SecureRandom as _, SystemRandom},
};

/// Size of a record, as every push service takes it; ours are shorter.
const RECORD_SIZE: u32 = 4_096;
/// What ends the last record (RFC 8188, section 2).
const LAST: u8 = 2;
const SALT: usize = 16;
const KEY: usize = 16;
const NONCE: usize = 12;
const SECRET: usize = 32;

/// Why nothing was encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Cannot {
    /// What the device gave as its key is no point of the curve.
    #[error("the device's key is no point on P-256")]
    DeviceKey,
    /// No randomness, or a message longer than a record.
    #[error("the message can not be encrypted")]
    Ours,
}

/// Encrypts `text` for `device`. Salt and key pair are new each time and come from the operating
/// system: `ring` lets nobody choose them, so that no two messages can share them, and a test
/// decrypts instead of comparing.
pub fn encrypt(device: &Device, text: &[u8]) -> Result<Vec<u8>, Cannot> {
    let random = SystemRandom::new();
    let mut salt = [0; SALT];
    random.fill(&mut salt).map_err(|_| Cannot::Ours)?;
    let private = EphemeralPrivateKey::generate(&ECDH_P256, &random).map_err(|_| Cannot::Ours)?;
    let public = private.compute_public_key().map_err(|_| Cannot::Ours)?;
    let theirs = device.key();

    // Section 3.4: the shared point and the shared secret make one key, bound to both ends.
    let info: [&[u8]; 3] = [b"WebPush: info\0", &theirs, public.as_ref()];
    let peer = UnparsedPublicKey::new(&ECDH_P256, &theirs);
    let shared = agree_ephemeral(private, &peer, |point| {
        drawn::<SECRET>(&Salt::new(HKDF_SHA256, &device.auth()).extract(point), &info)
    });
    let secret = shared.map_err(|_| Cannot::DeviceKey)??;
    let prk = Salt::new(HKDF_SHA256, &salt).extract(&secret);
    let key = drawn::<KEY>(&prk, &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce = drawn::<NONCE>(&prk, &[b"Content-Encoding: nonce\0"])?;

    let mut record = text.to_vec();
    record.push(LAST);
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).map_err(|_| Cannot::Ours)?);
    // Less safe, because a nonce could come twice with one key: here each key has one message.
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut record)
        .map_err(|_| Cannot::Ours)?;
    let size = u32::try_from(record.len()).map_err(|_| Cannot::Ours)?;
    if size > RECORD_SIZE {
        return Err(Cannot::Ours);
    }

    // Section 4: salt, record size, length of the key's name, and for its name the key itself.
    let mut body = salt.to_vec();
    body.extend(RECORD_SIZE.to_be_bytes());
    body.push(u8::try_from(public.as_ref().len()).map_err(|_| Cannot::Ours)?);
    body.extend(public.as_ref());
    body.extend(record);
    Ok(body)
}

/// How many bytes are wanted of a key.
struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn drawn<const N: usize>(from: &Prk, info: &[&[u8]]) -> Result<[u8; N], Cannot> {
    let mut bytes = [0; N];
    let key = from.expand(info, Length(N)).map_err(|_| Cannot::Ours)?;
    key.fill(&mut bytes).map_err(|_| Cannot::Ours)?;
    Ok(bytes)
}
