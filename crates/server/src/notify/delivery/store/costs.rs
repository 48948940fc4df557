//! What was spent.

use db::{Result, Sql, Tx};
use kit::Moment;

use super::list::first_id;
use crate::{notify::model::Channel, org::PersonId};

/// China's clock before the world's, and a day, in milliseconds.
const ZONE: i64 = 8 * 3_600_000;
const DAY: i64 = 24 * 3_600_000;

/// What left by one way.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub(in crate::notify::delivery) struct Spent {
    pub(in crate::notify::delivery) channel: Channel,
    pub(in crate::notify::delivery) messages: i64,
    pub(in crate::notify::delivery) failed: i64,
    pub(in crate::notify::delivery) parts: i64,
    pub(in crate::notify::delivery) cost: i64,
}

impl Spent {
    pub(in crate::notify::delivery) const fn none(channel: Channel) -> Self {
        Self { channel, messages: 0, failed: 0, parts: 0, cost: 0 }
    }

    pub(in crate::notify::delivery) const fn add(&mut self, other: Self) {
        self.messages += other.messages;
        self.failed += other.failed;
        self.parts += other.parts;
        self.cost += other.cost;
    }
}

const SUMS: &str = "d.channel, count(*) as messages, cast(sum(case when d.state = 'failed' then 1 else 0 end) as bigint) as failed, \
    cast(coalesce(sum(d.parts), 0) as bigint) as parts, cast(coalesce(sum(d.cost), 0) as bigint) as cost from delivery d where d.sent_at is not null";

#[derive(sqlx::FromRow)]
struct OfDay {
    day: i64,
    #[sqlx(flatten)]
    spent: Spent,
}

#[derive(sqlx::FromRow)]
struct OfPerson {
    person_id: PersonId,
    #[sqlx(flatten)]
    spent: Spent,
}

/// What was written from then on and before then and left the house, by the day of its writing: (its noon, what was spent).
pub(in crate::notify::delivery) async fn by_day(tx: &mut Tx, since: Moment, until: Moment) -> Result<Vec<(Moment, Spent)>> {
    // Days of China's clock: ZONE and DAY.
    let mut sql = Sql::new("select (d.created_at + 28800000) / 86400000 as day, ");
    sql.push(SUMS);
    sql.push(" and d.id >= ")
        .bind(first_id(since))
        .push(" and d.id < ")
        .bind(first_id(until))
        .push(" group by 1, d.channel order by 1, d.channel");
    let rows: Vec<OfDay> = sql.fetch_all(tx).await?;
    Ok(rows.into_iter().map(|row| (Moment::from_millis(row.day * DAY - ZONE + DAY / 2), row.spent)).collect())
}

/// The same by whom it went to.
pub(in crate::notify::delivery) async fn by_person(tx: &mut Tx, since: Moment, until: Moment) -> Result<Vec<(PersonId, Spent)>> {
    let mut sql = Sql::new("select d.person_id, ");
    sql.push(SUMS).push(" and d.id >= ").bind(first_id(since)).push(" and d.id < ").bind(first_id(until));
    sql.push(" group by d.person_id, d.channel order by d.person_id, d.channel");
    let rows: Vec<OfPerson> = sql.fetch_all(tx).await?;
    Ok(rows.into_iter().map(|row| (row.person_id, row.spent)).collect())
}
