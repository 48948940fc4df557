//! A way out that keeps what it was given, and answers as it was told to.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use futures_util::future::BoxFuture;
use gateway::{CallEnd, CallReport, Fate, Receipt, Reply, SendError, Taken, Told};
use serde_json::Value;
use server::notify::{AddressKind, Asked, Call, Channel, Gateway, Handed, Heard, Letter};
use tokio::sync::Notify;

/// A gateway in the process. It takes what it is not told to refuse.
pub struct FakeGateway {
    code: &'static str,
    channel: Channel,
    dedupes: bool,
    answered: bool,
    letters: Mutex<Vec<Letter>>,
    answers: Mutex<VecDeque<Result<Taken, SendError>>>,
    fates: Mutex<Vec<Told>>,
    asked: Mutex<Vec<String>>,
    hold: Mutex<Option<Arc<Hold>>>,
}

/// A message that came and is not answered yet.
#[derive(Default)]
pub struct Hold {
    came: Notify,
    goes: Notify,
}

impl Hold {
    /// Waits until it has come.
    pub async fn came(&self) {
        self.came.notified().await;
    }

    /// Has it answered.
    pub fn let_go(&self) {
        self.goes.notify_one();
    }
}

impl FakeGateway {
    /// One of this name for this way.
    pub fn new(code: &'static str, channel: Channel) -> Arc<Self> {
        Self::made(code, channel, false, false)
    }

    /// One that says it drops the second message of an id.
    pub fn that_dedupes(code: &'static str, channel: Channel) -> Arc<Self> {
        Self::made(code, channel, true, false)
    }

    /// One that people can answer, and that says so.
    pub fn that_hears(code: &'static str, channel: Channel) -> Arc<Self> {
        Self::made(code, channel, false, true)
    }

    fn made(code: &'static str, channel: Channel, dedupes: bool, answered: bool) -> Arc<Self> {
        Arc::new(Self {
            code,
            channel,
            dedupes,
            answered,
            letters: Mutex::default(),
            answers: Mutex::default(),
            fates: Mutex::default(),
            asked: Mutex::default(),
            hold: Mutex::default(),
        })
    }

    /// Answers the next messages so, one after the other; after that it takes what comes.
    pub fn will(&self, answers: impl IntoIterator<Item = Result<Taken, SendError>>) {
        self.answers.lock().unwrap().extend(answers);
    }

    /// Forgets what it was to answer: it takes what comes.
    pub fn recovers(&self) {
        self.answers.lock().unwrap().clear();
    }

    /// Does not answer the next message before it is told to.
    pub fn holds_the_next(&self) -> Arc<Hold> {
        let hold = Arc::<Hold>::default();
        *self.hold.lock().unwrap() = Some(hold.clone());
        hold
    }

    /// Says this of a message when it is asked, and says nothing of others.
    pub fn knows(&self, provider_id: &str, fate: Fate) {
        let receipt = Receipt { provider_id: Some(provider_id.to_owned()), own_id: None, to: String::new(), fate, at: None };
        self.fates.lock().unwrap().push(Told::Receipt(receipt));
    }

    /// What it was asked for, in order; it forgets them.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().drain(..).collect()
    }

    /// What it took, in order: to whom and what. It forgets them.
    pub fn taken(&self) -> Vec<(String, String)> {
        self.letters.lock().unwrap().drain(..).map(|letter| (letter.to, letter.text)).collect()
    }
}

impl Gateway for FakeGateway {
    fn code(&self) -> &str {
        self.code
    }

    fn channel(&self) -> Channel {
        self.channel
    }

    fn writes_to(&self) -> AddressKind {
        match self.channel {
            Channel::Sms | Channel::Voice => AddressKind::Phone,
            Channel::Wechat => AddressKind::Userid,
            Channel::Email => AddressKind::Mailbox,
            Channel::Push => AddressKind::Browser,
        }
    }

    fn dedupes(&self) -> bool {
        self.dedupes
    }

    fn takes_answers(&self) -> bool {
        self.answered
    }

    /// Those of WeChat can be asked.
    fn can_be_asked(&self) -> bool {
        self.channel == Channel::Wechat
    }

    fn ask<'a>(&'a self, asked: &'a [Asked]) -> BoxFuture<'a, Result<Vec<Told>, SendError>> {
        self.asked.lock().unwrap().extend(asked.iter().map(|one| one.provider_id.clone()));
        let told = self.fates.lock().unwrap().drain(..).collect();
        Box::pin(async move { Ok(told) })
    }

    fn send<'a>(&'a self, letter: &'a Letter) -> BoxFuture<'a, Handed> {
        let answer = self.answers.lock().unwrap().pop_front();
        let answer = answer.unwrap_or_else(|| Ok(Taken { provider_id: Some(format!("{}-{}", self.code, letter.id)), parts: 1 }));
        if answer.is_ok() {
            self.letters.lock().unwrap().push(letter.clone());
        }
        let hold = self.hold.lock().unwrap().take();
        Box::pin(async move {
            if let Some(hold) = hold {
                hold.came.notify_one();
                hold.goes.notified().await;
            }
            Handed::to_one(letter, answer)
        })
    }

    /// Understands `{"fate": "delivered", "provider_id": …, "own_id": …}`, `{"from": …, "text": …, "id": …}` and, of calls,
    /// `{"pressed": "1", "provider_id": …, "to": …}`.
    fn hear(&self, call: &Call) -> Result<Heard, String> {
        let said: Value = serde_json::from_slice(&call.body).map_err(|error| error.to_string())?;
        let text = |name: &str| said[name].as_str().map(str::to_owned);
        let told = if let Some(from) = text("from") {
            Told::Reply(Reply { from, text: text("text").unwrap_or_default(), reply_id: text("id"), at: None, to: None })
        } else if let Some(key) = text("pressed") {
            let ended = if key == "1" { CallEnd::Acknowledged } else { CallEnd::NoInput };
            let to = text("to").unwrap_or_default();
            Told::Call(CallReport { provider_id: text("provider_id"), own_id: None, to, ended, at: None })
        } else {
            let fate = match said["fate"].as_str() {
                Some("delivered") => Fate::Delivered,
                Some("failed") => Fate::Failed { code: text("code").unwrap_or_default(), text: String::new() },
                _ => return Err("neither a receipt nor a reply".to_owned()),
            };
            Told::Receipt(Receipt { provider_id: text("provider_id"), own_id: text("own_id"), to: String::new(), fate, at: None })
        };
        Ok(Heard { told: vec![told], answer: ("text/plain", "ok".to_owned()), ..Heard::default() })
    }
}
