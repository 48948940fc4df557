//! Words in a database: a sentence without places as it is, anything else as JSON.

use std::borrow::Cow;

use serde_json::{Map, Value, json};
use sqlx::{Database, Decode, Encode, Type, encode::IsNull, error::BoxDynError};

use crate::{
    Words,
    words::{Arg, Kind},
};

impl Words {
    /// As it stands in a database. The sentence is kept as it was written, so it can be read when the program has long
    /// forgotten it.
    #[must_use]
    pub fn stored(&self) -> String {
        match &self.0 {
            Kind::Said(sentence, args) if args.is_empty() && !sentence.starts_with('{') => sentence.clone().into_owned(),
            _ => self.to_value().to_string(),
        }
    }

    /// Reads what [`Words::stored`] wrote; text of another origin stays as it is.
    #[must_use]
    pub fn from_stored(text: &str) -> Self {
        if text.starts_with("{\"") {
            return serde_json::from_str(text).ok().and_then(|value| Self::from_value(&value)).unwrap_or_else(|| Self::raw(text));
        }
        Self(Kind::Said(Cow::Owned(text.to_owned()), Vec::new()))
    }

    fn to_value(&self) -> Value {
        match &self.0 {
            Kind::Raw(text) => json!({ "raw": text }),
            Kind::Joined(mark, parts) => json!({ "join": mark, "of": parts.iter().map(Self::to_value).collect::<Vec<_>>() }),
            Kind::Said(sentence, args) if args.is_empty() => json!({ "say": sentence }),
            Kind::Said(sentence, args) => {
                let value = |arg: &Arg| match arg {
                    Arg::Text(text) => Value::from(text.as_str()),
                    Arg::Words(words) => words.to_value(),
                };
                let places: Map<String, Value> = args.iter().map(|(name, arg)| (name.clone().into_owned(), value(arg))).collect();
                json!({ "say": sentence, "in": places })
            }
        }
    }

    fn from_value(value: &Value) -> Option<Self> {
        let object = value.as_object()?;
        let text = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
        if let Some(raw) = text("raw") {
            return Some(Self::raw(raw));
        }
        if let Some(mark) = text("join") {
            let parts = object.get("of")?.as_array()?.iter().map(Self::from_value).collect::<Option<_>>()?;
            return Some(Self(Kind::Joined(Cow::Owned(mark), parts)));
        }
        let places = object.get("in").and_then(Value::as_object).into_iter().flatten();
        let args = places
            .map(|(name, value)| {
                let arg = match value {
                    Value::String(text) => Arg::Text(text.clone()),
                    other => Arg::Words(Self::from_value(other)?),
                };
                Some((Cow::Owned(name.clone()), arg))
            })
            .collect::<Option<_>>()?;
        Some(Self(Kind::Said(Cow::Owned(text("say")?), args)))
    }
}

impl<DB: Database> Type<DB> for Words
where
    String: Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        <String as Type<DB>>::type_info()
    }

    fn compatible(ty: &DB::TypeInfo) -> bool {
        <String as Type<DB>>::compatible(ty)
    }
}

impl<'q, DB: Database> Encode<'q, DB> for Words
where
    String: Encode<'q, DB>,
{
    fn encode_by_ref(&self, buffer: &mut <DB as Database>::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
        self.stored().encode(buffer)
    }
}

impl<'r, DB: Database> Decode<'r, DB> for Words
where
    &'r str: Decode<'r, DB>,
{
    fn decode(value: <DB as Database>::ValueRef<'r>) -> Result<Self, BoxDynError> {
        <&str>::decode(value).map(Self::from_stored)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Join, Words, say};

    #[test]
    fn what_is_stored_is_read_again() {
        let (name, n) = ("经发局{x}", 3);
        for words in [
            Words::from("修改任务"),
            Words::raw("{\"say\":\"别人写的\"}"),
            say!("{name}签收"),
            say!("{name}有{n}项").then(Join::Clauses, Words::join(Join::Things, [Words::raw("甲"), "乙".into()])),
            say!("由{role}办理", role = say!("{name}（牵头）")),
        ] {
            let stored = words.stored();
            let read = Words::from_stored(&stored);
            assert_eq!(read.zh(), words.zh(), "{stored}");
            assert_eq!(read.stored(), stored);
        }
        assert_eq!(Words::from("修改任务").stored(), "修改任务", "readable by anybody");
    }

    #[test]
    fn text_of_another_origin_stays() {
        assert_eq!(Words::from_stored("{\"x\":1}").zh(), "{\"x\":1}");
        assert_eq!(Words::from_stored("").zh(), "");
    }
}
