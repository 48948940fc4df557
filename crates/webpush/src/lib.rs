//! Web Push (RFC 8030) to browsers: encrypted for one (RFC 8291, aes128gcm), signed by us (VAPID, RFC 8292).
#![warn(missing_docs)]

mod seal;
mod vapid;

use std::time::Duration;

use base64::{alphabet, engine::DecodePaddingMode, engine::GeneralPurpose, engine::GeneralPurposeConfig};
use gateway::{Answer, Http, SendError, Taken};
use kit::Clock;
use reqwest::Url;
pub use vapid::{VapidKey, WrongKey};

/// More a push service need not take (RFC 8030, 7.2: 4096 octets with what the encryption adds).
pub const MOST: usize = seal::RECORD - seal::ADDED;

/// More no push service keeps a message.
const LONGEST: Duration = Duration::from_secs(28 * 86_400);

/// Browsers write without padding, other programs now and then with it.
pub(crate) const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_encode_padding(false).with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

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
    /// without hyphens as topic makes a repeated message one, as long as it waits.
    pub topic: Option<String>,
}

/// A sender.
#[derive(Debug)]
pub struct WebPush {
    key: VapidKey,
    contact: String,
    http: Http,
    clock: Clock,
}

impl WebPush {
    /// A sender. `contact` is `mailto:` or `https:` of whoever runs this, for push services to write to.
    ///
    /// The address to call comes from a browser, so `http` should be one that calls the outer world only ([`Http::outward`]). With
    /// another one, for tests and a push service of one's own, endpoints may lie in the house and need no TLS.
    pub const fn new(key: VapidKey, contact: String, http: Http, clock: Clock) -> Self {
        Self { key, contact, http, clock }
    }

    /// What a page passes as `applicationServerKey`.
    pub fn public_key(&self) -> String {
        self.key.public()
    }

    /// Whether this can be a subscription: to be asked when a browser brings it. What a name stands for is looked at when it is called.
    ///
    /// # Errors
    /// Names the field: `endpoint`, `p256dh` or `auth`.
    pub fn check(&self, to: &Subscription) -> Result<(), &'static str> {
        self.endpoint(to)?;
        seal::Receiver::new(&to.p256dh, &to.auth).map(|_| ())
    }

    fn endpoint(&self, to: &Subscription) -> Result<Url, &'static str> {
        let url = Url::parse(&to.endpoint).map_err(|_| "endpoint")?;
        let plain = url.username().is_empty() && url.password().is_none() && to.endpoint.len() <= 2048;
        let secured = url.scheme() == "https" || (url.scheme() == "http" && !self.http.is_outward());
        let reached = self.http.may_call(&url);
        if plain && secured && reached { Ok(url) } else { Err("endpoint") }
    }

    /// Hands over one message; there is no receipt, ever.
    ///
    /// # Errors
    /// [`SendError::Gone`]: the browser has unsubscribed, or has subscribed with another key of ours; the subscription is to be deleted.
    /// Others as [`SendError`] has them.
    pub async fn send(&self, to: &Subscription, message: &Message) -> Result<Taken, SendError> {
        let no_subscription = |field: &'static str| refused(field, "this is no subscription of a browser");
        let url = self.endpoint(to).map_err(no_subscription)?;
        let receiver = seal::Receiver::new(&to.p256dh, &to.auth).map_err(no_subscription)?;
        if message.payload.len() > MOST {
            return Err(refused("payload", "the message is too long"));
        }
        let body = receiver.sealed(&message.payload).ok_or_else(|| refused("payload", "the message cannot be encrypted"))?;
        let origin = url.origin().ascii_serialization();
        let signed = self.key.signed(&origin, &self.contact, &self.clock).ok_or_else(|| refused("vapid", "the key cannot sign"))?;
        let urgency = match message.urgency {
            Urgency::VeryLow => "very-low",
            Urgency::Low => "low",
            Urgency::Normal => "normal",
            Urgency::High => "high",
        };
        let mut request = self
            .http
            .client()
            .post(url)
            .header("authorization", signed)
            .header("content-encoding", "aes128gcm")
            .header("content-type", "application/octet-stream")
            .header("ttl", message.ttl.min(LONGEST).as_secs())
            .header("urgency", urgency);
        if let Some(topic) = &message.topic {
            if !(1..=32).contains(&topic.len()) || !topic.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)) {
                return Err(refused("topic", "a topic has at most 32 letters, digits, `-` and `_`"));
            }
            request = request.header("topic", topic);
        }
        understood(&self.http.send(request.body(body)).await?)
    }
}

fn understood(answer: &Answer) -> Result<Taken, SendError> {
    match (answer.status, answer.refusal()) {
        (200..=299, _) => Ok(Taken { provider_id: None, parts: 1 }),
        (404 | 410, SendError::Refused { code, text }) => Err(SendError::Gone { code, text }),
        // The words of FCM, Apple and Mozilla for one that was made with another key: that one is over, and we are not barred.
        (_, SendError::Barred { code, text } | SendError::Refused { code, text })
            if ["do not correspond", "does not correspond", "VapidPkHashMismatch", "key mismatch"]
                .iter()
                .any(|words| text.contains(words)) =>
        {
            Err(SendError::Gone { code, text })
        }
        (_, error) => Err(error),
    }
}

fn refused(code: &str, text: &str) -> SendError {
    SendError::Refused { code: code.to_owned(), text: text.to_owned() }
}
