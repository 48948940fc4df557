//! The text of a receipt (SMPP 3.4, appendix B): `id:… sub:… dlvrd:… submit date:… done date:YYMMDDhhmm stat:DELIVRD err:… text:…`.

use chrono::NaiveDateTime;

/// What the text of a receipt says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) id: Option<String>,
    pub(super) state: Option<String>,
    pub(super) error: Option<String>,
    /// In milliseconds since 1970, read on a Chinese wall.
    pub(super) at: Option<i64>,
}

pub(super) fn read(text: &str) -> Said {
    let value = |key: &str| {
        let lower = text.to_ascii_lowercase();
        // At the beginning of a word, and before the words of the message, which may say anything.
        let end = lower.find(" text:").unwrap_or(text.len());
        let at = lower[..end].match_indices(key).map(|(at, _)| at).find(|at| *at == 0 || lower[..*at].ends_with(' '))?;
        let rest = &text[at + key.len()..end];
        rest.split(' ').next().filter(|value| !value.is_empty()).map(str::to_owned)
    };
    let at = value("done date:").and_then(|date| {
        let form = if date.len() > 10 { date.get(..12)?.to_owned() } else { format!("{date}00") };
        let at = NaiveDateTime::parse_from_str(&form, "%y%m%d%H%M%S").ok()?;
        Some(at.and_utc().timestamp_millis() - i64::from(kit::AREA_OFFSET_SECONDS) * 1000)
    });
    Said { id: value("id:"), state: value("stat:").map(|state| state.to_ascii_uppercase()), error: value("err:"), at }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_receipt_says_what_became_of_which() {
        let said =
            read("id:0123 sub:001 dlvrd:001 submit date:2601050900 done date:2601050901 stat:DELIVRD err:000 text:id:9 stat:REJECTD");
        assert_eq!((said.id.as_deref(), said.state.as_deref(), said.error.as_deref()), (Some("0123"), Some("DELIVRD"), Some("000")));
        assert_eq!(said.at, Some(1_767_574_860_000));
        assert_eq!(read("ID:a-b Stat:undeliv Err:12").state.as_deref(), Some("UNDELIV"));
        assert_eq!(read("hello"), Said::default());
    }

    proptest! {
        #[test]
        fn no_text_brings_it_down(text in "(id:|stat:|done date:| text:|İ|督|[0-9 ]|\\PC){0,60}") {
            read(&text);
        }
    }
}
