//! How 公众号 and 企业微信 sign and encrypt what they call us with: SHA-1 over sorted words, AES-256 in CBC under a key that is shared
//! beforehand (“消息加解密说明”).

use aes::Aes256;
use base64::{
    Engine as _, alphabet, engine::DecodePaddingMode, engine::GeneralPurpose, engine::GeneralPurposeConfig, prelude::BASE64_STANDARD,
};
use cbc::{
    Decryptor, Encryptor,
    cipher::{BlockDecryptMut as _, BlockEncryptMut as _, KeyIvInit as _, block_padding::NoPadding},
};
use kit::Secret;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

/// Padding fills blocks of this size, twice that of the cipher.
const BLOCK: usize = 32;
/// Chance and length stand before the text.
const HEAD: usize = 20;

/// The key's last two bits are not always zero in what the consoles give out.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true).with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The signature over these words.
pub(crate) fn signature(words: &[&str]) -> String {
    let mut words = words.to_vec();
    words.sort_unstable();
    hex::encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, words.concat().as_bytes()))
}

/// Compares without telling by the time how much was right.
pub(crate) fn same(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.bytes().zip(other.bytes()).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

/// A key that is shared with a house.
#[derive(Clone, Debug)]
pub(crate) struct Key(Secret<[u8; 32]>);

impl Key {
    /// From 43 letters and digits; nothing where they are none.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let key = LENIENT.decode(text).ok()?;
        (text.len() == 43).then_some(())?;
        Some(Self(Secret::new(key.try_into().ok()?)))
    }

    /// The text in Base64, for `id`.
    pub(crate) fn encrypt(&self, chance: [u8; 16], text: &str, id: &str) -> Option<String> {
        let length = u32::try_from(text.len()).ok()?;
        let mut data = [&chance, &length.to_be_bytes()[..], text.as_bytes(), id.as_bytes()].concat();
        let missing = BLOCK - data.len() % BLOCK;
        let (filled, padding) = (data.len() + missing, u8::try_from(missing).ok()?);
        data.resize(filled, padding);
        let (key, start) = self.parts();
        Encryptor::<Aes256>::new_from_slices(key, start).ok()?.encrypt_padded_mut::<NoPadding>(&mut data, filled).ok()?;
        Some(BASE64_STANDARD.encode(data))
    }

    /// The text, where it is for `id`.
    pub(crate) fn decrypt(&self, encrypted: &str, id: &str) -> Option<String> {
        let mut data = BASE64_STANDARD.decode(encrypted).ok()?;
        let (key, start) = self.parts();
        let data = Decryptor::<Aes256>::new_from_slices(key, start).ok()?.decrypt_padded_mut::<NoPadding>(&mut data).ok()?;
        let padding = usize::from(*data.last()?);
        let end = data.len().checked_sub(padding).filter(|_| (1..=BLOCK).contains(&padding))?;
        let length: [u8; 4] = data.get(16..HEAD)?.try_into().ok()?;
        let (text, whose) = data.get(HEAD..end)?.split_at_checked(usize::try_from(u32::from_be_bytes(length)).ok()?)?;
        if whose != id.as_bytes() {
            return None;
        }
        String::from_utf8(text.to_vec()).ok()
    }

    fn parts(&self) -> (&[u8], &[u8]) {
        let key = self.0.reveal();
        (key, &key[..16])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

    #[test]
    fn what_was_encrypted_is_read_by_whom_it_is_for() {
        let key = Key::new(KEY).unwrap();
        for text in ["", "中文 & <xml>", &"长".repeat(1000)] {
            let encrypted = key.encrypt([7; 16], text, "wx1").unwrap();
            assert_eq!(key.decrypt(&encrypted, "wx1").as_deref(), Some(text));
            assert_eq!(key.decrypt(&encrypted, "wx2"), None);
            assert_eq!(Key::new(&KEY.replace('a', "b")).unwrap().decrypt(&encrypted, "wx1"), None);
        }
        assert!(!format!("{key:?}").contains("105"), "{key:?}");
        for wrong in ["", &KEY[1..], &format!("{KEY}H"), &KEY.replace('a', "*")] {
            assert!(Key::new(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn garbage_is_no_text() {
        let key = Key::new(KEY).unwrap();
        for length in 0..200 {
            let garbage: Vec<u8> = (0..length).map(|n: u32| (n * 37 % 251).to_le_bytes()[0]).collect();
            assert_eq!(key.decrypt(&BASE64_STANDARD.encode(garbage), "wx1"), None);
        }
        assert_eq!(key.decrypt("no base64", "wx1"), None);
    }
}
