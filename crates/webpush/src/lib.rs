//! Web Push (RFC 8030) to browsers: encrypted for one (RFC 8291, aes128gcm), signed by us (VAPID, RFC 8292).
#![warn(missing_docs)]

use std::time::Duration;

use gateway::{Http, SendError, Taken};
use kit::{Clock, Moment, Secret};

/// Where a browser wants to be told, as its `PushSubscription` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// `endpoint`. Whoever has it can disturb the browser: it is not for logs.
    pub endpoint: String,
    /// `keys.p256dh`, base64url.
    pub p256dh: String,
    /// `keys.auth`, base64url.
    pub auth: String,
}

impl Subscription {
    /// Whether this can be one: an https address of the outer world and keys of the right form. To be asked when a browser brings it.
    ///
    /// # Errors
    /// Names the field: `endpoint`, `p256dh` or `auth`.
    pub fn check(&self) -> Result<(), &'static str> {
        todo!()
    }
}

/// How soon a browser is to be woken for it (RFC 8030, 5.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Urgency {
    /// When it is awake anyway and at the mains.
    VeryLow,
    /// When it is at the mains.
    Low,
    /// As long as its battery is not low.
    #[default]
    Normal,
    /// Always.
    High,
}

/// A message to one browser.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// What the page's service worker gets: at most [`MOST`] octets.
    pub payload: Vec<u8>,
    /// How long the push service keeps it for a browser that is away; at most 28 days.
    pub ttl: Duration,
    /// How soon.
    pub urgency: Urgency,
    /// A later message of the same topic takes the place of one that still waits: at most 32 letters, digits, `-` and `_`. A UUID
    /// without hyphens as topic makes a repeated message one.
    pub topic: Option<String>,
}

/// More a push service need not take (RFC 8030, 7.2: 4096 octets with what the encryption adds).
pub const MOST: usize = 3993;

/// The pair of keys by which push services know us. Browsers are bound to it: another one makes all subscriptions void.
pub struct VapidKey {}

impl VapidKey {
    /// A new one, and how it is kept: PKCS #8 in base64url.
    ///
    /// # Errors
    /// When the machine has no chance to give.
    pub fn generate() -> Result<(Self, Secret<String>), WrongKey> {
        todo!()
    }

    /// Reads what [`VapidKey::generate`] gave to be kept.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(kept: &Secret<String>) -> Result<Self, WrongKey> {
        todo!()
    }

    /// Reads a pair as `web-push generate-vapid-keys` and most other programs print it.
    ///
    /// # Errors
    /// When it is none, or the two do not belong together.
    pub fn of_pair(public: &str, private: &Secret<String>) -> Result<Self, WrongKey> {
        todo!()
    }

    /// What a page passes as `applicationServerKey`: base64url of the point.
    pub fn public(&self) -> String {
        todo!()
    }
}

/// What is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a key of P-256")]
pub struct WrongKey;

/// A sender.
pub struct WebPush {}

impl WebPush {
    /// A sender. `contact` is `mailto:` or `https:` of whoever runs this, for push services to write to. `http` should be one that
    /// leaves the house only ([`Http::outward`]): the address to call comes from a browser.
    pub fn new(key: VapidKey, contact: String, http: Http, clock: Clock) -> Self {
        todo!()
    }

    /// What a page passes as `applicationServerKey`.
    pub fn public_key(&self) -> String {
        todo!()
    }

    /// Hands over one message; there is no receipt, ever.
    ///
    /// # Errors
    /// [`SendError::Gone`]: the browser has unsubscribed, the subscription is to be deleted. Others as [`SendError`] has them.
    pub async fn send(&self, to: &Subscription, message: &Message) -> Result<Taken, SendError> {
        todo!()
    }
}
