//! Notices that browsers show.

use std::time::Duration;

use anyhow::Context as _;
use futures_util::future::{BoxFuture, join_all};
use gateway::{SendError, Taken};
use kit::Secret;
use serde::{Deserialize, Serialize};
use serde_json::json;
use webpush::{Message, Subscription, Urgency, VapidKey, WebPush};

use super::Tools;
use crate::notify::{
    address::AddressKind,
    delivery::gateway::{Call, Gateway, Handed, Heard, Letter},
    model::Channel,
};

/// Web Push.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PushEntry {
    /// As `shibicheng push-key` prints it.
    key: Secret<String>,
    /// `mailto:` or `https:` of whoever runs this.
    contact: String,
}

/// A browser's subscription, as it is kept.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    endpoint: String,
    p256dh: String,
    auth: String,
}

/// A browser that is away for longer has the message in the system.
const KEPT_FOR: Duration = Duration::from_secs(24 * 3600);
/// What is shown of a text: there is room for no more, and a push service takes 4 KiB.
const SHOWN: usize = 300;

/// Notices to browsers.
pub(super) struct Notices {
    code: String,
    push: WebPush,
}

impl PushEntry {
    pub(super) fn open(self, code: String, tools: &Tools<'_>) -> anyhow::Result<Notices> {
        let key = VapidKey::read(&self.key).context("push.key: not what `shibicheng push-key` prints")?;
        Ok(Notices { code, push: WebPush::new(key, self.contact, tools.outward.clone(), tools.clock.clone()) })
    }
}

impl Gateway for Notices {
    fn code(&self) -> &str {
        &self.code
    }

    fn channel(&self) -> Channel {
        Channel::Push
    }

    fn writes_to(&self) -> AddressKind {
        AddressKind::Browser
    }

    /// A later notice of one tag takes the earlier one's place on the screen.
    fn dedupes(&self) -> bool {
        true
    }

    /// Taken when one of the person's browsers' services took it.
    fn send<'a>(&'a self, letter: &'a Letter) -> BoxFuture<'a, Handed> {
        let body: String = letter.text.chars().take(SHOWN).collect();
        let payload = json!({ "id": letter.id, "title": letter.title, "body": body, "path": letter.link }).to_string();
        let topic = Some(letter.id.simple().to_string());
        let message = Message { payload: payload.into_bytes(), ttl: KEPT_FOR, urgency: Urgency::High, topic };
        Box::pin(async move {
            let each = letter.to.lines().map(|line| {
                let message = &message;
                async move {
                    let Ok(kept) = serde_json::from_str::<Kept>(line) else {
                        return (line, Err(SendError::Gone { code: "unreadable".to_owned(), text: String::new() }));
                    };
                    let to = Subscription { endpoint: kept.endpoint, p256dh: kept.p256dh, auth: kept.auth };
                    (line, self.push.send(&to, message).await)
                }
            });
            let (mut gone, mut taken, mut refused) = (Vec::new(), None, None);
            for (line, result) in join_all(each).await {
                match result {
                    Ok(done) => taken = Some(done),
                    Err(error) => {
                        if matches!(error, SendError::Gone { .. }) {
                            gone.push(line.to_owned());
                        }
                        // What may be tried again says more than what is over.
                        if !matches!((&refused, &error), (Some(_), SendError::Gone { .. })) {
                            refused = Some(error);
                        }
                    }
                }
            }
            let taken = match (taken, refused) {
                (Some(taken), _) => Ok(Taken { parts: 1, ..taken }),
                (None, Some(error)) => Err(error),
                (None, None) => Err(SendError::Refused { code: "no_browser".to_owned(), text: String::new() }),
            };
            Handed { taken, gone }
        })
    }

    fn hear(&self, _: &Call) -> Result<Heard, String> {
        Err("push services do not call".to_owned())
    }

    fn push_key(&self) -> Option<String> {
        Some(self.push.public_key())
    }

    fn subscription(&self, endpoint: &str, p256dh: &str, auth: &str) -> Result<String, &'static str> {
        let to = Subscription { endpoint: endpoint.to_owned(), p256dh: p256dh.to_owned(), auth: auth.to_owned() };
        self.push.check(&to)?;
        let Subscription { endpoint, p256dh, auth } = to;
        serde_json::to_string(&Kept { endpoint, p256dh, auth }).map_err(|_| "endpoint")
    }
}
