//! Due words of a sheet: read once for each text, with what a person should look at.

use std::collections::HashMap;

use chrono::Datelike as _;
use kit::Day;
use wording::{Join, Words, say};
use workdays::{Calendar, deadline};

use crate::tasks::{DueInput, read_due};

/// What the due words of a row come to.
#[derive(Clone, Debug, Default)]
pub(super) struct RowDue {
    /// The day; none for standing work and where nothing was understood.
    pub(super) day: Option<Day>,
    /// How it came about.
    pub(super) note: Option<Words>,
    /// What a person should look at.
    pub(super) warnings: Vec<Words>,
    /// Words that were not understood: kept with the demand.
    pub(super) unread: Option<String>,
    /// What the task is given.
    pub(super) input: Option<DueInput>,
    /// The day the words count from, where that makes a difference.
    pub(super) start_day: Option<Day>,
}

/// Reads due words as said on one day.
pub(super) struct Dues<'a> {
    calendar: &'a Calendar,
    today: Day,
    from_day: Option<Day>,
    known: HashMap<(String, Option<i32>), RowDue>,
}

impl<'a> Dues<'a> {
    pub(super) fn new(calendar: &'a Calendar, today: Day, from_day: Option<Day>) -> Self {
        Self { calendar, today, from_day, known: HashMap::new() }
    }

    /// Reads the words of a row. `year` is the year of its document's number: words that mean something else in that year
    /// want a person's eye, as long as nobody has said from when they count.
    pub(super) fn read(&mut self, words: &str, year: Option<i32>) -> RowDue {
        let key = (words.to_owned(), year);
        if let Some(due) = self.known.get(&key) {
            return due.clone();
        }
        let due = self.read_new(words, year);
        self.known.insert(key, due.clone());
        due
    }

    fn read_new(&self, words: &str, year: Option<i32>) -> RowDue {
        let from = self.from_day.unwrap_or(self.today);
        let reading = deadline::read(words, from.date(), self.calendar);
        let day = reading.day.and_then(Day::new);
        let too_long = words.chars().count() > deadline::LONGEST_TEXT;
        if too_long || !reading.matched || day.is_some() != reading.day.is_some() {
            let warning = if too_long {
                say!("时限表述超过 {max} 个字，没有读取；原文写入任务要求，请导入后填写期限", max = deadline::LONGEST_TEXT)
            } else {
                say!("看不懂时限“{words}”；原文写入任务要求，请导入后填写期限")
            };
            return RowDue { note: Some(Words::raw(words)), unread: Some(words.to_owned()), warnings: vec![warning], ..RowDue::default() };
        }
        let note = Words::join(Join::Clauses, reading.explanation);
        let mut due = RowDue { day, note: Some(note), ..RowDue::default() };
        match day {
            // Each of its days lies before today then; once is enough.
            Some(day) if day < self.today => due.warnings.push(say!("期限已过（{day}）")),
            _ => due.warnings.extend(reading.warnings),
        }
        if let (None, Some(year)) = (self.from_day, year)
            && self.means_another_day(words, reading.day, year)
        {
            let counted = from.date().year();
            due.warnings.push(say!("时限“{words}”按{counted}年计算，而文件是{year}年的，请核对或填写起算日"));
        }
        self.hand_over(&mut due, words, from);
        due
    }

    /// Says the due so that the task comes to the same day: it reads the words itself, and explains them, from its start or
    /// from today. Where neither gives this day, the day is said beside the words.
    fn hand_over(&self, due: &mut RowDue, words: &str, from: Day) {
        let input = DueInput { text: Some(words.to_owned()), day: None };
        let meant = read_due(&input, from, self.calendar).ok().map(|due| (due.day, due.steps));
        let by_itself = read_due(&input, self.today, self.calendar).ok().map(|due| (due.day, due.steps));
        let explicit = DueInput { day: due.day, ..input.clone() };
        if meant == by_itself {
            due.input = Some(input);
        } else if due.day.is_none_or(|day| from <= day) {
            due.start_day = Some(from);
            due.input = Some(input);
        } else {
            due.input = Some(explicit);
        }
    }

    fn means_another_day(&self, words: &str, day: Option<chrono::NaiveDate>, year: i32) -> bool {
        let then = self.today.date().with_year(year).or_else(|| chrono::NaiveDate::from_ymd_opt(year, 1, 1));
        year != self.today.date().year() && then.is_some_and(|then| deadline::read(words, then, self.calendar).day != day)
    }
}

/// The year in a document's number: 2018 of 国办发〔2018〕121号.
pub(super) fn year_of(document: &str) -> Option<i32> {
    document.split(['〔', '［', '[', '（', '(']).skip(1).find_map(|part| {
        let (digits, rest) = part.split_at_checked(4)?;
        let closed = rest.starts_with(['〕', '］', ']', '）', ')']);
        let year = digits.parse().ok().filter(|year| (1949..2200).contains(year))?;
        closed.then_some(year)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &str, from: Option<&str>, year: Option<i32>) -> RowDue {
        let day = |text: &str| text.parse::<Day>().unwrap();
        Dues::new(Calendar::official(), day("2026-02-06"), from.map(day)).read(words, year)
    }

    fn day(due: &RowDue) -> String {
        due.day.map(|day| day.to_string()).unwrap_or_default()
    }

    fn warnings(due: &RowDue) -> Vec<String> {
        due.warnings.iter().map(Words::zh).collect()
    }

    #[test]
    fn a_document_number_has_a_year() {
        assert_eq!(year_of("国办发〔2018〕121号"), Some(2018));
        assert_eq!(year_of("市政办〔23〕1号"), None);
        assert_eq!(year_of("重点任务（2026）"), Some(2026));
        assert_eq!(year_of("关于（试行）〔2020〕43号"), Some(2020));
        assert_eq!(year_of(""), None);
    }

    #[test]
    fn words_of_another_year_want_an_eye() {
        let due = read("年底前", None, Some(2020));
        assert_eq!(day(&due), "2026-12-31");
        assert_eq!(warnings(&due), ["时限“年底前”按2026年计算，而文件是2020年的，请核对或填写起算日"]);
        assert!(read("年底前", None, Some(2026)).warnings.is_empty());
        assert!(read("2026年底前", None, Some(2020)).warnings.is_empty());
        let told = read("年底前", Some("2020-11-10"), Some(2020));
        assert_eq!((day(&told).as_str(), warnings(&told)), ("2020-12-31", vec!["期限已过（2020-12-31）".to_owned()]));
    }

    #[test]
    fn words_that_count_from_a_day_make_it_the_start() {
        let due = read("10个工作日内", Some("2026-02-02"), None);
        assert_eq!(due.start_day.map(|day| day.to_string()).as_deref(), Some("2026-02-02"));
        assert_eq!(due.input.and_then(|input| input.day), None);
        let absolute = read("2026年底前", Some("2026-02-02"), None);
        assert_eq!(absolute.start_day, None);
    }

    #[test]
    fn standing_work_has_no_day_and_what_is_not_understood_is_kept() {
        let standing = read("持续推进", None, None);
        assert_eq!((standing.day, standing.warnings.len(), standing.unread), (None, 0, None));
        let unread = read("视情况而定", None, None);
        assert_eq!(unread.unread.as_deref(), Some("视情况而定"));
        assert_eq!(unread.warnings.len(), 1);
        assert!(unread.input.is_none());
        assert!(read(&"持续推进".repeat(60), None, None).unread.is_some());
    }
}
