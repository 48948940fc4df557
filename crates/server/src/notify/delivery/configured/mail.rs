//! E-mail.

use futures_util::future::BoxFuture;
use kit::Secret;
use mail::{Mail, MailAccount, Mailer, Security};
use serde::Deserialize;

use super::{PATIENCE, Tools, same};
use crate::notify::{
    address::AddressKind,
    delivery::gateway::{Call, Gateway, Handed, Heard, Letter},
    model::Channel,
};

/// A mail server.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MailEntry {
    host: String,
    port: Option<u16>,
    security: Secured,
    user: Option<String>,
    password: Option<Secret<String>>,
    /// `办公室 <office@example.gov.cn>`.
    from: String,
    /// A file of certificates (PEM), written as `file:PATH`.
    authority: Option<String>,
    hello: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Secured {
    Tls,
    Starttls,
    /// A relay on the same machine or the inner network.
    None,
}

/// Letters to mailboxes.
pub(super) struct Post {
    code: String,
    mailer: Mailer,
    token: Option<Secret<String>>,
    public_url: String,
}

impl MailEntry {
    pub(super) fn open(self, code: String, token: Option<Secret<String>>, tools: &Tools<'_>) -> anyhow::Result<Post> {
        let security = match self.security {
            Secured::Tls => Security::Tls,
            Secured::Starttls => Security::StartTls,
            Secured::None => Security::Plain,
        };
        let account = MailAccount {
            host: self.host,
            port: self.port,
            security,
            login: self.user.zip(self.password),
            from: self.from,
            authority: self.authority,
            hello: self.hello,
        };
        let mailer = Mailer::new(account, PATIENCE, tools.clock.clone()).map_err(|wrong| anyhow::anyhow!("mail.{wrong}"))?;
        Ok(Post { code, mailer, token, public_url: tools.public_url.to_owned() })
    }
}

impl Gateway for Post {
    fn code(&self) -> &str {
        &self.code
    }

    fn channel(&self) -> Channel {
        Channel::Email
    }

    fn writes_to(&self) -> AddressKind {
        AddressKind::Mailbox
    }

    /// Mailboxes show a second message of one Message-ID once, but not all of them do.
    fn dedupes(&self) -> bool {
        false
    }

    fn send<'a>(&'a self, letter: &'a Letter) -> BoxFuture<'a, Handed> {
        let mut text = letter.text.clone();
        if let (Some(path), false) = (&letter.link, self.public_url.is_empty()) {
            text = format!("{text}\n\n{}{path}", self.public_url);
        }
        let mail = Mail { own_id: letter.id.to_string(), to: letter.to.clone(), subject: letter.title.clone(), text };
        Box::pin(async move { Handed::to_one(letter, self.mailer.send(&mail).await) })
    }

    /// A message that the mail server hands on (`call_token` in the query): a report of delivery about one of ours.
    fn hear(&self, call: &Call) -> Result<Heard, String> {
        let Some(token) = &self.token else { return Err("this gateway has no call_token, so nobody may call".to_owned()) };
        let given = call.query.split('&').find_map(|pair| pair.strip_prefix("token=")).unwrap_or_default();
        if !same(given.as_bytes(), token.reveal().as_bytes()) {
            return Err("the token is another".to_owned());
        }
        let told = self.mailer.read_report(&call.body).into_iter().map(gateway::Told::Receipt).collect();
        Ok(Heard { told, answer: ("text/plain", "ok".to_owned()), ..Heard::default() })
    }
}
