//! What the places of a template take. The name of a place says its kind (`thing2` is a `thing`), and each kind has a limit
//! (“模板消息参数值内容限制说明”); one that is not kept is refused with 47003 over there.

use gateway::SendError;

use crate::read::{cut, refused};

/// The value as it may be sent: too long words are cut, what is not of the kind is refused by its name.
pub(crate) fn fitted(name: &str, value: &str) -> Result<String, SendError> {
    // Breaks and other control characters are in no kind.
    let value = value.split(|c: char| c.is_control() || c.is_whitespace()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let wrong = |what: &str| Err(refused(name, &format!("this place takes {what}")));
    let short = |most: usize| value.chars().count() <= most;
    let made_of = |allowed: &str| value.chars().all(|c| c.is_ascii_digit() || allowed.contains(c));
    if value.is_empty() {
        return wrong("no empty text");
    }
    match name.trim_end_matches(|c: char| c.is_ascii_digit()) {
        "thing" => Ok(cut(&value, 20)),
        // One with Chinese characters counts as Chinese.
        "name" => Ok(cut(&value, if value.chars().any(han) { 10 } else { 20 })),
        "phrase" if value.chars().all(han) => Ok(value.chars().take(5).collect()),
        "phrase" => wrong("Chinese characters only"),
        "character_string" if value.is_ascii() => Ok(value.chars().take(32).collect()),
        "character_string" => wrong("ASCII only"),
        "letter" if value.chars().all(|c| c.is_ascii_alphabetic()) => Ok(value.chars().take(32).collect()),
        "letter" => wrong("Latin letters only"),
        "symbol" if value.chars().any(char::is_alphanumeric) => wrong("signs only"),
        "symbol" => Ok(value.chars().take(5).collect()),
        // Half a number is another one: these are never cut.
        "number" if short(32) && made_of(".-") => Ok(value),
        "number" => wrong("a number of at most 32 digits"),
        "amount" if amount(&value) => Ok(value),
        "amount" => wrong("an amount of at most 10 digits, perhaps with a sign of currency before it and 元 behind"),
        "phone_number" if short(17) && made_of("+-() ") => Ok(value),
        "phone_number" => wrong("a phone number of at most 17 digits and signs"),
        "car_number" if short(8) && !value.contains(' ') => Ok(value),
        "car_number" => wrong("a number plate of at most 8 characters"),
        "time" | "date" if short(40) && value.contains(|c: char| c.is_ascii_digit()) && made_of("年月日时分秒:-/.~ ") => Ok(value),
        "time" | "date" => wrong("a time or a date"),
        // `const`, and templates of before there were kinds: the house knows.
        _ => Ok(cut(&value, 200)),
    }
}

fn han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{323af}')
}

fn amount(value: &str) -> bool {
    let digits = value.trim_end_matches('元').trim_start_matches(['¥', '￥', '$', '€', '£']);
    let count = digits.chars().filter(char::is_ascii_digit).count();
    (1..=10).contains(&count) && digits.matches('.').count() <= 1 && digits.chars().all(|c| c.is_ascii_digit() || ".,".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_cut_to_what_their_place_takes() {
        let fits = |name: &str, value: &str| fitted(name, value).unwrap();
        assert_eq!(fits("thing1", "关于开展全市防汛抢险工作专项督查的通知及附件"), "关于开展全市防汛抢险工作专项督查的通知…");
        assert_eq!(fits("thing1", "二十个字以内\n  原样留下").chars().count(), 11);
        assert_eq!(fits("phrase3", "超期未办结的"), "超期未办结");
        assert_eq!(fits("name2", "滨海新区人民政府办公室督查科").chars().count(), 10);
        assert_eq!(fits("name2", "A. N. Other of Somewhere").chars().count(), 20);
        assert_eq!(fits("character_string6", &"x".repeat(40)).len(), 32);
        assert_eq!(fits("time4", "2026年1月5日 09:00"), "2026年1月5日 09:00");
        assert_eq!(fits("amount8", "¥1,234.50元"), "¥1,234.50元");
        assert_eq!(fits("car_number9", "粤A8Z888挂"), "粤A8Z888挂");
        assert_eq!(fits("keyword1", "old ones have no kind"), "old ones have no kind");
    }

    #[test]
    fn what_is_of_another_kind_is_refused_by_the_name_of_its_place() {
        for (name, value) in [
            ("thing1", " \n"),
            ("phrase3", "第3号"),
            ("character_string6", "滨办〔2026〕3号"),
            ("number5", "12 件"),
            ("number5", &"1".repeat(33)),
            ("letter1", "a1"),
            ("symbol1", "a"),
            ("amount8", "12345678901"),
            ("amount8", "1.2.3"),
            ("phone_number1", "四位分机"),
            ("car_number9", "粤A8Z888挂0"),
            ("time4", "明天"),
            ("date4", "::"),
        ] {
            let error = fitted(name, value).unwrap_err();
            assert!(matches!(&error, SendError::Refused { code, .. } if code == name), "{name} {value}: {error}");
        }
    }
}
