//! What messages outside the house cost: by month, by unit, by way.

use std::collections::{BTreeMap, HashMap};

use kit::{Day, Moment};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::store::costs::{self, Spent};
use crate::{
    access::{Permitted, WatchSystem},
    app::Refusal,
    http::{Json, Problem, Query},
    notify::model::Channel,
    org::{self, PersonId},
};

/// Longer is asked for year by year.
const MOST_DAYS: i64 = 366;

/// What a row of the account stands for.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum CostsBy {
    /// The month in which it was written.
    Month,
    /// The unit in which the recipient works today.
    Unit,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct CostsQuery {
    /// What a row stands for.
    #[param(inline)]
    by: CostsBy,
    /// What was written on this day or later; the first of the month some eleven months before when missing.
    #[param(value_type = Option<String>)]
    from_day: Option<Day>,
    /// What was written on this day or earlier; today when missing. At most 366 days.
    #[param(value_type = Option<String>)]
    to_day: Option<Day>,
}

/// What one way cost of one month or unit.
#[derive(Debug, Serialize, ToSchema)]
struct CostRow {
    /// The month, like `2026-03`, or the unit's id; nothing for recipients without a post.
    key: Option<String>,
    /// What people call it.
    name: String,
    channel: Channel,
    /// Messages that left the house.
    messages: i64,
    /// Of them those known not to have arrived.
    failed: i64,
    /// What the operators count: a long message is several.
    parts: i64,
    /// In thousandths of a yuan, at the price of its day.
    cost: i64,
}

/// The account.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Costs {
    from_day: Day,
    to_day: Day,
    items: Vec<CostRow>,
}

/// Accounts for what left the house: by month or by unit of the recipient, each way by itself.
#[utoipa::path(get, path = "/deliveries/costs", tag = "notify", operation_id = "delivery_costs", params(CostsQuery), responses((status = 200, body = Costs)))]
pub(super) async fn costs(me: Permitted<WatchSystem>, Query(query): Query<CostsQuery>) -> Result<Json<Costs>, Problem> {
    let today = me.ctx.today();
    let to_day = query.to_day.unwrap_or(today);
    let from_day = query.from_day.unwrap_or_else(|| to_day.plus_days(-334).month_start());
    if from_day > to_day {
        return Err(Refusal::field("to_day", "不能早于开始日期").into());
    }
    if from_day.days_until(to_day) >= MOST_DAYS {
        return Err(Refusal::field("to_day", "一次最多 366 天").into());
    }
    let (since, until) = (from_day.start(), to_day.plus_days(1).start());
    let mut tx = me.app.db.read().await?;
    let items = match query.by {
        CostsBy::Month => by_month(costs::by_day(&mut tx, since, until).await?),
        CostsBy::Unit => {
            let spent = costs::by_person(&mut tx, since, until).await?;
            let units = org::units_of_persons(&mut tx, spent.iter().map(|(person, _)| *person), today).await?;
            by_unit(spent, &units)
        }
    };
    Ok(Json(Costs { from_day, to_day, items }))
}

fn by_month(days: Vec<(Moment, Spent)>) -> Vec<CostRow> {
    let mut months: BTreeMap<(String, Channel), Spent> = BTreeMap::new();
    for (at, spent) in days {
        months.entry((at.day().month(), spent.channel)).or_insert_with(|| Spent::none(spent.channel)).add(spent);
    }
    months.into_iter().map(|((month, _), spent)| row(Some(month.clone()), month, spent)).collect()
}

fn by_unit(persons: Vec<(PersonId, Spent)>, units: &HashMap<PersonId, org::UnitRef>) -> Vec<CostRow> {
    let mut all: BTreeMap<(Option<(String, String)>, Channel), Spent> = BTreeMap::new();
    for (person, spent) in persons {
        let unit = units.get(&person).map(|unit| (unit.name.clone(), unit.id.to_string()));
        all.entry((unit, spent.channel)).or_insert_with(|| Spent::none(spent.channel)).add(spent);
    }
    let mut rows: Vec<CostRow> = all
        .into_iter()
        .map(|((unit, _), spent)| {
            let (name, id) = unit.unzip();
            row(id, name.unwrap_or_default(), spent)
        })
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse((row.cost, row.messages)));
    rows
}

fn row(key: Option<String>, name: String, spent: Spent) -> CostRow {
    let Spent { channel, messages, failed, parts, cost } = spent;
    CostRow { key, name, channel, messages, failed, parts, cost }
}
