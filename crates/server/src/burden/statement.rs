//! The statement of the burden (减负情况说明): what was asked how often in a period, and what the system does not do.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use db::Tx;
use kit::{Day, Moment};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use wording::{Words, say};

use super::{
    BurdenRules,
    spread::Spread,
    store,
    week::{monday, mondays},
    whose::Whose,
};
use crate::{
    app::{Ctx, Fields, Outcome},
    org::{self, PersonId, UnitId, UnitRef},
    tasks::{self, RuleKind, TaskId},
};

/// Pairs that are named.
const MOST_PAIRS: i64 = 20;

/// Which period.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct StatementQuery {
    /// Its first day; of last month when missing.
    from_day: Option<Day>,
    /// Its last day, at most 366 days later; of last month when missing.
    to_day: Option<Day>,
}

/// Duties to report.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub(super) struct DutyCount {
    /// Tasks that asked for any.
    pub(super) tasks: i64,
    /// By their rule.
    pub(super) planned: i64,
    /// On the spot.
    pub(super) asked: i64,
}

impl DutyCount {
    fn add(&mut self, row: &store::Duties) {
        self.tasks += row.tasks;
        self.planned += row.planned;
        self.asked += row.asked;
    }
}

/// Duties by how often the tasks are reported.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct CadenceDuties {
    pub(super) kind: RuleKind,
    pub(super) name: Words,
    #[serde(flatten)]
    pub(super) count: DutyCount,
}

/// Duties by who issued the tasks.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct IssuerDuties {
    /// None where it was issued by no unit.
    pub(super) issuer: Option<UnitRef>,
    #[serde(flatten)]
    pub(super) count: DutyCount,
}

/// Two tasks of two offices that ask for something alike.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct AlikePairView {
    /// When it was found.
    day: Day,
    /// In whole percent.
    similarity: i64,
    /// Who asked later, and who had asked before.
    issuer: Option<UnitRef>,
    other_issuer: Option<UnitRef>,
    /// Their titles; nothing where the asker does not see both.
    title: Option<String>,
    other_title: Option<String>,
}

/// Something the system does not do, and how that is assured.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Absent {
    pub(super) what: Words,
    pub(super) how: Words,
}

/// The statement.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Statement {
    pub(super) from_day: Day,
    pub(super) to_day: Day,
    pub(super) made_at: Moment,
    /// In force today.
    pub(super) budget: BurdenRules,
    pub(super) duties: DutyCount,
    pub(super) by_cadence: Vec<CadenceDuties>,
    pub(super) by_issuer: Vec<IssuerDuties>,
    /// Reports owed by a person in a week.
    pub(super) owed: Spread,
    /// Persons who owed more than the budget in any week.
    pub(super) owed_over_people: i64,
    /// Messages to a person in a week.
    pub(super) messages: Spread,
    /// Persons who got more than the budget in any week.
    pub(super) messages_over_people: i64,
    /// Pairs of tasks of two offices that are alike.
    pub(super) alike: i64,
    /// Pairs of tasks of one office.
    pub(super) alike_own: i64,
    alike_pairs: Vec<AlikePairView>,
    /// Reports that were handed in.
    pub(super) reports: i64,
    /// Of those, how many say the same as an earlier one on the same part.
    pub(super) repeats: i64,
    pub(super) absent: Vec<Absent>,
}

fn count<T>(of: &HashSet<T>) -> i64 {
    i64::try_from(of.len()).unwrap_or(i64::MAX)
}

/// What the law of the field forbids, and what holds the program to it.
fn absent() -> Vec<Absent> {
    let of = |what: Words, how: Words| Absent { what, how };
    vec![
        of(
            "不统计登录次数，不要求每日登录或打卡".into(),
            "数据库和接口中没有登录次数、打卡、签到天数这类字段；每次发布前由自动检查核对全部数据表和接口，出现即不能发布。".into(),
        ),
        of(
            "不统计在线时长和点击次数".into(),
            "会话只记最近一次使用的时间，用于闲置后自动退出，过期即删除；不累计时长，不记录浏览和点击，由同一项自动检查保证。".into(),
        ),
        of(
            "不对个人排名、不积分".into(),
            "没有个人积分、名次字段；本说明只列分布，不列人员；人员清单按姓名排列，由自动检查和测试保证。".into(),
        ),
        of("不因超过上限而阻止工作".into(), "上限只在保存前提示，不拦截；有测试证明超过上限时仍可交办和上报。".into()),
    ]
}

fn period(ctx: &Ctx, query: StatementQuery) -> Outcome<(Day, Day)> {
    let last = ctx.today().month_start().plus_days(-1);
    let (from, to) = (query.from_day.unwrap_or_else(|| last.month_start()), query.to_day.unwrap_or(last));
    let mut fields = Fields::default();
    if to < from {
        fields.add("to_day", "不能早于开始日期");
    } else if from.days_until(to) > 365 {
        fields.add("to_day", "一次最多 366 天");
    }
    if from > ctx.today() {
        fields.add("from_day", "不能晚于今天");
    }
    fields.finish()?;
    // What lies ahead has not been asked yet.
    Ok((from, to.min(ctx.today())))
}

