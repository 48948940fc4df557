//! A message for one browser: RFC 8291 over RFC 8188, in one record.

use base64::Engine as _;
use ring::{
    aead::{AES_128_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral},
    hkdf::{HKDF_SHA256, KeyType, Salt},
    rand::{SecureRandom as _, SystemRandom},
};

use crate::BASE64;

/// The size of a record, which is the whole body at most.
pub(crate) const RECORD: usize = 4096;
const SALT: usize = 16;
const POINT: usize = 65;
const AUTH: usize = 16;
/// Salt, size of a record, length of a key's name, the key; then the end of the text and the tag.
pub(crate) const ADDED: usize = SALT + 4 + 1 + POINT + 1 + 16;

/// Whose browser it is.
#[derive(Debug)]
pub(crate) struct Receiver {
    point: [u8; POINT],
    auth: [u8; AUTH],
}

impl Receiver {
    /// From what a browser gives in base64url; names what is none.
    pub(crate) fn new(p256dh: &str, auth: &str) -> Result<Self, &'static str> {
        let decoded = |text: &str| BASE64.decode(text).unwrap_or_default();
        let point: [u8; POINT] = decoded(p256dh).try_into().map_err(|_| "p256dh")?;
        let auth = decoded(auth).try_into().map_err(|_| "auth")?;
        // Whether it lies on the curve is known once somebody agrees with it.
        let (own, _) = pair().ok_or("p256dh")?;
        agree_ephemeral(own, &UnparsedPublicKey::new(&ECDH_P256, &point), |_| ()).map_err(|_| "p256dh")?;
        Ok(Self { point, auth })
    }

    /// The body of a request. Nothing where the machine has no chance to give.
    pub(crate) fn sealed(&self, text: &[u8]) -> Option<Vec<u8>> {
        let (own, public) = pair()?;
        let mut salt = [0; SALT];
        SystemRandom::new().fill(&mut salt).ok()?;
        let theirs = UnparsedPublicKey::new(&ECDH_P256, &self.point);
        agree_ephemeral(own, &theirs, |secret| self.under(secret, &public, &salt, text)).ok()?
    }

    /// What is left once the keys have agreed.
    fn under(&self, secret: &[u8], public: &[u8], salt: &[u8; SALT], text: &[u8]) -> Option<Vec<u8>> {
        let shared = Salt::new(HKDF_SHA256, &self.auth).extract(secret);
        let mut keying = [0; 32];
        shared.expand(&[b"WebPush: info\0", &self.point, public], HKDF_SHA256).ok()?.fill(&mut keying).ok()?;
        let drawn = Salt::new(HKDF_SHA256, salt).extract(&keying);
        let key = UnboundKey::from(drawn.expand(&[b"Content-Encoding: aes128gcm\0"], &AES_128_GCM).ok()?);
        let mut nonce = [0; NONCE_LEN];
        drawn.expand(&[b"Content-Encoding: nonce\0"], Octets(NONCE_LEN)).ok()?.fill(&mut nonce).ok()?;

        let mut record = [text, &[2]].concat();
        LessSafeKey::new(key).seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut record).ok()?;
        let size = u32::try_from(RECORD).ok()?.to_be_bytes();
        let length = [u8::try_from(public.len()).ok()?];
        Some([&salt[..], &size, &length, public, &record].concat())
    }
}

fn pair() -> Option<(EphemeralPrivateKey, Vec<u8>)> {
    let own = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new()).ok()?;
    let public = own.compute_public_key().ok()?.as_ref().to_vec();
    Some((own, public))
}

struct Octets(usize);

impl KeyType for Octets {
    fn len(&self) -> usize {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> Vec<u8> {
        BASE64.decode(text).unwrap()
    }

    #[test]
    fn the_example_of_the_rfc_comes_out() {
        // RFC 8291, section 5 and appendix A.
        let receiver = Receiver::new(
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "BTBZMqHH6r4Tts7J_aSIgg",
        )
        .unwrap();
        let secret = decoded("kyrL1jIIOHEzg3sM2ZWRHDRB62YACZhhSlknJ672kSs");
        let public = decoded("BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8");
        let salt = decoded("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap();
        let sealed = receiver.under(&secret, &public, &salt, b"When I grow up, I want to be a watermelon").unwrap();
        let expected = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        assert_eq!(BASE64.encode(sealed), expected);
    }

    #[test]
    fn what_is_no_key_is_named() {
        let (_, point) = pair().unwrap();
        let (good, auth) = (BASE64.encode(&point), BASE64.encode([7; AUTH]));
        assert!(Receiver::new(&good, &format!("{auth}==")).is_ok());
        let mut beside = point;
        beside[64] ^= 1;
        for wrong in ["", "****", &good[1..], &BASE64.encode(&beside), &BASE64.encode([4; POINT])] {
            assert_eq!(Receiver::new(wrong, &auth).unwrap_err(), "p256dh", "{wrong}");
        }
        assert_eq!(Receiver::new(&good, "short").unwrap_err(), "auth");
    }
}
