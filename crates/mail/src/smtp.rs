//! One message over one line. `lettre` has the commands; the order of them is ours, so that it is known how far a message has come.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use gateway::{SendError, Taken};
use kit::Secret;
use lettre::{
    Address,
    transport::smtp::{
        Error,
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, Certificate, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::ClientId,
    },
};

use crate::{MailAccount, Security, WrongAccount, wrong};

/// For saying goodbye, which nobody needs.
const GOODBYE: Duration = Duration::from_secs(1);

/// Where messages are handed over.
#[derive(Debug)]
pub(crate) struct Server {
    host: String,
    port: u16,
    security: Security,
    login: Option<(String, Secret<String>)>,
    tls: Option<Tls>,
    hello: ClientId,
    patience: Duration,
}

/// What a line is secured by; it does not show itself.
struct Tls(TlsParameters);

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tls")
    }
}

/// How far a message has come when something goes wrong.
#[derive(Clone, Copy)]
enum Step {
    Greeting,
    Login,
    Sender,
    Receiver,
    Text,
}

impl Server {
    pub(crate) fn new(account: MailAccount, domain: &str, patience: Duration) -> Result<Self, WrongAccount> {
        let MailAccount { host, port, security, login, authority, hello, .. } = account;
        let named = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b));
        if !named(&host) {
            return Err(wrong("host", "this is no name of a server"));
        }
        if login.is_some() && security == Security::Plain {
            return Err(wrong("login", "a password does not go over a line that is not secured"));
        }
        let hello = hello.unwrap_or_else(|| domain.to_owned());
        if !named(&hello) {
            return Err(wrong("hello", "this is no name to greet with"));
        }
        let tls = match security {
            Security::Plain => None,
            Security::Tls | Security::StartTls => Some(Tls(secured(&host, authority.as_deref())?)),
        };
        let port = port.unwrap_or(match security {
            Security::Tls => 465,
            Security::StartTls => 587,
            Security::Plain => 25,
        });
        Ok(Self { host, port, security, login, tls, hello: ClientId::Domain(hello), patience })
    }

    pub(crate) async fn send(&self, from: &Address, to: &Address, message: &[u8]) -> Result<Taken, SendError> {
        let handed = AtomicBool::new(false);
        let lost = |text: String| if handed.load(Ordering::SeqCst) { SendError::Unknown(text) } else { SendError::Unreachable(text) };
        match tokio::time::timeout(self.patience, self.exchange(from, to, message, &handed)).await {
            Err(_) => Err(lost("the server did not answer in time".to_owned())),
            Ok(Err((step, error))) => Err(meaning(step, &error).unwrap_or_else(|| lost(SendError::shorten(&error.to_string())))),
            Ok(Ok((mut line, words))) => {
                let _ = tokio::time::timeout(GOODBYE, line.quit()).await;
                Ok(Taken { provider_id: queued(&words), parts: 1 })
            }
        }
    }

    async fn exchange(
        &self,
        from: &Address,
        to: &Address,
        message: &[u8],
        handed: &AtomicBool,
    ) -> Result<(AsyncSmtpConnection, String), (Step, Error)> {
        let tls = || self.tls.as_ref().map(|Tls(parameters)| parameters.clone());
        let at = |step: Step| move |error: Error| (step, error);
        let first = tls().filter(|_| self.security == Security::Tls);
        let server = (self.host.as_str(), self.port);
        let mut line =
            AsyncSmtpConnection::connect_tokio1(server, Some(self.patience), &self.hello, first, None).await.map_err(at(Step::Greeting))?;
        if let Some(parameters) = tls().filter(|_| self.security == Security::StartTls) {
            line.starttls(parameters, &self.hello).await.map_err(at(Step::Login))?;
        }
        if let Some((user, password)) = &self.login {
            let credentials = Credentials::new(user.clone(), password.reveal().clone());
            line.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await.map_err(at(Step::Login))?;
        }
        line.command(Mail::new(Some(from.clone()), Vec::new())).await.map_err(at(Step::Sender))?;
        line.command(Rcpt::new(to.clone(), Vec::new())).await.map_err(at(Step::Receiver))?;
        line.command(Data).await.map_err(at(Step::Text))?;
        handed.store(true, Ordering::SeqCst);
        let answer = line.message(message).await.map_err(at(Step::Text))?;
        let words = answer.message().collect::<Vec<_>>().join(" ");
        Ok((line, words))
    }
}

