//! CMPP 2.0 and 3.0, the lines of 中国移动 that many gateways speak. The codec is our own: there is no crate for it.

mod pdu;
#[cfg(test)]
mod tests;
mod wire;

use gateway::Taken;
use kit::{Clock, Rng, Secret};
pub use pdu::Version;
use reqwest::header::HeaderMap;

use crate::{
    Callback, Client, Later, Outgoing, Unreadable,
    line::{Inbox, Line, LineSettings},
    outgoing::{Number, refused},
};

/// Where and as whom to connect.
#[derive(Clone, Debug)]
pub struct CmppAccount {
    /// `SP_Id`, at most 6 characters.
    pub provider: String,
    /// The shared secret.
    pub secret: Secret<String>,
    /// Which version the gateway speaks.
    pub version: Version,
    /// `Service_Id`, at most 10 characters.
    pub service: String,
    /// The number that messages come from (`Src_Id`), at most 21 digits.
    pub source: String,
    /// How numbers are written; mostly as they are dialled.
    pub number: Number,
}

/// A client of a CMPP line. Texts go as UCS-2, long ones in parts with a header. Receipts and answers come through the [`Inbox`]; our
/// own id is not repeated. For a long text a receipt is asked for its last part, whose id is the message's.
#[derive(Debug)]
pub struct Cmpp {
    line: Line,
    number: Number,
}

impl Cmpp {
    /// Opens the line from within a tokio runtime; it is connected by and by, and anew whenever it breaks.
    ///
    /// Nothing where a part of the account is longer than the protocol has room for, or is not ASCII.
    pub fn open(account: CmppAccount, settings: LineSettings, clock: Clock, rng: Rng) -> Option<(Self, Inbox)> {
        let fits = |text: &str, most: usize| text.is_ascii() && text.len() <= most;
        if !(fits(&account.provider, 6) && fits(&account.service, 10) && fits(&account.source, 21)) {
            return None;
        }
        let number = account.number;
        let (line, inbox) = Line::open(wire::Wire { account, clock }, settings, rng);
        Some((Self { line, number }, inbox))
    }
}

impl Client for Cmpp {
    fn send<'a>(&'a self, message: &'a Outgoing) -> Later<'a, Taken> {
        Box::pin(async move {
            if message.text.is_empty() {
                return Err(refused("text", "the text is empty"));
            }
            self.line.send(message.numbered(self.number)?, &message.whole()).await
        })
    }

    /// Nothing is posted here: news comes through the [`Inbox`].
    fn read_callback(&self, _headers: &HeaderMap, _body: &[u8]) -> Result<Callback, Unreadable> {
        Err(Unreadable("this operator posts nothing".to_owned()))
    }
}
