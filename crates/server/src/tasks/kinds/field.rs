//! A field of a kind of source, and what may stand in it.

use kit::{Day, id_types, text_enum};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use wording::{Words, say};

id_types! {
    /// A field of a kind of source.
    FieldId,
}

text_enum! {
    /// What stands in a field.
    Shape {
        Text = "text", "文字";
        LongText = "long_text", "长文字";
        Number = "number", "数字";
        Day = "day", "日期";
        Choice = "choice", "单选";
        Choices = "choices", "多选";
        YesNo = "yes_no", "是否";
    }
}

/// Ten-thousandths of one: the finest that a number says.
const SCALE: i64 = 10_000;
/// Digits after the point.
const DECIMALS: usize = 4;
/// Numbers lie below this, so that they are exact in every program that reads them.
const GREATEST: i64 = 100_000_000_000;
/// Characters of a text, of a long one.
const TEXT: usize = 200;
const LONG_TEXT: usize = 2000;
/// Stands between several choices.
pub(super) const BAR: char = '|';

/// A field as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Field {
    /// Its id.
    pub id: FieldId,
    /// What programs and saved views call it.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// What stands in it.
    pub shape: Shape,
    /// What a number counts: 万元, 公里.
    pub measure: Option<String>,
    /// What may be chosen.
    pub choices: Vec<String>,
    /// A task does not go out without it.
    pub required: bool,
    /// It tells this task from all others, like the number of a proposal: copies, templates and series leave it empty.
    pub own: bool,
    /// It may be filled in. Those that are not stay on tasks where they were.
    pub active: bool,
}

/// What stands in a field, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tasks) struct Kept {
    pub(in crate::tasks) value: String,
    pub(in crate::tasks) amount: Option<i64>,
}

impl Kept {
    fn text(value: impl Into<String>) -> Self {
        Self { value: value.into(), amount: None }
    }
}

