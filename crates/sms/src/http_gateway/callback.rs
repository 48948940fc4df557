use chrono::NaiveDateTime;
use gateway::{Fate, Receipt, Reply, SendError, Told};
use percent_encoding::percent_decode;
use serde_json::Value;

use super::{
    answer::{check_pointer, scalar},
    config::{Callbacks, Charset, ConfigError, Encoding, Media, Receipts, Replies, When},
};
use crate::{
    Callback, CallbackAnswer, Unreadable,
    read::{entries, field, rfc3339_millis, wall_millis},
};

/// One entry of a callback.
enum Entry {
    Json(Value),
    Form(Vec<(String, String)>),
}

impl Entry {
    fn get(&self, name: &str) -> Option<String> {
        match self {
            Self::Json(value) => scalar(value.pointer(name)?).filter(|text| !text.is_empty()),
            Self::Form(form) => field(form, name),
        }
    }

    fn may(&self, name: Option<&String>) -> Option<String> {
        self.get(name?)
    }
}

impl Callbacks {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if self.receipts.is_none() && self.replies.is_none() {
            return Err(ConfigError::new("callbacks", "neither receipts nor replies are described"));
        }
        let mut fields = Vec::new();
        if let Some(receipts) = &self.receipts {
            if receipts.delivered.is_empty() {
                return Err(ConfigError::new("callbacks.receipts.delivered", "no state means: arrived"));
            }
            if receipts.provider_id.is_none() && receipts.own_id.is_none() {
                return Err(ConfigError::new(
                    "callbacks.receipts.provider_id",
                    "neither this nor own_id says which message a receipt is about",
                ));
            }
            let named = [
                ("provider_id", &receipts.provider_id),
                ("own_id", &receipts.own_id),
                ("to", &receipts.to),
                ("text", &receipts.text),
                ("at", &receipts.at),
            ];
            fields.push(("callbacks.receipts.state".to_owned(), &receipts.state));
            fields.extend(named.into_iter().filter_map(|(name, field)| Some((format!("callbacks.receipts.{name}"), field.as_ref()?))));
        }
        if let Some(replies) = &self.replies {
            fields.push(("callbacks.replies.from".to_owned(), &replies.from));
            fields.push(("callbacks.replies.text".to_owned(), &replies.text));
            let named = [("reply_id", &replies.reply_id), ("to", &replies.to), ("at", &replies.at)];
            fields.extend(named.into_iter().filter_map(|(name, field)| Some((format!("callbacks.replies.{name}"), field.as_ref()?))));
        }
        match self.encoding {
            Encoding::Json => {
                check_pointer("callbacks.list", self.list.as_deref().unwrap_or_default())?;
                fields.iter().try_for_each(|(name, pointer)| check_pointer(name, pointer))
            }
            Encoding::Form if self.list.is_some() => Err(ConfigError::new("callbacks.list", "a form has no list")),
            Encoding::Form => match fields.iter().find(|(_, name)| name.is_empty()) {
                Some((field, _)) => Err(ConfigError::new(field.as_str(), "a field of a form has a name")),
                None => Ok(()),
            },
        }
    }

    pub(super) fn read(&self, charset: Charset, body: &[u8]) -> Result<Callback, Unreadable> {
        let told = self.entries(charset, body)?.iter().map(|entry| self.entry(entry)).collect::<Result<Vec<_>, _>>()?;
        let content_type = match self.answer_type {
            Media::Text => "text/plain; charset=utf-8",
            Media::Json => "application/json",
            Media::Xml => "application/xml",
        };
        Ok(Callback { told, answer: CallbackAnswer { content_type, body: self.answer.clone() } })
    }

    fn entries(&self, charset: Charset, body: &[u8]) -> Result<Vec<Entry>, Unreadable> {
        match self.encoding {
            Encoding::Form => Ok(vec![Entry::Form(form(charset, body))]),
            Encoding::Json => {
                let text = charset.decode(body);
                let Some(pointer) = &self.list else { return Ok(entries(text.as_bytes())?.into_iter().map(Entry::Json).collect()) };
                let mut whole: Value = serde_json::from_str(&text).map_err(|_| Unreadable("no JSON".to_owned()))?;
                let list = whole.pointer_mut(pointer).map(Value::take).ok_or_else(|| Unreadable(format!("nothing at {pointer}")))?;
                Ok(entries(list.to_string().as_bytes())?.into_iter().map(Entry::Json).collect())
            }
        }
    }

    fn entry(&self, entry: &Entry) -> Result<Told, Unreadable> {
        if let Some(replies) = &self.replies
            && let Some(text) = entry.get(&replies.text)
        {
            return replies.read(entry, text).map(Told::Reply);
        }
        let receipts = self.receipts.as_ref().ok_or_else(|| Unreadable("an entry without text".to_owned()))?;
        receipts.read(entry).map(Told::Receipt)
    }
}