fn secured(host: &str, authority: Option<&str>) -> Result<TlsParameters, WrongAccount> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(pem) = authority {
        let no_certificate = || wrong("authority", "there is no certificate in it");
        // What is no PEM is taken for an empty list otherwise.
        if !pem.contains("-----BEGIN CERTIFICATE-----") {
            return Err(no_certificate());
        }
        builder = builder.add_root_certificate(Certificate::from_pem(pem.as_bytes()).map_err(|_| no_certificate())?);
    }
    builder.build_rustls().map_err(|error| wrong("host", error.to_string()))
}

/// What a server's refusal means; nothing where it has not spoken.
fn meaning(step: Step, error: &Error) -> Option<SendError> {
    let told = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    // The code says it already.
    let said = enhanced(&told).and_then(|status| told.strip_prefix(status)).map_or(told.as_str(), str::trim_start);
    let text = SendError::shorten(said);
    let Some(status) = error.status() else {
        // It does not offer what we ask for: no STARTTLS, no way to log in.
        let code = "SMTP".to_owned();
        return (error.is_client() && matches!(step, Step::Login)).then_some(SendError::Barred { code, text });
    };
    let code = enhanced(&told).map_or_else(|| status.to_string(), |enhanced| format!("{status} {enhanced}"));
    let fits = |list: &[&str]| enhanced(&told).is_some_and(|status| list.contains(&status));
    Some(match step {
        _ if error.is_transient() => SendError::Busy { code, text, retry_after: None },
        // Log in first; the password is wrong.
        _ if ["530", "534", "535"].contains(&status.to_string().as_str()) => SendError::Barred { code, text },
        Step::Greeting | Step::Login | Step::Sender => SendError::Barred { code, text },
        // No such mailbox, no such domain, moved away, closed (RFC 3463).
        Step::Receiver if fits(&["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"]) => SendError::Gone { code, text },
        Step::Receiver | Step::Text => SendError::Refused { code, text },
    })
}

/// The status of RFC 3463 at the beginning of an answer.
fn enhanced(text: &str) -> Option<&str> {
    let word = text.split_whitespace().next()?;
    let numbers = word.split('.').filter(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit())).count();
    (numbers == 3 && word.matches('.').count() == 2).then_some(word)
}

/// The server's name for a message: there is no rule, these are what the common ones say.
fn queued(words: &str) -> Option<String> {
    let mut before = ["", ""];
    for word in words.split_whitespace() {
        // Exim: `OK id=…`.
        if let Some(id) = word.strip_prefix("id=") {
            return Some(id.to_owned());
        }
        // Postfix, Coremail: `queued as …`. Sendmail: `… Message accepted for delivery`.
        match before {
            [queued, "as"] if queued.eq_ignore_ascii_case("queued") => return Some(word.to_owned()),
            [id, "Message"] if word == "accepted" => return Some(id.to_owned()),
            _ => before = [before[1], word],
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_names_a_message_in_its_own_way() {
        for (words, id) in [
            ("2.0.0 Ok: queued as 4ZpX1d0Yz8z9s", Some("4ZpX1d0Yz8z9s")),
            ("Mail OK queued as smtp1,abc== 1767574800", Some("smtp1,abc==")),
            ("OK id=1abcDE-0000xy-2Z", Some("1abcDE-0000xy-2Z")),
            ("2.0.0 60591abc001 Message accepted for delivery", Some("60591abc001")),
            ("2.6.0 <1@example> Queued mail for delivery", None),
            ("OK", None),
            ("", None),
        ] {
            assert_eq!(queued(words).as_deref(), id, "{words}");
        }
        assert_eq!((enhanced("5.1.1 <a@b>: unknown"), enhanced("User unknown"), enhanced("1..1 x")), (Some("5.1.1"), None, None));
    }
}
