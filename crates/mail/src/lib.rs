//! E-mail: one message by SMTP, and what a mail server writes back when it could not be delivered.
#![warn(missing_docs)]

use std::time::Duration;

use gateway::{Receipt, SendError, Taken};
use kit::{Clock, Secret};

/// How the line is secured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first octet; port 465.
    Tls,
    /// By STARTTLS, and not without; port 587.
    StartTls,
    /// Not at all: a relay on the same machine or the inner network; port 25. Never with a password.
    Plain,
}

/// Where and as whom to send.
#[derive(Clone, Debug)]
pub struct MailAccount {
    /// The server's name, by which its certificate is checked, too.
    pub host: String,
    /// Its port; the usual one of `security` where nothing is said.
    pub port: Option<u16>,
    /// How the line is secured.
    pub security: Security,
    /// User and password, where the server wants some.
    pub login: Option<(String, Secret<String>)>,
    /// The sender: `办公室 <office@example.gov.cn>` or the address alone. Bounces come back to it.
    pub from: String,
    /// Certificates (PEM) of a house's own authority, beside those of the system.
    pub authority: Option<String>,
    /// By which name we greet; `localhost` in brackets where nothing is said.
    pub hello: Option<String>,
}

/// A message to one person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mail {
    /// Our own name for it: becomes the Message-ID, by which mailboxes drop a second one and bounces speak of it.
    pub own_id: String,
    /// To whom: an address, nothing else.
    pub to: String,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
}

/// What is wrong with an account.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {why}")]
pub struct WrongAccount {
    /// The field of [`MailAccount`].
    pub field: &'static str,
    /// What is wrong with it.
    pub why: String,
}

/// A sender.
pub struct Mailer {}

impl Mailer {
    /// A sender that gives a server `patience` for a whole message.
    ///
    /// # Errors
    /// When the account makes no sense; the error names the field.
    pub fn new(account: MailAccount, patience: Duration, clock: Clock) -> Result<Self, WrongAccount> {
        todo!()
    }

    /// Hands one message to the server, on a line of its own. [`Taken::provider_id`] is the server's queue id where its answer has one.
    ///
    /// # Errors
    /// [`SendError::Gone`]: no such mailbox. Others as [`SendError`] has them; only a line that breaks after the text has gone out
    /// leaves open whether it was taken.
    pub async fn send(&self, mail: &Mail) -> Result<Taken, SendError> {
        todo!()
    }

    /// Reads a report of delivery (RFC 3464) about a message of ours: failed, delayed or delivered. Nothing where the message is
    /// something else.
    pub fn read_report(&self, raw: &[u8]) -> Option<Receipt> {
        todo!()
    }
}
