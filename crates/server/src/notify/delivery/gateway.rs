//! The ways out as they are configured, behind one seam.

use std::{fmt, sync::Arc};

use futures_util::future::BoxFuture;
use gateway::{SendError, Taken, Told};
use kit::uuid::Uuid;

use crate::notify::{address::AddressKind, model::Channel};

/// A message to be asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Our own name for it.
    pub id: Uuid,
    /// The gateway's.
    pub provider_id: String,
    /// To whom it went.
    pub to: String,
    /// When, in milliseconds since 1970.
    pub sent_at: i64,
}

/// What is handed to a gateway.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Our own name for it, the same however often it is tried.
    pub id: Uuid,
    /// To whom, as the gateway addresses people; of browsers several, a line each.
    pub to: String,
    /// One line.
    pub title: String,
    /// What it says.
    pub text: String,
    /// A path in this system, where it is about one thing.
    pub link: Option<String>,
}

/// What a gateway asks us, or tells us unasked.
#[derive(Clone, Debug)]
pub struct Call {
    /// The query of the address it called, as it stands.
    pub query: String,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What a call said, and what it is answered with.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// What was told.
    pub told: Vec<Told>,
    /// Who has come, and the code they scanned.
    pub came: Vec<(String, Option<String>)>,
    /// Who has left.
    pub left: Vec<String>,
    /// The answer the gateway expects: type and body.
    pub answer: (&'static str, String),
}

/// What came of handing over a letter.
#[derive(Clone, Debug)]
pub struct Handed {
    /// Whether it was taken.
    pub taken: Result<Taken, SendError>,
    /// Addresses at which nobody is any more.
    pub gone: Vec<String>,
}

impl Handed {
    /// Of a letter to one address.
    pub fn to_one(letter: &Letter, taken: Result<Taken, SendError>) -> Self {
        let gone = if matches!(taken, Err(SendError::Gone { .. })) { vec![letter.to.clone()] } else { Vec::new() };
        Self { taken, gone }
    }
}

/// One way out. Kinds of gateways differ only behind this.
pub trait Gateway: Send + Sync {
    /// Its name in the configuration.
    fn code(&self) -> &str;
    /// Which way.
    fn channel(&self) -> Channel;
    /// What it writes to.
    fn writes_to(&self) -> AddressKind {
        AddressKind::Phone
    }
    /// Whether it drops a second message of the same id.
    fn dedupes(&self) -> bool;
    /// Hands it a message.
    fn send<'a>(&'a self, letter: &'a Letter) -> BoxFuture<'a, Handed>;
    /// Asks what became of messages of which nothing was heard; one that cannot be asked says nothing.
    fn ask<'a>(&'a self, asked: &'a [Asked]) -> BoxFuture<'a, Result<Vec<Told>, SendError>> {
        let _ = asked;
        Box::pin(async { Ok(Vec::new()) })
    }
    /// Whether it can be asked.
    fn can_be_asked(&self) -> bool {
        false
    }
    /// Whether people answer what it brings, in words that come back to us.
    fn takes_answers(&self) -> bool {
        false
    }
    /// Reads what it calls us with; refuses, in words for a log, what it cannot have sent.
    fn hear(&self, call: &Call) -> Result<Heard, String>;
    /// How a call is answered with words for whoever caused it, where the gateway carries some.
    fn answer(&self, call: &Call, words: &str) -> Option<String> {
        let _ = (call, words);
        None
    }
    /// The official account it speaks for.
    fn official(&self) -> Option<&wechat::Official> {
        None
    }
    /// What a browser needs to subscribe.
    fn push_key(&self) -> Option<String> {
        None
    }
    /// A browser's subscription as an address; refuses by the name of the field.
    fn subscription(&self, endpoint: &str, p256dh: &str, auth: &str) -> Result<String, &'static str> {
        let _ = (endpoint, p256dh, auth);
        Err("endpoint")
    }
}

/// All ways out there are.
#[derive(Clone, Default)]
pub struct Gateways(Vec<Arc<dyn Gateway>>);

impl Gateways {
    /// These, in the order in which they are asked.
    pub fn new(gateways: Vec<Arc<dyn Gateway>>) -> Self {
        Self(gateways)
    }

    /// Those of a way, the first choice in front.
    pub(super) fn of(&self, channel: Channel) -> impl Iterator<Item = &Arc<dyn Gateway>> {
        self.0.iter().filter(move |gateway| gateway.channel() == channel)
    }

    /// One by its code.
    pub(in crate::notify) fn find(&self, code: &str) -> Option<&Arc<dyn Gateway>> {
        self.0.iter().find(|gateway| gateway.code() == code)
    }

    /// All of them.
    pub(in crate::notify) fn all(&self) -> &[Arc<dyn Gateway>] {
        &self.0
    }
}

impl fmt::Debug for Gateways {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|gateway| gateway.code())).finish()
    }
}
