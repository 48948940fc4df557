//! What a list asks of fields.

use db::Sql;
use kit::Day;

use super::field::{amount, is_code};

/// Conditions of a list.
const MOST: usize = 10;

/// What is asked of one field, by code: kinds that have a field of the same code are asked alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldCondition {
    code: String,
    asked: Asked,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Asked {
    /// This choice, day or number; of a text a part.
    Is(String),
    /// Numbers in ten-thousandths, both ends included.
    Amounts(Option<i64>, Option<i64>),
    /// Days, both ends included.
    Days(Option<Day>, Option<Day>),
}

/// Understands conditions as they stand in the query of a list; `None` where they cannot be understood.
pub(in crate::tasks) fn read(text: &str) -> Option<Vec<FieldCondition>> {
    let parts: Vec<&str> = text.split(';').map(str::trim).filter(|part| !part.is_empty()).collect();
    if parts.len() > MOST {
        return None;
    }
    parts
        .into_iter()
        .map(|part| {
            let (code, value) = part.split_once(':')?;
            let value = value.trim();
            (is_code(code) && !value.is_empty()).then_some(())?;
            Some(FieldCondition { code: code.to_owned(), asked: asked(value)? })
        })
        .collect()
}

fn asked(value: &str) -> Option<Asked> {
    let Some((from, to)) = value.split_once("..") else { return Some(Asked::Is(value.to_owned())) };
    let (from, to) = (from.trim(), to.trim());
    let end = |text: &str| if text.is_empty() { Some(None) } else { text.parse::<Day>().ok().map(Some) };
    if let (Some(first), Some(last)) = (end(from), end(to)) {
        return (first.is_some() || last.is_some()).then_some(Asked::Days(first, last));
    }
    let end = |text: &str| if text.is_empty() { Some(None) } else { amount(text).ok().map(Some) };
    Some(Asked::Amounts(end(from)?, end(to)?))
}

impl FieldCondition {
    /// Adds the condition on the task `t`.
    pub(in crate::tasks) fn push(&self, sql: &mut Sql) {
        sql.push(
            " and exists (select 1 from task_field fv join source_field ff on ff.id = fv.field_id where fv.task_id = t.id and ff.code = ",
        );
        sql.bind(self.code.as_str());
        match &self.asked {
            Asked::Is(value) => {
                let part = value.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
                sql.push(" and (fv.value = ").bind(value.as_str());
                sql.push(" or (ff.shape in ('text', 'long_text') and lower(fv.value) like ")
                    .bind(format!("%{part}%"))
                    .push(" escape '\\')");
                sql.push(" or (ff.shape = 'choices' and fv.value like ").bind(format!("%|{part}|%")).push(" escape '\\'))");
            }
            Asked::Amounts(from, to) => {
                sql.push(" and ff.shape = 'number'");
                if let Some(from) = from {
                    sql.push(" and fv.amount >= ").bind(*from);
                }
                if let Some(to) = to {
                    sql.push(" and fv.amount <= ").bind(*to);
                }
            }
            Asked::Days(from, to) => {
                sql.push(" and ff.shape = 'day'");
                if let Some(from) = from {
                    sql.push(" and fv.value >= ").bind(from.to_string());
                }
                if let Some(to) = to {
                    sql.push(" and fv.value <= ").bind(to.to_string());
                }
            }
        }
        sql.push(")");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_understood() {
        let one = |text: &str| read(text).and_then(|all| all.into_iter().next()).map(|one| one.asked);
        assert_eq!(one("party:农工党"), Some(Asked::Is("农工党".into())));
        assert_eq!(one("amount:100..2,000.5"), Some(Asked::Amounts(Some(1_000_000), Some(20_005_000))));
        assert_eq!(one("amount:..5"), Some(Asked::Amounts(None, Some(50_000))));
        assert_eq!(one("day:2026-01-01..2026-06-30"), Some(Asked::Days("2026-01-01".parse().ok(), "2026-06-30".parse().ok())));
        assert_eq!(read("a:1; b:2").map(|all| all.len()), Some(2));
        assert_eq!(read(""), Some(Vec::new()));
    }

    #[test]
    fn what_is_no_condition_is_not_guessed_at() {
        for wrong in ["party", "party:", ":1", "Party:1", "a:1..x", "a:..", "a b:1", "a:1;b"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
