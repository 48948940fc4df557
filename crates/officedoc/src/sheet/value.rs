//! How values become texts: numbers, dates, durations, percentages, booleans, errors.

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime};

/// What a number format makes of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum NumberKind {
    #[default]
    Number,
    Percent,
    Date,
    Time,
    DateTime,
    /// Hours may exceed 24: `[h]:mm`.
    Duration,
}

impl NumberKind {
    /// The formats that are known by number and not written into the file; 27 to 36 and 50 to 58 as a Chinese Excel has them.
    pub(super) fn of_builtin(id: u32) -> Self {
        match id {
            9 | 10 => Self::Percent,
            14..=17 | 27..=31 | 36 | 50..=54 | 57 | 58 => Self::Date,
            18..=21 | 32..=35 | 45 | 47 | 55 | 56 => Self::Time,
            22 => Self::DateTime,
            46 => Self::Duration,
            _ => Self::Number,
        }
    }

    /// Reads a format code such as `yyyy"年"m"月"d"日"` or `#,##0.00%`. Only its first section, for positive numbers, counts.
    pub(super) fn of_code(code: &str) -> Self {
        let (mut day, mut month, mut time, mut percent, mut run_of_a) = (false, false, false, false, 0);
        let mut chars = code.chars();
        while let Some(c) = chars.next() {
            let lower = c.to_ascii_lowercase();
            run_of_a = if lower == 'a' { run_of_a + 1 } else { 0 };
            match lower {
                ';' => break,
                '"' => chars.by_ref().take_while(|&c| c != '"').for_each(drop),
                // The next character is shown as it is, is only a width, or fills the cell.
                '\\' | '_' | '*' => drop(chars.next()),
                '[' => {
                    let inside: String = chars.by_ref().take_while(|&c| c != ']').collect();
                    if is_elapsed(&inside) {
                        return Self::Duration;
                    }
                }
                'y' | 'd' => day = true,
                'm' => month = true,
                'h' | 's' => time = true,
                // The name of the weekday.
                'a' if run_of_a == 3 => day = true,
                '%' => percent = true,
                _ => {}
            }
        }
        match (day || (month && !time), time) {
            (true, true) => Self::DateTime,
            (true, false) => Self::Date,
            (false, true) => Self::Time,
            (false, false) if percent => Self::Percent,
            (false, false) => Self::Number,
        }
    }
}

/// `h`, `mm`, `ss` in brackets; other brackets are colours, conditions and locales.
fn is_elapsed(inside: &str) -> bool {
    let lower = inside.to_ascii_lowercase();
    ['h', 'm', 's'].iter().any(|&unit| !lower.is_empty() && lower.chars().all(|c| c == unit))
}

/// A number as the sheet shows it, though always with all its digits: at most 15, which is what Excel keeps.
///
/// A number that is no date under a date format (negative, or after the year 9999) stays a number.
pub(super) fn number_text(value: f64, kind: NumberKind, is_1904: bool) -> String {
    let formatted = match kind {
        NumberKind::Number => None,
        NumberKind::Percent => Some(plain(value * 100.0) + "%"),
        NumberKind::Duration => duration_text(value),
        NumberKind::Date | NumberKind::Time | NumberKind::DateTime => moment_text(value, kind, is_1904),
    };
    formatted.unwrap_or_else(|| plain(value))
}

fn plain(value: f64) -> String {
    // 0.1 + 0.2 is stored as 0.30000000000000004 and shown as 0.3.
    let rounded: f64 = format!("{value:.14e}").parse().unwrap_or(value);
    if rounded == 0.0 { "0".to_owned() } else { rounded.to_string() }
}

const SECONDS_A_DAY: i64 = 24 * 60 * 60;

fn duration_text(days: f64) -> Option<String> {
    let seconds = whole_seconds(days)?;
    Some(format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60))
}

fn moment_text(serial: f64, kind: NumberKind, is_1904: bool) -> Option<String> {
    let seconds = whole_seconds(if is_1904 { serial + 1462.0 } else { serial })?;
    let (days, seconds) = (seconds / SECONDS_A_DAY, seconds % SECONDS_A_DAY);
    let time = NaiveTime::from_num_seconds_from_midnight_opt(u32::try_from(seconds).ok()?, 0)?;
    if days == 0 {
        return (kind != NumberKind::Date).then(|| time.to_string());
    }
    // Day 60 is 29 February 1900, which Excel believes in: before it days count from one day later.
    let epoch = NaiveDate::from_ymd_opt(1899, 12, if days < 60 { 31 } else { 30 })?;
    let date = epoch.checked_add_days(Days::new(u64::try_from(days).ok()?))?;
    Some(match kind {
        NumberKind::Date => date.to_string(),
        _ => date_time_text(date.and_time(time)),
    })
}

/// Days since the epoch as seconds, when they lie between the epoch and the end of the year 9999.
fn whole_seconds(days: f64) -> Option<i64> {
    const END: f64 = 2_958_466.0;
    // The product is below 2.6e11, so the conversion is exact.
    (0.0..END).contains(&days).then(|| (days * SECONDS_A_DAY as f64).round() as i64)
}

fn date_time_text(moment: NaiveDateTime) -> String {
    if moment.time() == NaiveTime::MIN { moment.date().to_string() } else { moment.format("%F %T").to_string() }
}

