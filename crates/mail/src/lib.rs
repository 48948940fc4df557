//! E-mail: one message by SMTP ([`Mailer::send`]), and what a mail server writes back about it ([`Mailer::read_report`]).
#![warn(missing_docs)]

mod report;
mod smtp;

use std::time::{Duration, SystemTime};

use gateway::{Receipt, SendError, Taken};
use kit::{Clock, Secret};
use lettre::{
    Address, Message,
    message::{
        Body, Mailbox,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};
use smtp::Server;

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
    /// The sender: `办公室 <office@example.gov.cn>` or the address alone. Reports come back to it.
    pub from: String,
    /// Certificates (PEM) of a house's own authority, beside those of the system.
    pub authority: Option<String>,
    /// By which name we greet; the domain of `from` where nothing is said.
    pub hello: Option<String>,
}

/// A message to one person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mail {
    /// Our own name for it, the same however often it is tried: becomes the Message-ID, by which mailboxes know a second one and reports
    /// speak of it. At most 64 letters, digits, `-` and `_`.
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
#[derive(Debug)]
pub struct Mailer {
    server: Server,
    from: Mailbox,
    clock: Clock,
}

impl Mailer {
    /// A sender that gives a server `patience` for a whole message.
    ///
    /// # Errors
    /// When the account makes no sense; the error names the field.
    pub fn new(account: MailAccount, patience: Duration, clock: Clock) -> Result<Self, WrongAccount> {
        let from = mailbox(&account.from).ok_or_else(|| wrong("from", "this is no address of e-mail"))?;
        let server = Server::new(account, from.email.domain(), patience)?;
        Ok(Self { server, from, clock })
    }

    /// Hands one message to the server, on a line of its own. [`Taken::provider_id`] is the server's name for it in its queue, where its
    /// answer has one.
    ///
    /// # Errors
    /// [`SendError::Gone`]: no such mailbox. Others as [`SendError`] has them; only a line that breaks once the text has gone out leaves
    /// open whether it was taken.
    pub async fn send(&self, mail: &Mail) -> Result<Taken, SendError> {
        let to = address(&mail.to).ok_or_else(|| refused("to", "this is no address of e-mail"))?;
        let message = self.written(mail, to.clone())?;
        self.server.send(&self.from.email, &to, &message).await
    }

    /// Reads what a mail server writes back about a message of ours (RFC 3464): failed, delayed or delivered. Nothing where it is
    /// something else. Anybody can write such a thing who knows our name for the message.
    pub fn read_report(&self, raw: &[u8]) -> Option<Receipt> {
        report::read(raw, self.from.email.domain())
    }

    /// The message as it goes over the line.
    fn written(&self, mail: &Mail, to: Address) -> Result<Vec<u8>, SendError> {
        let named = (1..=64).contains(&mail.own_id.len()) && mail.own_id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        if !named {
            return Err(refused("own_id", "a name has at most 64 letters, digits, `-` and `_`"));
        }
        let unwritable = |_| refused("mail", "the message cannot be written");
        let at = Duration::from_millis(u64::try_from(self.clock.now().millis()).unwrap_or(0));
        // Base64 passes servers that take ASCII only, and leaves no line that SMTP would read itself.
        let text = mail.text.replace("\r\n", "\n").replace('\n', "\r\n");
        let text =
            Body::new_with_encoding(text, ContentTransferEncoding::Base64).map_err(|_| refused("text", "the text cannot be written"))?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(mail.subject.split(char::is_control).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "))
            .date(SystemTime::UNIX_EPOCH + at)
            .message_id(Some(format!("<{}@{}>", mail.own_id, self.from.email.domain())))
            // So that nobody's absence is answered (RFC 3834).
            .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()))
            .header(ContentType::TEXT_PLAIN)
            .body(text)
            .map_err(unwritable)?;
        Ok(message.formatted())
    }
}

/// `name <address>`, the name as people write it, or the address alone.
fn mailbox(text: &str) -> Option<Mailbox> {
    let Some((name, rest)) = text.trim().strip_suffix('>').and_then(|text| text.rsplit_once('<')) else {
        return Some(Mailbox::new(None, address(text.trim())?));
    };
    let name = name.trim().trim_matches('"');
    let plain = !name.contains(char::is_control);
    Some(Mailbox::new(Some(name.to_owned()).filter(|name| !name.is_empty()), address(rest).filter(|_| plain)?))
}

