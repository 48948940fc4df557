//! Who we are to push services: RFC 8292.

use std::fmt;

use base64::Engine as _;
use kit::{Clock, Secret};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use serde_json::json;

use crate::BASE64;

/// How long a signature is good, in seconds; a day is the most.
const GOOD_FOR: i64 = 12 * 3600;

/// The pair of keys by which push services know us. Browsers are bound to it: another one makes all subscriptions void.
pub struct VapidKey(EcdsaKeyPair);

impl fmt::Debug for VapidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VapidKey").field(&self.public()).finish()
    }
}

/// What is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a key of P-256")]
pub struct WrongKey;

impl VapidKey {
    /// A new one, and how it is kept: PKCS #8 in base64url.
    ///
    /// # Errors
    /// When the machine has no chance to give.
    pub fn generate() -> Result<(Self, Secret<String>), WrongKey> {
        let kept = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).map_err(|_| WrongKey)?;
        let kept = Secret::new(BASE64.encode(kept.as_ref()));
        Ok((Self::read(&kept)?, kept))
    }

    /// Reads what [`VapidKey::generate`] gave to be kept.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(kept: &Secret<String>) -> Result<Self, WrongKey> {
        let kept = BASE64.decode(kept.reveal().trim()).map_err(|_| WrongKey)?;
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &kept, &SystemRandom::new());
        pair.map(Self).map_err(|_| WrongKey)
    }

    /// Reads a pair as `web-push generate-vapid-keys` and most other programs print it.
    ///
    /// # Errors
    /// When it is none, or the two do not belong together.
    pub fn of_pair(public: &str, private: &Secret<String>) -> Result<Self, WrongKey> {
        let decoded = |text: &str| BASE64.decode(text.trim()).map_err(|_| WrongKey);
        let (public, private) = (decoded(public)?, decoded(private.reveal())?);
        let pair = EcdsaKeyPair::from_private_key_and_public_key(&ECDSA_P256_SHA256_FIXED_SIGNING, &private, &public, &SystemRandom::new());
        pair.map(Self).map_err(|_| WrongKey)
    }

    /// What a page passes as `applicationServerKey`: base64url of the point.
    pub fn public(&self) -> String {
        BASE64.encode(self.0.public_key())
    }

    /// The header `authorization` for a push service.
    pub(crate) fn signed(&self, origin: &str, contact: &str, clock: &Clock) -> Option<String> {
        // Push services do not follow a clock that runs ahead.
        let lead = clock.lead().map_or(0, |lead| i64::try_from(lead.as_millis()).unwrap_or(0));
        let until = clock.now().millis().saturating_sub(lead) / 1000 + GOOD_FOR;
        let head = BASE64.encode(json!({ "typ": "JWT", "alg": "ES256" }).to_string());
        let claims = BASE64.encode(json!({ "aud": origin, "exp": until, "sub": contact }).to_string());
        let signature = self.0.sign(&SystemRandom::new(), format!("{head}.{claims}").as_bytes()).ok()?;
        Some(format!("vapid t={head}.{claims}.{},k={}", BASE64.encode(signature), self.public()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_they_were_kept_and_as_others_print_them() {
        let (key, kept) = VapidKey::generate().unwrap();
        assert_eq!(VapidKey::read(&kept).unwrap().public(), key.public());
        assert!(!format!("{key:?} {kept:?}").contains(&kept.reveal()[20..]));
        // RFC 8291, appendix A: any pair of P-256 will do.
        let public = "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
        let private = Secret::new("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw".to_owned());
        assert_eq!(VapidKey::of_pair(public, &private).unwrap().public(), public);
        assert!(VapidKey::of_pair(&key.public(), &private).is_err());
        assert!(VapidKey::of_pair(public, &Secret::new(String::new())).is_err());
        for wrong in ["", "****", &kept.reveal()[4..], public] {
            assert!(VapidKey::read(&Secret::new(wrong.to_owned())).is_err(), "{wrong}");
        }
    }
}