/// A date that stands in the file as ISO 8601 text; anything else stays as it is.
pub(super) fn iso_date_text(text: &str) -> String {
    match text.trim_end_matches('Z').parse::<NaiveDateTime>() {
        Ok(moment) => date_time_text(moment),
        Err(_) => text.to_owned(),
    }
}

pub(super) fn bool_text(value: bool) -> &'static str {
    if value { "是" } else { "否" }
}

/// What an error value such as `#DIV/0!` means.
pub(super) fn error_meaning(code: &str) -> &'static str {
    match code {
        "#NULL!" => "引用的区域没有交集",
        "#DIV/0!" => "除数为零",
        "#VALUE!" => "参数类型不对",
        "#REF!" => "引用的单元格已不存在",
        "#NAME?" => "名称或函数无法识别",
        "#NUM!" => "数值超出范围",
        "#N/A" => "没有找到对应的值",
        "#GETTING_DATA" => "数据尚未取到",
        _ => "公式没有得出结果",
    }
}

/// The error value behind its number in an xls.
pub(super) fn error_code(number: u8) -> &'static str {
    match number {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0f => "#VALUE!",
        0x17 => "#REF!",
        0x1d => "#NAME?",
        0x24 => "#NUM!",
        0x2a => "#N/A",
        0x2b => "#GETTING_DATA",
        _ => "#ERROR!",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers() {
        let text = |value| number_text(value, NumberKind::Number, false);
        assert_eq!(text(12.0), "12");
        assert_eq!(text(-0.0), "0");
        assert_eq!(text(0.1 + 0.2), "0.3");
        assert_eq!(text(1.005), "1.005");
        assert_eq!(text(13_800_138_000.0), "13800138000");
        assert_eq!(text(1e15), "1000000000000000");
        assert_eq!(number_text(0.125, NumberKind::Percent, false), "12.5%");
        assert_eq!(number_text(0.07, NumberKind::Percent, false), "7%");
    }

    #[test]
    fn dates_in_both_epochs() {
        let date = |serial| number_text(serial, NumberKind::Date, false);
        assert_eq!(date(46_143.0), "2026-05-01");
        assert_eq!(date(46_143.75), "2026-05-01");
        assert_eq!(date(1.0), "1900-01-01");
        assert_eq!(date(59.0), "1900-02-28");
        assert_eq!(date(61.0), "1900-03-01");
        assert_eq!(date(2_958_465.0), "9999-12-31");
        assert_eq!(number_text(44_681.0, NumberKind::Date, true), "2026-05-01");
        assert_eq!(date(-1.0), "-1");
        assert_eq!(date(2_958_466.0), "2958466");
        assert_eq!(date(f64::NAN), "NaN");
    }

    #[test]
    fn times_and_durations() {
        assert_eq!(number_text(46_143.354_166_666_67, NumberKind::DateTime, false), "2026-05-01 08:30:00");
        assert_eq!(number_text(46_143.0, NumberKind::DateTime, false), "2026-05-01");
        assert_eq!(number_text(46_143.999_999_99, NumberKind::DateTime, false), "2026-05-02");
        assert_eq!(number_text(0.5, NumberKind::Time, false), "12:00:00");
        assert_eq!(number_text(1.25, NumberKind::Duration, false), "30:00:00");
        assert_eq!(iso_date_text("2026-05-01T00:00:00"), "2026-05-01");
        assert_eq!(iso_date_text("2026-05-01T08:30:00Z"), "2026-05-01 08:30:00");
        assert_eq!(iso_date_text("五月"), "五月");
    }

    #[test]
    fn format_codes() {
        use NumberKind::{Date, DateTime, Duration, Number, Percent, Time};
        let cases = [
            ("General", Number),
            ("G/通用格式", Number),
            ("0.00E+00", Number),
            ("@", Number),
            ("#,##0.00_);[Red]\\(#,##0.00\\)", Number),
            ("0\"days\"", Number),
            ("#,##0*d", Number),
            ("[Red][>100]0.0", Number),
            ("0.00;yyyy", Number),
            ("0.0%", Percent),
            ("yyyy-mm-dd", Date),
            ("yyyy\"年\"m\"月\"d\"日\";@", Date),
            ("[$-804]yyyy\\年m\\月", Date),
            ("[DBNum1][$-804]m\"月\"", Date),
            ("aaaa", Date),
            ("h:mm AM/PM", Time),
            ("上午/下午h\"时\"mm\"分\"", Time),
            ("mm:ss", Time),
            ("yyyy/m/d h:mm", DateTime),
            ("[h]:mm:ss", Duration),
            ("[mm]:ss", Duration),
        ];
        for (code, kind) in cases {
            assert_eq!(NumberKind::of_code(code), kind, "{code}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(value: f64, code in ".{0,30}", id: u32, is_1904: bool) {
            let _ = number_text(value, NumberKind::of_code(&code), is_1904);
            let _ = number_text(value, NumberKind::of_builtin(id), is_1904);
            let _ = iso_date_text(&code);
        }

        #[test]
        fn whole_numbers_keep_every_digit(value in -999_999_999_999_999_i64..=999_999_999_999_999) {
            prop_assert_eq!(number_text(value as f64, NumberKind::Number, false), value.to_string());
        }
    }
}
