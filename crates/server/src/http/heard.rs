//! What a request says, remembered while it is read, so that the change can look through it before anything is written.

use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{HeaderMap, request::Parts};
use bytes::Bytes;
use serde_json::Value;

/// Whoever asks has been shown what was found and stands by it.
const CONFIRMED: (&str, &str) = ("not-secret", "confirmed");

/// Texts that are not looked at: a password is kept by nobody.
const HIDDEN: &str = "password";

#[derive(Debug)]
enum Piece {
    /// A body, taken apart only when it is asked for.
    Json(Bytes),
    Text(String, String),
}

/// What the request in hand has said so far; shared between whoever reads it and whoever acts on it.
#[derive(Clone, Debug, Default)]
pub(super) struct Heard {
    pieces: Arc<Mutex<Vec<Piece>>>,
    pub(super) confirmed: bool,
}

impl Heard {
    /// Nothing yet, of a request with these headers.
    pub(super) fn asked(headers: &HeaderMap) -> Self {
        let confirmed = headers.get(CONFIRMED.0).is_some_and(|value| value == CONFIRMED.1);
        Self { pieces: Arc::default(), confirmed }
    }

    /// Of the request in hand.
    pub(super) fn of(parts: &Parts) -> Self {
        parts.extensions.get::<Self>().cloned().unwrap_or_default()
    }

    fn add(&self, piece: Piece) {
        self.pieces.lock().unwrap_or_else(PoisonError::into_inner).push(piece);
    }

    /// It brought this body.
    pub(super) fn json(&self, bytes: &Bytes) {
        // Plain ASCII holds no Chinese, unless it is written with escapes.
        if !bytes.is_ascii() || bytes.windows(2).any(|two| two == br"\u") {
            self.add(Piece::Json(bytes.clone()));
        }
    }

    /// It said this.
    pub(super) fn say(&self, field: &str, text: &str) {
        if !text.is_ascii() {
            self.add(Piece::Text(field.to_owned(), text.to_owned()));
        }
    }

    /// Texts by the path of their field.
    pub(super) fn texts(&self) -> Vec<(String, String)> {
        let mut out = Vec::new();
        for piece in self.pieces.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            match piece {
                Piece::Text(field, text) => out.push((field.clone(), text.clone())),
                Piece::Json(bytes) => {
                    // What is no JSON has been refused.
                    let value = serde_json::from_slice(bytes).unwrap_or_default();
                    walk(value, String::new(), &mut out);
                }
            }
        }
        out
    }
}

fn walk(value: Value, path: String, out: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) if !text.is_ascii() => out.push((path, text)),
        Value::Array(items) => items.into_iter().enumerate().for_each(|(n, item)| walk(item, format!("{path}[{n}]"), out)),
        Value::Object(fields) => {
            for (name, value) in fields {
                if !name.contains(HIDDEN) {
                    let path = if path.is_empty() { name } else { format!("{path}.{name}") };
                    walk(value, path, out);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_named_by_their_path() {
        let heard = Heard::default();
        heard.json(&Bytes::from(r#"{"title":"修路","children":[{"title":"a"},{"title":"铺\u8def"}],"password":"口令","n":1}"#));
        heard.say("name", "图.png");
        heard.say("name", "a.png");
        let mut texts = heard.texts();
        texts.sort();
        let expected = [("children[1].title", "铺路"), ("name", "图.png"), ("title", "修路")];
        assert_eq!(texts, expected.map(|(field, text)| (field.to_owned(), text.to_owned())));
    }
}
