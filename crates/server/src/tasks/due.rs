//! From what people write (“6月底前”) to a due day with its explanation, steps and report rule.

use kit::Day;
use wording::{Words, say};
use workdays::{Cadence, Calendar, deadline};

use super::model::{DueInput, ReportRule, RuleKind, Task};
use crate::app::{Fields, Outcome, Refusal};

/// A due day that explains itself.
#[derive(Clone, Debug, Default)]
pub struct Due {
    /// The day; none for standing tasks.
    pub day: Option<Day>,
    /// The words it was read from.
    pub text: Option<String>,
    /// From which day the words were read; nothing where the day was chosen.
    pub from: Option<Day>,
    /// How it came about, sentence by sentence.
    pub explanation: Vec<Words>,
    /// Several days in one text: its steps.
    pub steps: Vec<Day>,
    /// A rule the words contain (“每月25日前”).
    pub rule: Option<ReportRule>,
}

/// Reads a due day. A day that was chosen wins over words; words that say nothing about a time are an error.
pub fn read(input: &DueInput, from: Day, calendar: &Calendar) -> Outcome<Due> {
    let mut fields = Fields::default();
    let text = fields.optional_text("due.text", input.text.as_deref(), deadline::LONGEST_TEXT);
    fields.finish()?;
    let Some(words) = &text else {
        return Ok(Due { day: input.day, explanation: chosen(input.day, calendar), ..Due::default() });
    };
    let reading = deadline::read(words, from.date(), calendar);
    let mut explanation = reading.explanation;
    explanation.extend(reading.warnings);
    if let Some(day) = input.day {
        if reading.day != Some(day.date()) {
            explanation = chosen(Some(day), calendar);
        }
        return Ok(Due { day: Some(day), text, explanation, ..Due::default() });
    }
    if !reading.matched {
        return Err(Refusal::field("due.text", say!("看不懂期限“{words}”，请写成“6月底前”“10个工作日内”，或直接选择日期")));
    }
    Ok(Due {
        day: reading.day.and_then(Day::new),
        from: reading.day.is_some().then_some(from),
        text,
        explanation,
        steps: reading.milestone_days.into_iter().filter_map(Day::new).collect(),
        rule: reading.report_rule.map(rule_of),
    })
}

/// Whether this says nothing new of when a task that is out is due: then its day stands, however it came about. A draft's words are read
/// anew, since they are counted from the day it goes out.
pub(super) fn says_nothing_new(task: &Task, given: &DueInput, start: Option<Day>) -> bool {
    let text = given.text.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let starts_elsewhere = task.due_from.is_some() && start.is_some() && start != task.start_day;
    let same_day = given.day == task.due_day || (given.day.is_none() && text.is_some());
    task.dispatched_at.is_some() && task.due_day.is_some() && text == task.due_text.as_deref() && same_day && !starts_elsewhere
}

/// Somebody decided on another day: it rests on that, in these words, and no longer on what it was read from.
pub(super) fn decide(task: &mut Task, day: Day, how: Words) -> Outcome<()> {
    task.due_day = Some(day);
    task.due_from = None;
    task.due_text = None;
    task.due_explanation = explanation_to_store(&[how])?;
    Ok(())
}

fn chosen(day: Option<Day>, calendar: &Calendar) -> Vec<Words> {
    let Some(day) = day else { return Vec::new() };
    let mut words = vec![say!("选定日期 → {day}")];
    if !calendar.is_workday(day.date()) {
        words.push("这一天不是工作日".into());
    }
    words
}

/// The explanation as it stands in the database, where it can be read again in either language.
pub(super) fn explanation_to_store(lines: &[Words]) -> Outcome<String> {
    serde_json::to_string(&lines.iter().map(Words::stored).collect::<Vec<_>>()).map_err(Refusal::internal)
}

/// Reads what [`explanation_to_store`] wrote.
pub(super) fn stored_explanation(text: &str) -> Vec<Words> {
    let lines: Vec<String> = serde_json::from_str(text).unwrap_or_default();
    lines.iter().map(|line| Words::from_stored(line)).collect()
}

/// A cadence as a rule.
pub fn rule_of(cadence: Cadence) -> ReportRule {
    let (kind, day) = match cadence {
        Cadence::None => (RuleKind::None, None),
        Cadence::Daily => (RuleKind::Daily, None),
        Cadence::HalfMonthly => (RuleKind::HalfMonthly, None),
        Cadence::Weekly { weekday } => (RuleKind::Weekly, Some(i64::from(weekday))),
        Cadence::Monthly { day } => (RuleKind::Monthly, Some(i64::from(day))),
        Cadence::Quarterly { day } => (RuleKind::Quarterly, Some(i64::from(day))),
    };
    ReportRule { kind, day }
}

/// A rule as a cadence, with the last day of the period where none is said.
pub(super) fn cadence_of(rule: ReportRule) -> Outcome<Cadence> {
    let day = |last: i64| u8::try_from(rule.day.unwrap_or(last)).unwrap_or(0);
    let cadence = match rule.kind {
        // Steps and requests have days of their own.
        RuleKind::None | RuleKind::Milestone | RuleKind::OnEvent => Cadence::None,
        RuleKind::Daily => Cadence::Daily,
        RuleKind::HalfMonthly => Cadence::HalfMonthly,
        RuleKind::Weekly => Cadence::Weekly { weekday: day(5) },
        RuleKind::Monthly => Cadence::Monthly { day: day(25) },
        RuleKind::Quarterly => Cadence::Quarterly { day: day(25) },
    };
    cadence.checked().map_err(|_| Refusal::field("report_rule.day", "每周为 1 至 7，每月、每季度为 1 至 31"))
}