/// Works out the statement of a period.
pub(super) async fn of(tx: &mut Tx, ctx: &Ctx, query: StatementQuery) -> Outcome<Statement> {
    let (from, to) = period(ctx, query)?;
    let budget = *ctx.rules.get::<BurdenRules>();
    let (mut all, mut by_cadence, mut by_issuer) = (DutyCount::default(), BTreeMap::new(), BTreeMap::new());
    for row in store::duties(tx, from, to).await? {
        all.add(&row);
        by_cadence.entry(row.kind).or_insert_with(DutyCount::default).add(&row);
        by_issuer.entry(row.issuer_unit_id).or_insert_with(DutyCount::default).add(&row);
    }
    let pairs = store::alike_pairs(tx, from.start(), to.end(), MOST_PAIRS).await?;
    let ids: BTreeSet<TaskId> = pairs.iter().flat_map(|pair| [pair.task_id, pair.other_id]).collect();
    let ids: Vec<TaskId> = ids.into_iter().collect();
    let issuers: HashMap<TaskId, UnitId> =
        tasks::askings(tx, &ids).await?.into_iter().filter_map(|asking| Some((asking.id, asking.issuer_unit_id?))).collect();
    let titles: HashMap<TaskId, String> = tasks::names_of(tx, ctx, &ids).await?.into_iter().map(|(id, _, title)| (id, title)).collect();
    let named: BTreeSet<UnitId> = by_issuer.keys().flatten().copied().chain(issuers.values().copied()).collect();
    let units: HashMap<UnitId, UnitRef> = org::unit_refs(tx, named).await?.into_iter().map(|unit| (unit.id, unit)).collect();
    let issuer_of = |task: &TaskId| issuers.get(task).and_then(|unit| units.get(unit)).cloned();
    let pair = |pair: store::AlikePair| {
        let both = titles.get(&pair.task_id).zip(titles.get(&pair.other_id));
        AlikePairView {
            day: pair.found_at.day(),
            similarity: pair.similarity,
            issuer: issuer_of(&pair.task_id),
            other_issuer: issuer_of(&pair.other_id),
            title: both.map(|(title, _)| title.clone()),
            other_title: both.map(|(_, other)| other.clone()),
        }
    };
    let alike_pairs = pairs.into_iter().map(pair).collect();
    let mut by_issuer: Vec<IssuerDuties> = by_issuer
        .into_iter()
        .map(|(unit, count)| IssuerDuties { issuer: unit.and_then(|unit| units.get(&unit).cloned()), count })
        .collect();
    by_issuer.sort_by_key(|row| -(row.count.planned + row.count.asked));
    let (owed, owed_over_people) = owed(tx, ctx, from, to, budget.reports_a_week).await?;
    let (messages, messages_over_people) = messages(tx, from, to, budget.messages_a_week).await?;
    let (alike, alike_own) = store::alike_count(tx, from.start(), to.end()).await?;
    let (reports, repeats) = store::repeats(tx, from.start(), to.end()).await?;
    Ok(Statement {
        from_day: from,
        to_day: to,
        made_at: ctx.now(),
        budget,
        duties: all,
        by_cadence: by_cadence.into_iter().map(|(kind, count)| CadenceDuties { kind, name: kind.words(), count }).collect(),
        by_issuer,
        owed,
        owed_over_people,
        messages,
        messages_over_people,
        alike,
        alike_own,
        alike_pairs,
        reports,
        repeats,
        absent: absent(),
    })
}

async fn owed(tx: &mut Tx, ctx: &Ctx, from: Day, to: Day, budget: i64) -> Outcome<(Spread, i64)> {
    let mut whose = Whose::default();
    let mut weeks: HashMap<(PersonId, Day), i64> = HashMap::new();
    for row in tasks::owed_by_day(tx, from, to).await? {
        for person in whose.part(tx, ctx, row.person_id, row.unit_id).await? {
            *weeks.entry((person, monday(row.due_day))).or_default() += row.n;
        }
    }
    let over: HashSet<PersonId> = weeks.iter().filter(|(_, n)| **n > budget).map(|((person, _), _)| *person).collect();
    Ok((Spread::of(weeks.into_values().collect(), budget), count(&over)))
}

async fn messages(tx: &mut Tx, from: Day, to: Day, budget: i64) -> Outcome<(Spread, i64)> {
    let (mut values, mut over) = (Vec::new(), HashSet::new());
    for week in mondays(from, to) {
        for (person, n) in store::messages(tx, week.max(from).start(), week.plus_days(6).min(to).end(), false).await? {
            values.push(n);
            if n > budget {
                over.insert(person);
            }
        }
    }
    Ok((Spread::of(values, budget), count(&over)))
}

impl Statement {
    /// What it is called.
    pub(super) fn title(&self) -> Words {
        say!("减负情况说明（{from}至{to}）", from = self.from_day, to = self.to_day)
    }
}