/// Addresses beyond ASCII need servers that know SMTPUTF8, which few do.
fn address(text: &str) -> Option<Address> {
    text.is_ascii().then(|| text.parse().ok())?
}

fn refused(code: &str, text: &str) -> SendError {
    SendError::Refused { code: code.to_owned(), text: text.to_owned() }
}

fn wrong(field: &'static str, why: impl Into<String>) -> WrongAccount {
    WrongAccount { field, why: why.into() }
}

#[cfg(test)]
mod tests {
    use kit::Moment;

    use super::*;

    fn account() -> MailAccount {
        MailAccount {
            host: "127.0.0.1".to_owned(),
            port: Some(9),
            security: Security::Plain,
            login: None,
            from: "督查室 <office@example.gov.cn>".to_owned(),
            authority: None,
            hello: None,
        }
    }

    fn mailer(account: MailAccount) -> Result<Mailer, WrongAccount> {
        Mailer::new(account, Duration::from_secs(1), Clock::manual(Moment::from_millis(1_767_574_800_000)))
    }

    #[test]
    fn what_is_written_is_read_by_another_program() {
        let mail = Mail {
            own_id: "0190-own".to_owned(),
            to: "a@example.org".to_owned(),
            subject: format!("关于{}的通知\r\nBcc: b@example.org", "防汛抢险".repeat(20)),
            text: "第一行\n.\n第三行 & <b>".to_owned(),
        };
        let written = mailer(account()).unwrap().written(&mail, address(&mail.to).unwrap()).unwrap();
        assert!(written.is_ascii() && String::from_utf8_lossy(&written).lines().all(|line| line.len() <= 78));
        let read = mail_parser::MessageParser::default().parse(&written).unwrap();
        assert_eq!(read.subject().unwrap(), format!("关于{}的通知 Bcc: b@example.org", "防汛抢险".repeat(20)));
        assert_eq!((read.message_id(), read.bcc()), (Some("0190-own@example.gov.cn"), None));
        assert_eq!(read.body_text(0).unwrap(), "第一行\r\n.\r\n第三行 & <b>");
        let from = read.from().and_then(|from| from.first()).unwrap();
        assert_eq!((from.name(), from.address()), (Some("督查室"), Some("office@example.gov.cn")));
        assert_eq!(read.header_raw("Auto-Submitted").map(str::trim), Some("auto-generated"));
        assert_eq!(read.date().unwrap().to_timestamp(), 1_767_574_800);
    }

    #[tokio::test]
    async fn nobody_is_called_for_what_cannot_be_sent() {
        let mailer = mailer(account()).unwrap();
        let right = Mail { own_id: "1".to_owned(), to: "a@example.org".to_owned(), ..Mail::default() };
        for (mail, field) in [
            (Mail { to: "a@example.org, b@example.org".to_owned(), ..right.clone() }, "to"),
            (Mail { to: "a@example.org>\r\nRCPT TO:<b@example.org".to_owned(), ..right.clone() }, "to"),
            (Mail { to: "张三@example.org".to_owned(), ..right.clone() }, "to"),
            (Mail { own_id: "1>\r\nX: y".to_owned(), ..right.clone() }, "own_id"),
        ] {
            assert!(matches!(mailer.send(&mail).await, Err(SendError::Refused { code, .. }) if code == field), "{mail:?}");
        }
        assert!(matches!(mailer.send(&right).await, Err(SendError::Unreachable(_))));
    }

    #[test]
    fn an_account_that_makes_no_sense_names_the_field() {
        let field = |account| mailer(account).unwrap_err().field;
        assert_eq!(field(MailAccount { from: "nobody".to_owned(), ..account() }), "from");
        assert_eq!(field(MailAccount { host: String::new(), ..account() }), "host");
        assert_eq!(field(MailAccount { hello: Some("a b".to_owned()), ..account() }), "hello");
        assert_eq!(field(MailAccount { authority: Some("no PEM".to_owned()), security: Security::Tls, ..account() }), "authority");
        let login = Some(("user".to_owned(), Secret::new("pass-word".to_owned())));
        assert_eq!(field(MailAccount { login: login.clone(), ..account() }), "login");
        let mailer = mailer(MailAccount { login, security: Security::Tls, ..account() }).unwrap();
        assert!(!format!("{mailer:?}").contains("pass-word"));
    }
}
