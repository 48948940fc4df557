use quick_xml::{Reader, escape::resolve_predefined_entity, events::Event};
use serde_json::Value;

use super::config::{ConfigError, Place};

/// An answer or a callback, read as far as places need it.
pub(super) struct Read {
    text: String,
    json: Option<Value>,
}

impl Read {
    pub(super) fn new(text: String) -> Self {
        let json = serde_json::from_str(&text).ok();
        Self { text, json }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// What stands at a place; nothing where there is no such place or it is empty.
    pub(super) fn at(&self, place: &Place) -> Option<String> {
        let found = match place {
            Place::Json(pointer) => scalar(self.json.as_ref()?.pointer(pointer)?)?,
            Place::Xml(name) => element(&self.text, name)?,
            Place::Between { after, until } => {
                let start = self.text.find(after)? + after.len();
                let rest = &self.text[start..];
                let end = until.as_deref().map_or_else(|| rest.find(['\r', '\n']), |until| rest.find(until));
                rest[..end.unwrap_or(rest.len())].trim().to_owned()
            }
        };
        (!found.is_empty()).then_some(found)
    }
}

impl Place {
    pub(super) fn check(&self, field: &str) -> Result<(), ConfigError> {
        match self {
            Self::Json(pointer) => check_pointer(field, pointer),
            Self::Xml(name) if name.is_empty() => Err(ConfigError::new(field, "an element has a name")),
            Self::Between { after, .. } if after.is_empty() => Err(ConfigError::new(field, "`after` is empty")),
            _ => Ok(()),
        }
    }
}

pub(super) fn check_pointer(field: &str, pointer: &str) -> Result<(), ConfigError> {
    let fits = pointer.is_empty() || pointer.starts_with('/');
    if fits { Ok(()) } else { Err(ConfigError::new(field, "a JSON pointer begins with a slash")) }
}

/// A text, number or truth value as text.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// The text of the first element of this local name, that of elements inside it included.
fn element(text: &str, name: &str) -> Option<String> {
    let mut reader = Reader::from_str(text);
    let (mut inside, mut found) = (0_u32, String::new());
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) if inside > 0 || start.local_name().as_ref() == name => inside += 1,
            Event::Empty(empty) if inside == 0 && empty.local_name().as_ref() == name => return Some(found),
            Event::End(_) if inside == 1 => return Some(found.trim().to_owned()),
            Event::End(_) => inside = inside.saturating_sub(1),
            Event::Text(words) if inside > 0 => found.push_str(&words),
            Event::CData(words) if inside > 0 => found.push_str(&words),
            Event::GeneralRef(entity) if inside > 0 => match entity.resolve_char_ref() {
                Ok(Some(c)) => found.push(c),
                _ => found.push_str(resolve_predefined_entity(&entity)?),
            },
            Event::Eof => return None,
            _ => {}
        }
    }
}
