//! What the fields of a kind add up to over the tasks of a list.

use std::collections::BTreeMap;

use db::Tx;
use serde::Serialize;
use utoipa::ToSchema;
use wording::Words;

use super::{
    field::{Field, Shape, decimal, several},
    store::{self, Counted},
};
use crate::{
    app::{Ctx, Outcome, Refusal},
    tasks::{filter::Filter, list::eye},
};

/// Values that are told apart.
const MOST: usize = 50;

/// How often something stands in a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct FieldCount {
    /// What, as a condition of the list says it: a value, or for days a month.
    value: String,
    /// The same for people.
    words: Words,
    /// Tasks that say so.
    tasks: i64,
    /// Of these, closed or settled.
    done: i64,
    /// Of these, past due and open.
    overdue: i64,
}

/// What a field adds up to.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct FieldFigures {
    field: Field,
    /// Tasks of the list that say something in it.
    tasks: i64,
    /// Of a number: the sum, the mean of those who say one, the least and the greatest.
    sum: Option<f64>,
    mean: Option<f64>,
    least: Option<f64>,
    greatest: Option<f64>,
    /// How often each value stands there, the most frequent first, at most 50; months of days in their order. None of numbers
    /// and long texts.
    counts: Vec<FieldCount>,
    /// There are more values.
    truncated: bool,
}

/// Of a kind's field over what the filter finds.
pub(super) async fn of(tx: &mut Tx, ctx: &Ctx, kind: &str, code: &str, filter: &Filter) -> Outcome<FieldFigures> {
    let known = store::fields_of(tx, kind).await?;
    let field = known.into_iter().find(|field| field.code == code).ok_or(Refusal::NotFound)?;
    let mut filter = filter.clone();
    filter.source_kind = Some(kind.to_owned());
    let eye = eye(ctx);
    let sums = store::sums(tx, &eye, &filter, &field).await?;
    let number = |amount: i64| decimal(amount).parse::<f64>().ok();
    let mut out =
        FieldFigures { tasks: sums.n, sum: None, mean: None, least: None, greatest: None, counts: Vec::new(), truncated: false, field };
    match out.field.shape {
        Shape::Number => {
            out.sum = sums.total.and_then(number);
            out.mean = sums.total.filter(|_| sums.n > 0).and_then(|total| number(total / sums.n));
            out.least = sums.least.and_then(number);
            out.greatest = sums.greatest.and_then(number);
        }
        Shape::LongText => {}
        _ => {
            let rows = store::counted(tx, &eye, &filter, &out.field).await?;
            out.counts = told_apart(&out.field, rows);
            out.truncated = out.counts.len() > MOST;
            out.counts.truncate(MOST);
        }
    }
    Ok(out)
}

/// Counts each choice for itself where several may stand together, and puts days in their order.
fn told_apart(field: &Field, rows: Vec<Counted>) -> Vec<FieldCount> {
    let count = |value: &str, row: &Counted| FieldCount {
        words: if matches!(field.shape, Shape::Day | Shape::Choices) { Words::raw(value) } else { field.words(value) },
        value: value.to_owned(),
        tasks: row.n,
        done: row.done,
        overdue: row.overdue,
    };
    if field.shape != Shape::Choices {
        let mut counts: Vec<FieldCount> = rows.iter().map(|row| count(&row.value, row)).collect();
        if field.shape == Shape::Day {
            counts.sort_by(|a, b| a.value.cmp(&b.value));
        }
        return counts;
    }
    let mut by_choice: BTreeMap<String, FieldCount> = BTreeMap::new();
    for row in &rows {
        for choice in several(&row.value) {
            let sum =
                by_choice.entry(choice.to_owned()).or_insert_with(|| FieldCount { tasks: 0, done: 0, overdue: 0, ..count(choice, row) });
            sum.tasks += row.n;
            sum.done += row.done;
            sum.overdue += row.overdue;
        }
    }
    let mut counts: Vec<FieldCount> = by_choice.into_values().collect();
    counts.sort_by(|a, b| b.tasks.cmp(&a.tasks).then_with(|| a.value.cmp(&b.value)));
    counts
}
