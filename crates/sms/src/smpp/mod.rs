//! SMPP 3.4 as a transceiver, over the codec of `rusmpp`.

mod receipt;
mod wire;

use gateway::Taken;
use kit::{Rng, Secret};
use reqwest::header::HeaderMap;

use crate::{
    Callback, Client, Later, Outgoing, Unreadable,
    line::{Inbox, Line, LineSettings},
    outgoing::{Number, refused},
};

/// Where and as whom to bind.
#[derive(Clone, Debug)]
pub struct SmppAccount {
    /// `system_id`, at most 15 characters.
    pub system_id: String,
    /// At most 8 characters.
    pub password: Secret<String>,
    /// `system_type`, mostly empty.
    pub system_type: String,
    /// The number that messages come from, digits; the operator's own where empty.
    pub source: String,
    /// How numbers are written.
    pub number: Number,
    /// How the parts of a long text are joined.
    pub joined: Joined,
    /// How ids in receipts relate to those in answers.
    pub ids: Ids,
}

/// How the parts of a long text are joined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Joined {
    /// By a header before the text (UDH), which nearly everybody understands.
    #[default]
    Header,
    /// By the parameters `sar_msg_ref_num`, `sar_total_segments` and `sar_segment_seqnum`.
    Parameters,
}

/// How an operator writes the ids of messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ids {
    /// The same everywhere.
    #[default]
    Same,
    /// Hexadecimal in answers and decimal in receipts.
    HexThenDecimal,
}

/// A client of an operator's SMPP line. Texts go as UCS-2. Receipts and answers come through the [`Inbox`]; our own id is not repeated.
/// For a long text a receipt is asked for its last part, whose id is the message's.
#[derive(Debug)]
pub struct Smpp {
    line: Line,
    number: Number,
}

impl Smpp {
    /// Opens the line from within a tokio runtime; it is connected by and by, and anew whenever it breaks.
    ///
    /// Nothing where a part of the account is longer than the protocol has room for, or is not ASCII.
    pub fn open(account: SmppAccount, settings: LineSettings, rng: Rng) -> Option<(Self, Inbox)> {
        let number = account.number;
        let (line, inbox) = Line::open(wire::Wire::new(account)?, settings, rng);
        Some((Self { line, number }, inbox))
    }
}

impl Client for Smpp {
    fn send<'a>(&'a self, message: &'a Outgoing) -> Later<'a, Taken> {
        Box::pin(async move {
            if message.text.is_empty() {
                return Err(refused("text", "the text is empty"));
            }
            self.line.send(&message.numbered(self.number)?.replace('+', ""), &message.whole()).await
        })
    }

    /// Nothing is posted here: news comes through the [`Inbox`].
    fn read_callback(&self, _headers: &HeaderMap, _body: &[u8]) -> Result<Callback, Unreadable> {
        Err(Unreadable("this operator posts nothing".to_owned()))
    }
}