/// Whether programs can call a field or kind so: names of columns consist of these letters.
pub(super) fn is_code(code: &str) -> bool {
    (1..=30).contains(&code.len())
        && code.starts_with(|c: char| c.is_ascii_lowercase())
        && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

/// Reads a decimal number with at most four decimals into ten-thousandths; thousands may stand apart.
pub(super) fn amount(text: &str) -> Result<i64, Words> {
    let wrong = || Words::from("应为数字，最多 4 位小数");
    let text: String = text.trim().chars().filter(|c| !matches!(c, ',' | '，' | ' ')).collect();
    let (negative, digits) = text.strip_prefix('-').map_or((false, text.as_str()), |rest| (true, rest));
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let decimals = decimals.trim_end_matches('0');
    let all = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !all(whole) || !all(decimals) || decimals.len() > DECIMALS {
        return Err(wrong());
    }
    let whole: i64 = whole.parse().map_err(|_| wrong())?;
    if whole >= GREATEST {
        return Err(say!("应小于 {GREATEST}"));
    }
    let decimals: i64 = format!("{decimals:0<DECIMALS$}").parse().map_err(|_| wrong())?;
    let amount = whole * SCALE + decimals;
    Ok(if negative { -amount } else { amount })
}

/// Ten-thousandths as people write them.
pub(in crate::tasks) fn decimal(amount: i64) -> String {
    let (sign, n) = (if amount < 0 { "-" } else { "" }, amount.unsigned_abs());
    let scale = SCALE.unsigned_abs();
    let text = format!("{sign}{}.{:04}", n / scale, n % scale);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

impl Field {
    /// Understands what is to stand in it; nothing where it says nothing.
    pub(in crate::tasks) fn read(&self, given: &Value) -> Result<Option<Kept>, Words> {
        let text = match given {
            Value::Null => return Ok(None),
            Value::String(text) => text.trim().to_owned(),
            Value::Number(n) if self.shape == Shape::Number => n.to_string(),
            Value::Bool(yes) if self.shape == Shape::YesNo => yes.to_string(),
            Value::Array(items) if self.shape == Shape::Choices => {
                let words: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
                return self.chosen(&words.ok_or("应为文字")?);
            }
            _ => return Err(say!("应为{shape}", shape = self.shape.words())),
        };
        if text.is_empty() {
            return Ok(None);
        }
        match self.shape {
            Shape::Text | Shape::LongText => {
                let most = if self.shape == Shape::Text { TEXT } else { LONG_TEXT };
                let length = text.chars().count();
                if length > most {
                    return Err(say!("最多 {most} 个字，现有 {length} 个字"));
                }
                let breaks = self.shape == Shape::LongText;
                if text.chars().any(|c| c.is_control() && !(breaks && matches!(c, '\n' | '\r' | '\t'))) {
                    return Err("含有不能保存的控制字符".into());
                }
                Ok(Some(Kept::text(text)))
            }
            Shape::Number => {
                let amount = amount(&text)?;
                Ok(Some(Kept { value: decimal(amount), amount: Some(amount) }))
            }
            Shape::Day => {
                let day: Day = text.parse().map_err(|_| "应为日期，如 2026-06-30")?;
                Ok(Some(Kept::text(day.to_string())))
            }
            Shape::YesNo => match text.as_str() {
                "true" | "是" | "有" | "√" | "1" => Ok(Some(Kept::text("true"))),
                "false" | "否" | "无" | "×" | "0" => Ok(Some(Kept::text("false"))),
                _ => Err("应为“是”或“否”".into()),
            },
            Shape::Choice => match self.choices.iter().find(|known| **known == text) {
                Some(known) => Ok(Some(Kept::text(known.as_str()))),
                None => Err(self.unknown(&text)),
            },
            Shape::Choices => {
                let words: Vec<&str> =
                    text.split(['、', '，', ',', ';', '；', BAR]).map(str::trim).filter(|word| !word.is_empty()).collect();
                self.chosen(&words)
            }
        }
    }

    fn chosen(&self, words: &[&str]) -> Result<Option<Kept>, Words> {
        if let Some(unknown) = words.iter().find(|word| !self.choices.iter().any(|known| known == *word)) {
            return Err(self.unknown(unknown));
        }
        // In the order of the field, each once: two lists that say the same are the same.
        let chosen: Vec<&str> = self.choices.iter().map(String::as_str).filter(|known| words.contains(known)).collect();
        Ok((!chosen.is_empty()).then(|| Kept::text(format!("{BAR}{}{BAR}", chosen.join("|")))))
    }

    fn unknown(&self, word: &str) -> Words {
        let word: String = word.chars().take(20).collect();
        let known = self.choices.join("、");
        say!("没有“{word}”这一项，可选：{known}")
    }

    /// What stands in it, for programs.
    pub(in crate::tasks) fn value(&self, kept: &str) -> Value {
        match self.shape {
            Shape::Number => serde_json::from_str(kept).unwrap_or(Value::Null),
            Shape::YesNo => Value::Bool(kept == "true"),
            Shape::Choices => several(kept).map(|word| Value::String(word.to_owned())).collect(),
            _ => Value::String(kept.to_owned()),
        }
    }

    /// What stands in it, for people.
    pub(in crate::tasks) fn words(&self, kept: &str) -> Words {
        match self.shape {
            Shape::Number => Words::raw(format!("{kept}{}", self.measure.as_deref().unwrap_or_default())),
            Shape::YesNo => if kept == "true" { "是" } else { "否" }.into(),
            Shape::Choices => Words::raw(several(kept).collect::<Vec<_>>().join("、")),
            _ => Words::raw(kept),
        }
    }
}

/// Several choices, one by one.
pub(super) fn several(kept: &str) -> impl Iterator<Item = &str> {
    kept.split(BAR).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn field(shape: Shape) -> Field {
        let (rng, now) = (kit::Rng::seeded(1), kit::Clock::system().now());
        Field {
            id: FieldId::new(&rng, now),
            code: "a".into(),
            name: "甲".into(),
            shape,
            measure: Some("万元".into()),
            choices: vec!["春".into(), "夏".into(), "秋".into()],
            own: false,
            required: false,
            active: true,
        }
    }

    #[test]
    fn what_was_read_is_said_again() {
        for (shape, given, said, words) in [
            (Shape::Number, json!(1234.5), json!(1234.5), "1234.5万元"),
            (Shape::Number, json!("1，234,567.0010"), json!(1_234_567.001), "1234567.001万元"),
            (Shape::Number, json!(-3), json!(-3), "-3万元"),
            (Shape::Number, json!("-0.25"), json!(-0.25), "-0.25万元"),
            (Shape::Day, json!("2026-02-28"), json!("2026-02-28"), "2026-02-28"),
            (Shape::Choice, json!("夏"), json!("夏"), "夏"),
            (Shape::Choices, json!(["秋", "春", "秋"]), json!(["春", "秋"]), "春、秋"),
            (Shape::Choices, json!("夏；春"), json!(["春", "夏"]), "春、夏"),
            (Shape::YesNo, json!(true), json!(true), "是"),
            (Shape::YesNo, json!("否"), json!(false), "否"),
            (Shape::Text, json!(" 第 12 号 "), json!("第 12 号"), "第 12 号"),
        ] {
            let field = field(shape);
            let kept = field.read(&given).unwrap().unwrap();
            assert_eq!(field.value(&kept.value), said, "{given}");
            assert_eq!(field.words(&kept.value).zh(), words, "{given}");
        }
    }

    #[test]
    fn nothing_stays_nothing_and_nonsense_is_refused() {
        for shape in Shape::ALL {
            assert_eq!(field(*shape).read(&json!(null)), Ok(None));
            assert_eq!(field(*shape).read(&json!("  ")), Ok(None));
        }
        assert_eq!(field(Shape::Choices).read(&json!([])), Ok(None));
        for (shape, wrong) in [
            (Shape::Number, json!("一百")),
            (Shape::Number, json!("1.23456")),
            (Shape::Number, json!("1e5")),
            (Shape::Number, json!(100_000_000_000_i64)),
            (Shape::Number, json!(true)),
            (Shape::Day, json!("2026-02-30")),
            (Shape::Choice, json!("冬")),
            (Shape::Choices, json!(["春", "冬"])),
            (Shape::Choices, json!([1])),
            (Shape::YesNo, json!("也许")),
            (Shape::Text, json!("长".repeat(201))),
            (Shape::Text, json!("两\n行")),
            (Shape::Text, json!(5)),
        ] {
            assert!(field(shape).read(&wrong).is_err(), "{shape:?} {wrong}");
        }
    }
}
