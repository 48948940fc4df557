//! Reading what the houses answer, and what all of them are asked in the same way.

use std::time::Duration;

use gateway::{Answer, SendError};
use reqwest::{
    RequestBuilder, Url,
    header::{CONTENT_TYPE, HeaderValue},
};
use serde_json::Value;

/// For what is counted by the day.
const LATER: Duration = Duration::from_secs(3600);

/// What a house's refusal means for a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// This message, to whomever.
    Refused,
    /// This receiver, whatever message.
    Gone,
    /// Not now.
    Busy,
    /// Not before long: what is counted by the day is used up.
    Spent,
    /// Us.
    Barred,
    /// Our token, and nothing was taken.
    Token,
    /// Perhaps taken.
    Unknown,
}

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) kind: Kind,
    pub(crate) error: SendError,
}

impl Fault {
    pub(crate) fn new(kind: Kind, code: &str, text: &str) -> Self {
        let (code, text) = (SendError::shorten(code), SendError::shorten(text));
        let error = match kind {
            Kind::Refused => SendError::Refused { code, text },
            Kind::Gone => SendError::Gone { code, text },
            // A token that is not taken twice is fetched anew next time.
            Kind::Busy | Kind::Token => SendError::Busy { code, text, retry_after: None },
            Kind::Spent => SendError::Busy { code, text, retry_after: Some(LATER) },
            Kind::Barred => SendError::Barred { code, text },
            Kind::Unknown => SendError::Unknown(format!("{code} {text}")),
        };
        Self { kind, error }
    }
}

impl From<SendError> for Fault {
    fn from(error: SendError) -> Self {
        let kind = match error {
            SendError::Refused { .. } => Kind::Refused,
            SendError::Gone { .. } => Kind::Gone,
            SendError::Busy { .. } | SendError::Unreachable(_) => Kind::Busy,
            SendError::Barred { .. } => Kind::Barred,
            SendError::Unknown(_) => Kind::Unknown,
        };
        Self { kind, error }
    }
}

/// What a house says: its words where it took the request, a fault where it did not. Success is code 0, or none at all with status 200.
pub(crate) fn understood(answer: &Answer, kind: fn(&str) -> Kind) -> Result<Value, Fault> {
    let Ok(said @ Value::Object(_)) = serde_json::from_slice::<Value>(&answer.body) else {
        let unclear = SendError::Unknown("an answer that is no JSON object".to_owned());
        return Err(if answer.status == 200 { unclear } else { answer.refusal() }.into());
    };
    let first = |names: &[&str]| names.iter().find_map(|name| text(&said, name));
    match first(&["errcode", "code"]) {
        Some(code) if code != "0" => {
            // 钉钉 wraps what its gate says into 88.
            let code = first(&["sub_code"]).filter(|_| code == "88").unwrap_or(code);
            Err(Fault::new(kind(&code), &code, &first(&["sub_msg", "errmsg", "msg", "message"]).unwrap_or_default()))
        }
        None if answer.status != 200 => Err(answer.refusal().into()),
        _ => Ok(said),
    }
}

/// A field as text, whether it was written as text or as a number; nothing where it is missing, empty or something else.
pub(crate) fn text(value: &Value, name: &str) -> Option<String> {
    match value.get(name)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A field that has to be there once a message was taken.
pub(crate) fn told(value: &Value, name: &str) -> Result<String, SendError> {
    text(value, name).ok_or_else(|| SendError::Unknown(format!("an answer without {name}")))
}

/// An address without a path at its end; nothing where it is none.
pub(crate) fn base(url: &str) -> Option<String> {
    let parsed = Url::parse(url).ok()?;
    let fits = matches!(parsed.scheme(), "http" | "https") && parsed.query().is_none();
    fits.then(|| url.trim_end_matches('/').to_owned())
}

/// An address with a query.
pub(crate) fn address(url: &str, params: &[(&str, &str)]) -> String {
    format!("{url}?{}", form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish())
}

/// A request with a body of JSON; `reqwest` has its own way for this behind a feature that nobody else needs.
pub(crate) fn json(request: RequestBuilder, body: &Value) -> RequestBuilder {
    request.header(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8")).body(body.to_string())
}

/// One receiver: what the houses take for a list or for everybody is refused.
pub(crate) fn one(to: &str) -> Result<&str, SendError> {
    let fits = (1..=128).contains(&to.len()) && !to.starts_with('@') && to.chars().all(|c| c.is_ascii_graphic() && !",|".contains(c));
    if fits { Ok(to) } else { Err(refused("to", "this is not the name of one receiver")) }
}

/// What can be opened from a chat.
pub(crate) fn opened(url: Option<&str>) -> Result<Option<&str>, SendError> {
    let fits = |url: &&str| url.len() <= 2048 && (url.starts_with("https://") || url.starts_with("http://"));
    match url {
        Some(url) if !fits(&url) => Err(refused("url", "this is not an address of the web of at most 2048 octets")),
        url => Ok(url),
    }
}

/// What we refuse ourselves, before anybody is called.
pub(crate) fn refused(code: &str, text: &str) -> SendError {
    SendError::Refused { code: code.to_owned(), text: text.to_owned() }
}

/// At most `most` characters, the last one … where something was left out.
pub(crate) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// At most `most` octets, the last character … where something was left out.
pub(crate) fn cut_octets(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(most.saturating_sub('…'.len_utf8()));
    format!("{}…", &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_goes_to_one_only() {
        for wrong in ["", "a|b", "a,b", "@all", "a b", "张三", "a\n"] {
            assert!(one(wrong).is_err(), "{wrong}");
        }
        assert_eq!(one("o6_bmjrPTlm6_2sgVt7hMZOPfL2M").unwrap(), "o6_bmjrPTlm6_2sgVt7hMZOPfL2M");
        assert!(one("a@example.gov.cn").is_ok());
        assert!(opened(Some("javascript:alert(1)")).is_err());
    }

    #[test]
    fn cuts_are_seen() {
        assert_eq!((cut("一二三", 3), cut("一二三四", 3)), ("一二三".to_owned(), "一二…".to_owned()));
        assert_eq!((cut_octets("一二三", 9), cut_octets("一二三四", 11)), ("一二三".to_owned(), "一二…".to_owned()));
    }
}
