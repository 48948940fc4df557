//! How tasks are numbered: a pattern such as `渭新督〔{year}〕{seq}号`, counted from 1 for everything that reads the same
//! around its count.

use wording::{Words, say};

/// Of a kind that has no pattern of its own: 2026-0001.
pub(in crate::tasks) const USUAL: &str = "{year}-{seq:4}";
/// Characters of a pattern.
pub(super) const LONGEST: usize = 40;
/// Digits of a count.
const WIDEST: usize = 8;

/// A piece of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Year,
    Month,
    /// Short name of the issuing unit.
    Unit,
    /// The count, filled with zeros to so many digits.
    Seq(usize),
}

/// A pattern that has been understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tasks) struct Pattern(Vec<Piece>);

/// What a number is made of besides its count.
#[derive(Clone, Copy, Debug)]
pub(in crate::tasks) struct Occasion<'a> {
    /// `YYYY-MM-DD`.
    pub(in crate::tasks) day: &'a str,
    pub(in crate::tasks) unit: &'a str,
}

impl Pattern {
    /// Understands a pattern, or says what is wrong with it.
    pub(in crate::tasks) fn read(text: &str) -> Result<Self, Words> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            let Some((name, after)) = from.strip_prefix('{').and_then(|inner| inner.split_once('}')) else {
                return Err("花括号没有成对".into());
            };
            pieces.push(match name {
                "year" => Piece::Year,
                "month" => Piece::Month,
                "unit" => Piece::Unit,
                "seq" => Piece::Seq(1),
                _ => match name.strip_prefix("seq:").and_then(|digits| digits.parse().ok()) {
                    Some(digits @ 1..=WIDEST) => Piece::Seq(digits),
                    _ => {
                        return Err(say!("不认识“{name}”，可用 year（年）、month（月）、unit（交办单位）、seq:4（四位序号）", name = name));
                    }
                },
            });
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        match pieces.iter().filter(|piece| matches!(piece, Piece::Seq(_))).count() {
            1 => Ok(Self(pieces)),
            0 => Err("编号规则里要有序号（seq）".into()),
            _ => Err("编号规则里只能有一个序号".into()),
        }
    }

    fn written(&self, occasion: Occasion<'_>, count: impl Fn(usize) -> String) -> String {
        let part = |range: std::ops::Range<usize>| occasion.day.get(range).unwrap_or_default().to_owned();
        self.0
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.clone(),
                Piece::Year => part(0..4),
                Piece::Month => part(5..7),
                Piece::Unit => occasion.unit.to_owned(),
                Piece::Seq(digits) => count(*digits),
            })
            .collect()
    }

    /// Under which name its counts go on: everything but the count. Two patterns may share one.
    pub(in crate::tasks) fn counter(&self, occasion: Occasion<'_>) -> String {
        self.written(occasion, |_| String::new()).trim_end_matches('-').to_owned()
    }

    /// The number of this count.
    pub(in crate::tasks) fn number(&self, occasion: Occasion<'_>, n: i64) -> String {
        self.written(occasion, |digits| format!("{n:0digits$}"))
    }
}

/// Takes a pattern that people wrote; nothing where it says nothing.
pub(in crate::tasks) fn given(text: Option<&str>) -> Result<Option<String>, Words> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    if text.chars().count() > LONGEST {
        return Err(say!("最多 {LONGEST} 个字"));
    }
    if text.chars().any(char::is_control) {
        return Err("含有不能保存的控制字符".into());
    }
    Pattern::read(text).map(|_| Some(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAY: Occasion<'_> = Occasion { day: "2026-05-09", unit: "运营中心" };

    #[test]
    fn a_number_is_what_its_pattern_says() {
        let number = |text: &str| Pattern::read(text).unwrap().number(MAY, 7);
        assert_eq!(number(USUAL), "2026-0007");
        assert_eq!(number("渭新督〔{year}〕{seq}号"), "渭新督〔2026〕7号");
        assert_eq!(number("{unit}{year}{month}{seq:3}"), "运营中心202605007");
        assert_eq!(Pattern::read(USUAL).unwrap().number(MAY, 12345), "2026-12345");
    }

    #[test]
    fn each_reading_counts_for_itself() {
        let counter = |text: &str| Pattern::read(text).unwrap().counter(MAY);
        assert_eq!(counter(USUAL), "2026");
        assert_eq!(counter("建议〔{year}〕{seq}号"), "建议〔2026〕号");
    }

    #[test]
    fn what_is_wrong_with_a_pattern_is_said() {
        for wrong in ["", "{year}", "{seq}{seq:2}", "{seq:0}", "{seq:9}", "{seq", "seq}", "{day}{seq}"] {
            assert!(Pattern::read(wrong).is_err(), "{wrong}");
        }
        assert_eq!(given(Some("  ")), Ok(None));
        assert!(given(Some(&format!("{}{{seq}}", "长".repeat(40)))).is_err());
    }
}
