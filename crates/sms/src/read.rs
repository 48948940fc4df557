//! Reading what gateways write: tolerant of types, never of size.

use chrono::{DateTime, NaiveDateTime};
use gateway::{Fate, SendError};
use serde_json::Value;

use crate::Unreadable;

/// More is in no callback: the vendors post some dozens of entries at most.
const MOST_ENTRIES: usize = 10_000;

/// A field as text, whether it was written as text or as a number; nothing where it is missing, empty or something else.
pub(crate) fn text(value: &Value, name: &str) -> Option<String> {
    match value.get(name)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A whole number, written as one or as text.
pub(crate) fn number(value: &Value, name: &str) -> Option<i64> {
    match value.get(name)? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// The entries of a callback: a list, or one alone.
pub(crate) fn entries(body: &[u8]) -> Result<Vec<Value>, Unreadable> {
    match serde_json::from_slice(body) {
        Ok(Value::Array(entries)) if entries.len() > MOST_ENTRIES => Err(Unreadable("too many entries".to_owned())),
        Ok(Value::Array(entries)) => Ok(entries),
        Ok(one @ Value::Object(_)) => Ok(vec![one]),
        Ok(_) => Err(Unreadable("neither a list nor an object".to_owned())),
        Err(error) => Err(Unreadable(format!("no JSON: line {} column {}", error.line(), error.column()))),
    }
}

/// The pairs of a form, at most as many as any gateway posts.
pub(crate) fn form(body: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(body).take(200).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// A field of a form; nothing where it is missing or empty.
pub(crate) fn field(form: &[(String, String)], name: &str) -> Option<String> {
    form.iter().find(|(known, value)| known == name && !value.is_empty()).map(|(_, value)| value.clone())
}

/// `YYYY-MM-DD HH:MM:SS` on a Chinese wall, in milliseconds since 1970.
pub(crate) fn wall_millis(text: &str) -> Option<i64> {
    let at = NaiveDateTime::parse_from_str(text.trim(), "%Y-%m-%d %H:%M:%S").ok()?;
    Some(at.and_utc().timestamp_millis() - i64::from(kit::AREA_OFFSET_SECONDS) * 1000)
}

/// A moment as RFC 3339 writes it, in milliseconds since 1970.
pub(crate) fn rfc3339_millis(text: &str) -> Option<i64> {
    DateTime::parse_from_rfc3339(text.trim()).ok().map(|at| at.timestamp_millis())
}

/// What the states of SMPP 3.4 (appendix B) and CMPP mean, which some HTTP gateways hand through.
pub(crate) fn fate(state: &str, words: &str) -> Fate {
    match state {
        "DELIVRD" => Fate::Delivered,
        "ENROUTE" | "ACCEPTD" => Fate::Pending,
        _ => Fate::Failed { code: SendError::shorten(state), text: SendError::shorten(words) },
    }
}

/// UTF-16 with high octets first; what makes no sense is replaced, an odd octet at the end left out.
pub(crate) fn wide(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// A gateway's refusal in the words of all gateways.
pub(crate) enum Kind {
    Refused,
    Busy,
    Barred,
    Unknown,
}

impl Kind {
    pub(crate) fn error(self, code: &str, text: &str) -> SendError {
        let (code, text) = (SendError::shorten(code), SendError::shorten(text));
        match self {
            Self::Refused => SendError::Refused { code, text },
            Self::Busy => SendError::Busy { code, text, retry_after: None },
            Self::Barred => SendError::Barred { code, text },
            Self::Unknown => SendError::Unknown(format!("{code} {text}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_on_a_chinese_wall() {
        assert_eq!(wall_millis("1970-01-01 08:00:01"), Some(1000));
        assert_eq!(rfc3339_millis("1970-01-01T00:00:01Z"), Some(1000));
        assert_eq!(wall_millis("tomorrow"), None);
    }
}
