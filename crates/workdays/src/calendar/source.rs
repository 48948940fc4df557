//! The calendar as data: what is kept in a file or a database row, edited by people and checked before use.
//!
//! ```json
//! {"version": "官方2018-2026",
//!  "years": [{"year": 2026, "papers": ["https://www.gov.cn/…"],
//!             "holidays": [{"name": "春节", "from": "2026-02-15", "to": "2026-02-23", "work": ["2026-02-14", "2026-02-28"]}]}],
//!  "local": [{"day": "2026-07-01", "off": true, "name": "停水", "reference": "某通知"}]}
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use wording::{Words, say};

/// Years the tables may span, so that a typing slip cannot ask for gigabytes.
const YEARS: RangeInclusive<i32> = 1949..=2200;
const LONGEST_HOLIDAY: i64 = 60;
const LONGEST_NAME: usize = 40;

/// Everything a calendar is built from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarSource {
    /// Free text shown beside computed dates; change it whenever anything below changes.
    pub version: String,
    /// The official years, each once.
    #[serde(default)]
    pub years: Vec<OfficialYear>,
    /// Days decided on the spot; they win over the notices.
    #[serde(default)]
    pub local: Vec<LocalDay>,
}

/// The yearly notice on days off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficialYear {
    /// The year it is about; some of its days may lie in the December before.
    pub year: i32,
    /// The number of the notice, such as 国办发明电〔…〕…号, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// Addresses of the published notice and of those that changed it.
    #[serde(default)]
    pub papers: Vec<String>,
    /// The holidays.
    pub holidays: Vec<Holiday>,
}

/// One holiday: consecutive days off, and the days worked in exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// Its name, such as 春节.
    pub name: String,
    /// First day off.
    pub from: NaiveDate,
    /// Last day off.
    pub to: NaiveDate,
    /// Days worked in exchange (调休上班).
    #[serde(default)]
    pub work: Vec<NaiveDate>,
}

/// A local exception for one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocalDay {
    /// The day.
    pub day: NaiveDate,
    /// Off, or worked.
    pub off: bool,
    /// Shown to people as the reason.
    pub name: String,
    /// The paper that decided it.
    #[serde(default)]
    pub reference: String,
}

/// Why a calendar was refused; [`CalendarError::words`] are for the person who edited it.
#[derive(Debug, thiserror::Error)]
pub enum CalendarError {
    /// Not the JSON of a [`CalendarSource`].
    Json(#[from] serde_json::Error),
    /// Missing or overlong version text.
    Version,
    /// A year twice.
    YearTwice(i32),
    /// A year or day outside 1949–2200, or too far from the year of its notice.
    OutOfRange(Words),
    /// A holiday that ends before it begins or lasts absurdly long.
    Span {
        /// The holiday.
        name: String,
        /// Its first day.
        from: NaiveDate,
        /// Its last day.
        to: NaiveDate,
    },
    /// Missing or overlong holiday name.
    Name(NaiveDate),
    /// One notice, or the local days, say both about one day.
    Contradiction(NaiveDate),
}

impl CalendarError {
    /// What is wrong.
    pub fn words(&self) -> Words {
        match self {
            Self::Json(error) => say!("日历文件格式不对：{error}"),
            Self::Version => "日历版本说明须为1至100字".into(),
            Self::YearTwice(year) => say!("{year}年出现了两次"),
            Self::OutOfRange(what) => say!("{what}不在允许的范围内"),
            Self::Span { name, from, to } => say!("“{name}”的起止日期不对：{from}至{to}"),
            Self::Name(day) => say!("{day}的名称须为1至{LONGEST_NAME}字"),
            Self::Contradiction(day) => say!("{day}既写放假又写上班，或重复出现"),
        }
    }
}

impl fmt::Display for CalendarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().zh())
    }
}

impl Holiday {
    pub(super) fn days_off(&self) -> impl Iterator<Item = NaiveDate> + '_ {
        self.from.iter_days().take_while(|day| *day <= self.to)
    }
}

impl CalendarSource {
    /// The official years compiled in, without local days; the place to start from when adding some.
    pub fn official() -> Self {
        const FILES: [&str; 9] = [
            include_str!("../../calendars/2018.json"),
            include_str!("../../calendars/2019.json"),
            include_str!("../../calendars/2020.json"),
            include_str!("../../calendars/2021.json"),
            include_str!("../../calendars/2022.json"),
            include_str!("../../calendars/2023.json"),
            include_str!("../../calendars/2024.json"),
            include_str!("../../calendars/2025.json"),
            include_str!("../../calendars/2026.json"),
        ];
        // A file that did not parse would leave its year unpublished, with the warning of such years; a test sees that none does.
        let years = FILES.iter().filter_map(|text| serde_json::from_str(text).ok()).collect();
        Self { version: include_str!("../../calendars/name.txt").trim_end().to_owned(), years, local: Vec::new() }
    }

