use std::collections::{BTreeMap, BTreeSet};

use encoding_rs::{Encoding, GBK};
use serde_json::{Map, Value};

use super::config::{Charset, ConfigError};

/// What placeholders stand for, by name.
pub(super) type Values = BTreeMap<String, String>;

/// A text with placeholders.
#[derive(Clone, Debug)]
pub(super) struct Template(Vec<Piece>);

#[derive(Clone, Debug)]
enum Piece {
    Literal(String),
    Place(String),
}

impl Template {
    /// Reads a text. Braces around anything but letters, digits, `.`, `_`, `-` and `:` stand for themselves.
    pub(super) fn read(field: &str, text: &str, known: &BTreeSet<String>) -> Result<Self, ConfigError> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            let behind = &rest[open + 1..];
            let name = behind.find('}').map(|close| &behind[..close]).filter(|name| named(name));
            let Some(name) = name else {
                pieces.push(Piece::Literal(rest[..=open].to_owned()));
                rest = behind;
                continue;
            };
            // Parameters are those of the message.
            if !known.contains(name) && !name.starts_with("param.") {
                return Err(ConfigError::new(field, format!("nothing is called {{{name}}}")));
            }
            pieces.push(Piece::Literal(rest[..open].to_owned()));
            pieces.push(Piece::Place(name.to_owned()));
            rest = &behind[name.len() + 1..];
        }
        pieces.push(Piece::Literal(rest.to_owned()));
        Ok(Self(pieces))
    }

    /// The text with every value put in as `escape` writes it; the name of what is missing otherwise.
    pub(super) fn fill<'a>(&'a self, values: &Values, escape: impl Fn(&str) -> Option<String>) -> Result<String, &'a str> {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Literal(literal) => text.push_str(literal),
                Piece::Place(name) => text.push_str(&values.get(name).and_then(|value| escape(value)).ok_or(name.as_str())?),
            }
        }
        Ok(text)
    }

    pub(super) fn plain<'a>(&'a self, values: &Values) -> Result<String, &'a str> {
        self.fill(values, |value| Some(value.to_owned()))
    }

    /// Whether a placeholder stands in it.
    pub(super) fn has_places(&self) -> bool {
        self.0.iter().any(|piece| matches!(piece, Piece::Place(_)))
    }
}

fn named(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

/// JSON whose strings are templates.
#[derive(Clone, Debug)]
pub(super) enum Json {
    Text(Template),
    /// One placeholder whose value is a whole number.
    Number(Template),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
    Fixed(Value),
}

impl Json {
    pub(super) fn read(field: &str, value: Value, known: &BTreeSet<String>) -> Result<Self, ConfigError> {
        Ok(match value {
            Value::String(text) => match text.strip_suffix(":number}").filter(|name| name.starts_with('{')) {
                Some(name) => Self::Number(Template::read(field, &format!("{name}}}"), known)?),
                None => Self::Text(Template::read(field, &text, known)?),
            },
            Value::Array(list) => Self::List(list.into_iter().map(|value| Self::read(field, value, known)).collect::<Result<_, _>>()?),
            Value::Object(map) => {
                let entry = |(name, value)| Ok((name, Self::read(field, value, known)?));
                Self::Object(map.into_iter().map(entry).collect::<Result<_, ConfigError>>()?)
            }
            fixed => Self::Fixed(fixed),
        })
    }

    pub(super) fn fill<'a>(&'a self, values: &Values) -> Result<Value, &'a str> {
        Ok(match self {
            Self::Text(template) => Value::from(template.plain(values)?),
            Self::Number(template) => Value::from(template.plain(values)?.parse::<i64>().map_err(|_| "a number")?),
            Self::List(list) => Value::from(list.iter().map(|json| json.fill(values)).collect::<Result<Vec<_>, _>>()?),
            Self::Object(entries) => {
                let entries = entries.iter().map(|(name, json)| Ok((name.clone(), json.fill(values)?)));
                Value::from(entries.collect::<Result<Map<_, _>, &str>>()?)
            }
            Self::Fixed(value) => value.clone(),
        })
    }
}

/// A value as it may stand in XML, between tags and between quotes of either kind. What XML 1.0 cannot hold is left out.
pub(super) fn xml(value: &str) -> Option<String> {
    let mut text = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\'' => text.push_str("&apos;"),
            '\n' | '\t' => text.push(c),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => {}
            c => text.push(c),
        }
    }
    Some(text)
}

impl Charset {
    /// The text in these characters; nothing where one of them is not among them.
    pub(super) fn encode(self, text: &str) -> Option<Vec<u8>> {
        match self {
            Self::Utf8 => Some(text.as_bytes().to_vec()),
            Self::Gbk => {
                let (bytes, _, unmappable) = GBK.encode(text);
                (!unmappable).then(|| bytes.into_owned())
            }
        }
    }

    /// The same, with what is missing written as XML's numeric references.
    pub(super) fn encode_xml(self, text: &str) -> Vec<u8> {
        match self {
            Self::Utf8 => text.as_bytes().to_vec(),
            Self::Gbk => GBK.encode(text).0.into_owned(),
        }
    }

    /// What these bytes say; what makes no sense is replaced.
    pub(super) fn decode(self, bytes: &[u8]) -> String {
        let encoding: &Encoding = match self {
            Self::Utf8 => encoding_rs::UTF_8,
            Self::Gbk => GBK,
        };
        encoding.decode_without_bom_handling(bytes).0.into_owned()
    }

    /// A value as it stands in a query or a form.
    pub(super) fn percent(self, value: &str) -> Option<String> {
        Some(percent_encoding::percent_encode(&self.encode(value)?, crate::sign::RESERVED).to_string())
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Gbk => "gbk",
        }
    }
}