impl Receipts {
    fn read(&self, entry: &Entry) -> Result<Receipt, Unreadable> {
        let state = entry.get(&self.state).ok_or_else(|| Unreadable(format!("no {}", self.state)))?;
        let (provider_id, own_id) = (entry.may(self.provider_id.as_ref()), entry.may(self.own_id.as_ref()));
        if provider_id.is_none() && own_id.is_none() {
            return Err(Unreadable("a receipt that names no message".to_owned()));
        }
        let fate = if self.delivered.contains(&state) {
            Fate::Delivered
        } else if self.pending.contains(&state) {
            Fate::Pending
        } else {
            let text = SendError::shorten(&entry.may(self.text.as_ref()).unwrap_or_default());
            Fate::Failed { code: SendError::shorten(&state), text }
        };
        let at = entry.may(self.at.as_ref()).and_then(|text| self.at_form.read(&text));
        Ok(Receipt { provider_id, own_id, to: entry.may(self.to.as_ref()).unwrap_or_default(), fate, at })
    }
}

impl Replies {
    fn read(&self, entry: &Entry, text: String) -> Result<Reply, Unreadable> {
        Ok(Reply {
            from: entry.get(&self.from).ok_or_else(|| Unreadable(format!("no {}", self.from)))?,
            text,
            reply_id: entry.may(self.reply_id.as_ref()),
            at: entry.may(self.at.as_ref()).and_then(|text| self.at_form.read(&text)),
            to: entry.may(self.to.as_ref()),
        })
    }
}

impl When {
    /// In milliseconds since 1970; nothing where it is not written so.
    pub(super) fn read(self, text: &str) -> Option<i64> {
        let wall = |text: &str, form| {
            let at = NaiveDateTime::parse_from_str(text, form).ok()?;
            Some(at.and_utc().timestamp_millis() - i64::from(kit::AREA_OFFSET_SECONDS) * 1000)
        };
        match self {
            Self::Wall => wall_millis(text),
            Self::Compact => wall(text, "%Y%m%d%H%M%S"),
            Self::Short => wall(&format!("{text}00"), "%y%m%d%H%M%S"),
            Self::Rfc3339 => rfc3339_millis(text),
            Self::Seconds => text.parse::<i64>().ok()?.checked_mul(1000),
            Self::Millis => text.parse().ok(),
        }
    }
}

/// The pairs of a form in these characters.
fn form(charset: Charset, body: &[u8]) -> Vec<(String, String)> {
    let part = |bytes: &[u8]| {
        let spaced: Vec<u8> = bytes.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
        charset.decode(&percent_decode(&spaced).collect::<Vec<_>>())
    };
    let pairs = body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).take(200);
    pairs
        .map(|pair| match pair.iter().position(|byte| *byte == b'=') {
            Some(at) => (part(&pair[..at]), part(&pair[at + 1..])),
            None => (part(pair), String::new()),
        })
        .collect()
}
