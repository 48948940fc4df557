//! The ways out as they are configured, behind one seam.

use std::{fmt, sync::Arc};

use futures_util::future::BoxFuture;
use gateway::{SendError, Taken, Told};
use kit::uuid::Uuid;

use crate::notify::model::Channel;

/// What is handed to a gateway.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Our own name for it, the same however often it is tried.
    pub id: Uuid,
    /// To whom, as the gateway addresses people.
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
#[derive(Clone, Debug)]
pub struct Heard {
    /// What was told.
    pub told: Vec<Told>,
    /// The answer the gateway expects: type and body.
    pub answer: (&'static str, String),
}

/// One way out. Kinds of gateways differ only behind this.
pub trait Gateway: Send + Sync {
    /// Its name in the configuration.
    fn code(&self) -> &str;
    /// Which way.
    fn channel(&self) -> Channel;
    /// Whether it drops a second message of the same id.
    fn dedupes(&self) -> bool;
    /// Hands it a message.
    fn send<'a>(&'a self, letter: &'a Letter) -> BoxFuture<'a, Result<Taken, SendError>>;
    /// Reads what it calls us with; refuses, in words for a log, what it cannot have sent.
    fn hear(&self, call: &Call) -> Result<Heard, String>;
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
    pub(super) fn find(&self, code: &str) -> Option<&Arc<dyn Gateway>> {
        self.0.iter().find(|gateway| gateway.code() == code)
    }

    /// All of them.
    pub(super) fn all(&self) -> &[Arc<dyn Gateway>] {
        &self.0
    }
}

impl fmt::Debug for Gateways {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|gateway| gateway.code())).finish()
    }
}