    /// Checks what the types cannot.
    pub fn check(&self) -> Result<(), CalendarError> {
        if self.version.trim().is_empty() || self.version.chars().count() > 100 {
            return Err(CalendarError::Version);
        }
        let mut seen = BTreeSet::new();
        for year in &self.years {
            if !seen.insert(year.year) {
                return Err(CalendarError::YearTwice(year.year));
            }
            year.check()?;
        }
        let mut days = BTreeSet::new();
        for local in &self.local {
            check_name(&local.name, local.day)?;
            if !YEARS.contains(&local.day.year()) {
                return Err(CalendarError::OutOfRange(Words::raw(local.day.to_string())));
            }
            if !days.insert(local.day) {
                return Err(CalendarError::Contradiction(local.day));
            }
        }
        Ok(())
    }
}

impl OfficialYear {
    fn check(&self) -> Result<(), CalendarError> {
        if !YEARS.contains(&self.year) {
            return Err(CalendarError::OutOfRange(say!("{year}年", year = self.year)));
        }
        let mut said = BTreeMap::new();
        for holiday in &self.holidays {
            check_name(&holiday.name, holiday.from)?;
            let length = holiday.to.signed_duration_since(holiday.from).num_days();
            if !(0..LONGEST_HOLIDAY).contains(&length) {
                return Err(CalendarError::Span { name: holiday.name.clone(), from: holiday.from, to: holiday.to });
            }
            let off = holiday.days_off().map(|day| (day, true));
            for (day, off) in off.chain(holiday.work.iter().map(|day| (*day, false))) {
                let near = day.year() == self.year || (day.year() == self.year - 1 && day.month() == 12);
                if !near {
                    return Err(CalendarError::OutOfRange(Words::raw(day.to_string())));
                }
                if said.insert(day, off).is_some_and(|before| before != off) {
                    return Err(CalendarError::Contradiction(day));
                }
            }
        }
        Ok(())
    }
}

fn check_name(name: &str, day: NaiveDate) -> Result<(), CalendarError> {
    if name.trim().is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(CalendarError::Name(day));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{Calendar, DayKind};
    use super::{CalendarError, CalendarSource, LocalDay};
    use chrono::NaiveDate;

    fn d(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn every_compiled_in_year_parses_and_passes_the_check() {
        let source = CalendarSource::official();
        assert_eq!(source.years.iter().map(|year| year.year).collect::<Vec<_>>(), (2018..=2026).collect::<Vec<_>>());
        assert!(source.years.iter().all(|year| !year.papers.is_empty()));
        source.check().unwrap();
    }

    #[test]
    fn a_source_survives_json() {
        let source = CalendarSource::official();
        let text = serde_json::to_string(&source).unwrap();
        assert_eq!(Calendar::from_json(&text).unwrap().source(), &source);
    }

    #[test]
    fn a_local_day_wins_over_the_notice() {
        let mut source = CalendarSource::official();
        source.version = "加本地调整".into();
        for (day, off) in [("2026-03-05", true), ("2026-03-07", false), ("2026-02-20", false)] {
            source.local.push(LocalDay { day: d(day), off, name: "抗洪".into(), reference: String::new() });
        }
        let calendar = Calendar::new(source).unwrap();
        assert_eq!(calendar.day(d("2026-03-05")).kind, DayKind::Holiday);
        assert!(calendar.day(d("2026-03-05")).local);
        assert_eq!(calendar.day(d("2026-03-07")).kind, DayKind::MakeUp);
        // One more day inside the festival, one fewer after it.
        assert_eq!(calendar.add_workdays(d("2026-02-13"), 10), d("2026-03-04"));
        assert_eq!(calendar.workdays_between(d("2026-02-13"), d("2026-03-05")), 10);
    }

    #[test]
    fn slips_of_the_editor_are_named() {
        let refused = |change: &dyn Fn(&mut CalendarSource)| {
            let mut source = CalendarSource::official();
            change(&mut source);
            Calendar::new(source).unwrap_err()
        };
        assert!(matches!(refused(&|s| s.version.clear()), CalendarError::Version));
        assert!(matches!(refused(&|s| s.years.push(s.years[0].clone())), CalendarError::YearTwice(2018)));
        assert!(matches!(refused(&|s| s.years[0].holidays[1].name.clear()), CalendarError::Name(_)));
        assert!(matches!(refused(&|s| s.years[0].holidays[1].to = d("2018-01-01")), CalendarError::Span { .. }));
        assert!(matches!(refused(&|s| s.years[0].holidays[0].work = vec![d("2018-01-01")]), CalendarError::Contradiction(_)));
        assert!(matches!(refused(&|s| s.years[0].holidays[0].work = vec![d("2019-01-05")]), CalendarError::OutOfRange(_)));
        let error = Calendar::from_json("{\"version\":\"x\",\"yeers\":[]}").unwrap_err();
        assert!(error.to_string().contains("格式"));
    }
}
