use std::{borrow::Cow, fmt::Display};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

use crate::Lang;

/// A sentence, or several, that can be said in any language the catalog knows.
///
/// Deliberately without `Display`: it would be so easy to put Chinese into an English page.
#[derive(Clone, Debug, PartialEq, Eq, ToSchema)]
#[schema(value_type = String, description = "A sentence, in the language of the request (`Accept-Language`: zh or en).")]
pub struct Words(pub(crate) Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A sentence with places, and what stands in them.
    Said(Cow<'static, str>, Vec<(Cow<'static, str>, Arg)>),
    /// Text that is nobody's to translate: a name, what somebody wrote.
    Raw(String),
    /// Several, with a mark between them.
    Joined(Cow<'static, str>, Vec<Words>),
}

/// What stands in a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arg {
    /// As it is.
    Text(String),
    /// To be translated, too.
    Words(Words),
}

/// What can stand in a place: whatever can be displayed, and words.
pub trait ToArg {
    /// As an argument.
    fn to_arg(&self) -> Arg;
}

impl<T: Display + ?Sized> ToArg for T {
    fn to_arg(&self) -> Arg {
        Arg::Text(self.to_string())
    }
}

impl ToArg for Words {
    fn to_arg(&self) -> Arg {
        Arg::Words(self.clone())
    }
}

impl ToArg for &Words {
    fn to_arg(&self) -> Arg {
        Arg::Words((*self).clone())
    }
}

/// The mark between the parts of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// 、 between names and things.
    Things,
    /// ； between clauses.
    Clauses,
    /// ， between parts of a sentence.
    Parts,
    /// Nothing: the parts bring their own marks.
    Close,
}

impl Join {
    const fn mark(self) -> &'static str {
        match self {
            Self::Things => "、",
            Self::Clauses => "；",
            Self::Parts => "，",
            Self::Close => "",
        }
    }
}

impl Words {
    /// What `say!` makes.
    #[doc(hidden)]
    pub fn said(sentence: &'static str, args: impl IntoIterator<Item = (&'static str, Arg)>) -> Self {
        Self(Kind::Said(Cow::Borrowed(sentence), args.into_iter().map(|(name, arg)| (Cow::Borrowed(name), arg)).collect()))
    }

    /// Text that stays as it is in every language: names, numbers, what a person wrote.
    pub fn raw(text: impl Into<String>) -> Self {
        Self(Kind::Raw(text.into()))
    }

    /// Several as one.
    pub fn join(join: Join, parts: impl IntoIterator<Item = Self>) -> Self {
        Self(Kind::Joined(Cow::Borrowed(join.mark()), parts.into_iter().collect()))
    }

    /// This and then that.
    #[must_use]
    pub fn then(self, join: Join, next: impl Into<Self>) -> Self {
        Self::join(join, [self, next.into()])
    }

    /// In a language.
    #[must_use]
    pub fn in_lang(&self, lang: Lang) -> String {
        match &self.0 {
            Kind::Raw(text) => text.clone(),
            Kind::Joined(mark, parts) => {
                let parts: Vec<_> = parts.iter().map(|part| part.in_lang(lang)).filter(|part| !part.is_empty()).collect();
                parts.join(lang.mark(mark))
            }
            Kind::Said(sentence, args) => {
                let sentence = lang.look_up(sentence).unwrap_or(sentence);
                fill(sentence, |name| {
                    args.iter().find(|(known, _)| known == name).map(|(_, arg)| match arg {
                        Arg::Text(text) => text.clone(),
                        Arg::Words(words) => words.in_lang(lang),
                    })
                })
            }
        }
    }

    /// In Chinese, whatever language the request is in: for logs, for the ledger's readers, for what leaves the house.
    #[must_use]
    pub fn zh(&self) -> String {
        self.in_lang(Lang::Zh)
    }

    /// In the language of the request in hand.
    #[must_use]
    pub fn spoken(&self) -> String {
        self.in_lang(Lang::current())
    }
}

fn fill(sentence: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(sentence.len() + 16);
    let mut rest = sentence;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some((place, after)) = rest[1..].split_once('}') else { break };
        match value(place) {
            Some(text) => out.push_str(&text),
            None => out.push_str(&rest[..place.len() + 2]),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

impl From<&'static str> for Words {
    fn from(sentence: &'static str) -> Self {
        Self::said(sentence, [])
    }
}

impl Default for Words {
    fn default() -> Self {
        Self::raw("")
    }
}

impl Serialize for Words {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.spoken())
    }
}

/// What was serialised has lost its places: it stays as it is.
impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::raw)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Catalog, Join, Lang, Words, install, say};

    fn catalog() {
        let mut english = Catalog::default();
        for (zh, en) in [
            ("应于{day}办结", "due on {day}"),
            ("已逾期{n}个工作日", "{n} working days late"),
            ("牵头", "lead"),
            ("{0}是{role}", "{0} is {role}"),
        ] {
            english.add(zh, en).unwrap();
        }
        install(english);
    }

    #[test]
    fn a_sentence_is_said_in_both_languages() {
        catalog();
        let (day, n) = ("2026-03-05", 7);
        let words = say!("应于{day}办结").then(Join::Parts, say!("已逾期{n:02}个工作日"));
        assert_eq!(words.zh(), "应于2026-03-05办结，已逾期07个工作日");
        assert_eq!(words.in_lang(Lang::En), "due on 2026-03-05, 07 working days late");
        let nested = say!("{}是{role}", "经发局", role = Words::from("牵头"));
        assert_eq!((nested.zh().as_str(), nested.in_lang(Lang::En).as_str()), ("经发局是牵头", "经发局 is lead"));
    }

    #[test]
    fn what_is_unknown_stands_in_chinese() {
        catalog();
        assert_eq!(say!("没有英文").in_lang(Lang::En), "没有英文");
        assert_eq!(Words::raw("牵头").in_lang(Lang::En), "牵头", "a name is nobody’s to translate");
    }

    #[test]
    fn the_request_says_which() {
        catalog();
        let words = Words::from("牵头");
        let json = |words: &Words| serde_json::to_string(words).unwrap();
        assert_eq!(json(&words), "\"牵头\"");
        assert_eq!(Lang::En.within(|| json(&words)), "\"lead\"");
        for (header, lang) in
            [("en", Lang::En), ("en-GB,en;q=0.9", Lang::En), ("zh-CN,en;q=0.9", Lang::Zh), ("", Lang::Zh), ("fr", Lang::Zh)]
        {
            assert_eq!(Lang::of_header(header), lang, "{header}");
        }
    }

    #[test]
    fn what_stands_in_a_place_is_not_read_again() {
        catalog();
        let day = "{day}{n}";
        assert_eq!(say!("应于{day}办结").in_lang(Lang::En), "due on {day}{n}");
    }

    #[test]
    fn a_translation_with_other_places_is_refused() {
        let mut english = Catalog::default();
        assert!(english.add("共{n}项", "{count} items").is_err());
        assert!(english.add("全部{n}项", "all items").is_ok());
        assert!(english.add("全部{n}项", "everything").is_err());
    }
}
