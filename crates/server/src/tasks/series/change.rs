//! Setting a series up and changing it: all of it, what follows, or one time only.

use db::Tx;
use kit::{Day, text_enum};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use wording::{Words, say};

use super::{
    super::{
        model::TaskId,
        pattern::{self, Chosen, Pattern},
        store,
        templates::{self, TemplateId},
    },
    Because, OccurrenceRow, OccurrenceState, Rule, Series, SeriesDetail, SeriesId, SeriesMode, SeriesPreview, SeriesRow, SeriesState,
    out::{record, soon},
    plan::{FARTHEST, HORIZON, Time},
    rule::{RecurrenceInput, SeriesDue, check_title},
    view,
};
use crate::{
    app::{Ctx, Fields, Outcome, Refusal},
    org,
};

text_enum! {
    /// How far a change reaches.
    Reach {
        Following = "following", "本期及以后各期";
        All = "all", "尚未生成的各期";
    }
}

/// What a series makes: of a template or of a task.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::tasks) struct SeriesSource {
    /// A template.
    template_id: Option<TemplateId>,
    /// Or a task, with the tasks below it.
    task_id: Option<TaskId>,
    /// Units for the places that were left open.
    #[serde(default)]
    chosen: Vec<Chosen>,
}

/// A series to be set up.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::tasks) struct SeriesInput {
    /// What the series is called, at most 60 characters.
    name: String,
    /// The title of each task, with `{year}`, `{month}`, `{quarter}`, `{week}` and `{day}` of its period; as the source has it when missing.
    title: Option<String>,
    /// What it makes.
    source: SeriesSource,
    /// On which days.
    rule: RecurrenceInput,
    /// When each time is due.
    due: SeriesDue,
    /// So many working days ahead each is made, 0 to 60.
    #[serde(default)]
    ahead: i64,
    /// What is done then.
    mode: SeriesMode,
    /// The first day on which one may fall; today when missing.
    starts: Option<Day>,
    /// The last day on which one may fall.
    until: Option<Day>,
    /// How many there are at most.
    times: Option<i64>,
    /// The writer confirms that nothing in it is a state secret (不涉密); needed where tasks go out by themselves.
    #[serde(default)]
    not_secret: bool,
}

/// What is to change for the times that have not come out; absent fields stay as they are.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::tasks) struct SeriesChange {
    /// The version that was looked at.
    version: i64,
    /// How far it reaches.
    reach: Reach,
    /// From which period on, where it reaches the following ones.
    period: Option<String>,
    name: Option<String>,
    title: Option<String>,
    source: Option<SeriesSource>,
    rule: Option<RecurrenceInput>,
    due: Option<SeriesDue>,
    ahead: Option<i64>,
    mode: Option<SeriesMode>,
    /// The last day on which one may fall; `null` takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Day>)]
    until: Option<Option<Day>>,
    /// How many there are at most; `null` takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i64>)]
    times: Option<Option<i64>>,
    /// As when it was set up; needed where what goes out by itself is another.
    #[serde(default)]
    not_secret: bool,
}

/// Tells `null` from nothing said.
fn given<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(from).map(Some)
}

/// What one time is to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::tasks) struct OccurrenceChange {
    /// The version of the series that was looked at.
    version: i64,
    /// It does not come out at all.
    #[serde(default)]
    skip: bool,
    /// Its day.
    day: Option<Day>,
    /// Its due day.
    due_day: Option<Day>,
    /// The title of its task.
    title: Option<String>,
    /// Why; needed where it is skipped.
    #[serde(default)]
    reason: String,
}

/// Takes the pattern; answers the template it is of.
async fn take(tx: &mut Tx, ctx: &Ctx, source: &SeriesSource, fields: &mut Fields) -> Outcome<(Pattern, Option<(TemplateId, i64)>)> {
    let (mut pattern, template) = match (source.template_id, source.task_id) {
        (Some(id), None) => {
            let (pattern, version) = templates::pattern_of(tx, ctx, id).await?;
            (pattern, Some((id, version)))
        }
        (None, Some(id)) => (pattern::of_task(tx, ctx, id, true).await?, None),
        _ => return Err(Refusal::field("source", "请选择一个模板，或一项任务")),
    };
    fields.under("source.");
    pattern::choose(&mut pattern, &source.chosen, fields);
    fields.under("");
    Ok((pattern, template))
}

/// Refuses what could not be set up each time.
async fn check(tx: &mut Tx, ctx: &Ctx, rule: &Rule, not_secret: Option<bool>, fields: &mut Fields) -> Outcome<()> {
    if !(0..=60).contains(&rule.ahead) {
        fields.add("ahead", say!("应为 0 至 {most} 的整数", most = 60));
    }
    rule.due.check(rule.recurrence.every, fields);
    for (_, node) in rule.pattern.all() {
        check_title(&node.title, fields);
    }
    let units: Vec<_> = rule.pattern.all().iter().flat_map(|(_, node)| &node.parties).filter_map(|party| party.unit_id).collect();
    let active = org::active_units(tx, units.iter().copied()).await?;
    for unit in org::unit_refs(tx, units.iter().copied()).await? {
        if !active.iter().any(|known| known.id == unit.id) {
            fields.add("source", say!("“{unit}”已经停用", unit = unit.name));
        } else if !super::super::draft::may_task(ctx, unit.id) {
            fields.add("source", say!("“{unit}”不在您的管理范围内，请报政务运营中心交办", unit = unit.name));
        }
    }
    if rule.mode == SeriesMode::Dispatch {
        if !rule.pattern.leads_are_named() {
            fields.add("source.chosen", "自动交办的任务都要有牵头单位，请选定，或改为生成草稿");
        }
        if not_secret == Some(false) {
            fields.add("not_secret", "请确认任务内容和附件不涉及国家秘密");
        }
    }
    Ok(())
}

fn check_ends(today: Day, row: &SeriesRow, fields: &mut Fields) {
    if row.until_day.is_some_and(|until| until < today) {
        fields.add("until", "不能早于今天");
    }
    if row.times.is_some_and(|times| !(1..=1000).contains(&times)) {
        fields.add("times", say!("应为 1 至 {most} 的整数", most = 1000));
    }
}

/// A series as it would be, written nowhere.
async fn drafted(tx: &mut Tx, ctx: &Ctx, input: &SeriesInput, for_good: bool) -> Outcome<Series> {
    let mut fields = Fields::default();
    let today = ctx.today();
    let name = if for_good { fields.text("name", &input.name, 60) } else { input.name.clone() };
    let read = input.rule.read(&mut fields);
    let (mut pattern, template) = take(tx, ctx, &input.source, &mut fields).await?;
    if let Some(title) = &input.title {
        pattern.title = fields.text("title", title, 300);
    }
    let starts = input.starts.unwrap_or(today);
    if starts < today {
        fields.add("starts", "不能早于今天");
    }
    let Some(recurrence) = read else {
        fields.finish()?;
        return Err(Refusal::field("rule", "请选择多久一次"));
    };
    let rule = Rule { recurrence, due: input.due, ahead: input.ahead, mode: input.mode, pattern, template, not_before: today };
    check(tx, ctx, &rule, for_good.then_some(input.not_secret), &mut fields).await?;
    let row = SeriesRow {
        id: SeriesId::new(&ctx.rng, ctx.now()),
        name,
        person_id: ctx.actor.person,
        person_name: ctx.actor.name.clone(),
        unit_id: ctx.actor.unit,
        unit_name: None,
        state: SeriesState::Active,
        reason: None,
        until_day: input.until,
        times: input.times,
        since_day: today,
        next_day: None,
        planned_by: ctx.generation,
        created_at: ctx.now(),
        version: 1,
    };
    check_ends(today, &row, &mut fields);
    fields.finish()?;
    let series = Series { row, rules: vec![(starts, rule)], occurrences: Vec::new() };
    if series.next(ctx).is_none() {
        return Err(Refusal::field("until", "按这样的规则一期也没有，请调整起止日期"));
    }
    Ok(series)
}

/// What a series would make.
pub(in crate::tasks) async fn preview(tx: &mut Tx, ctx: &Ctx, input: &SeriesInput) -> Outcome<SeriesPreview> {
    let series = drafted(tx, ctx, input, false).await?;
    view::preview(tx, ctx, &series).await
}

/// Sets a series up.
pub(in crate::tasks) async fn begin(tx: &mut Tx, ctx: &Ctx, input: &SeriesInput) -> Outcome<SeriesDetail> {
    let mut series = drafted(tx, ctx, input, true).await?;
    series.row.next_day = series.next(ctx);
    let (row, rule) = (&series.row, series.newest()?);
    store::put_series(tx, row).await?;
    let from = series.rules.first().map_or(ctx.today(), |(from, _)| *from);
    store::put_rule(tx, row.id, from, &body(rule)?).await?;
    let words = say!("建立周期任务“{name}”：{rule}", name = row.name, rule = rule.recurrence.words());
    let data = json!({ "name": row.name, "from": from, "until": row.until_day, "times": row.times, "rule": rule });
    record(tx, ctx, &series, "series_begun", words, data).await?;
    soon(tx, ctx).await?;
    view::detail(tx, ctx, row.id).await
}

fn body(rule: &Rule) -> Outcome<String> {
    serde_json::to_string(rule).map_err(Refusal::internal)
}

/// Changes what is in hand; answers from which day the new rule holds, where there is one.
async fn apply(tx: &mut Tx, ctx: &Ctx, series: &mut Series, input: &SeriesChange) -> Outcome<Option<Day>> {
    if series.row.state == SeriesState::Ended {
        return Err(Refusal::conflict("not_now", "这个周期任务已经结束。"));
    }
    let today = ctx.today();
    let mut fields = Fields::default();
    if let Some(name) = &input.name {
        series.row.name = fields.text("name", name, 60);
    }
    let ahead: Vec<Time<'_>> = series.times(ctx, today.plus_days(HORIZON * 2)).filter(Time::is_ahead).collect();
    let first = match (input.reach, &input.period) {
        (Reach::All, _) => ahead.first(),
        (Reach::Following, period) => match ahead.iter().find(|time| Some(&time.period) == period.as_ref()) {
            Some(time) => Some(time),
            None => return Err(Refusal::field("period", "这一期已经生成、跳过或不存在，请刷新后重试")),
        },
    };
    // The period begins it, so that its day may also become an earlier one; nothing begins before the series does.
    let begins = series.rules.first().map_or(today, |(from, _)| *from);
    let from = first.and_then(|time| Day::new(time.one.first)).unwrap_or(today).max(begins);
    let mut rule = first.map_or_else(|| series.newest().cloned(), |time| Ok(time.rule.clone()))?;
    drop(ahead);
    let before = body(&rule)?;
    if let Some(source) = &input.source {
        let title = rule.pattern.title.clone();
        (rule.pattern, rule.template) = take(tx, ctx, source, &mut fields).await?;
        rule.pattern.title = title;
    }
    if let Some(title) = &input.title {
        rule.pattern.title = fields.text("title", title, 300);
    }
    if let Some(given) = &input.rule
        && let Some(read) = given.read(&mut fields)
    {
        rule.recurrence = read;
    }
    rule.due = input.due.unwrap_or(rule.due);
    rule.ahead = input.ahead.unwrap_or(rule.ahead);
    let goes_out = rule.mode == SeriesMode::Dispatch;
    rule.mode = input.mode.unwrap_or(rule.mode);
    let asks = input.source.is_some() || (!goes_out && rule.mode == SeriesMode::Dispatch);
    check(tx, ctx, &rule, asks.then_some(input.not_secret), &mut fields).await?;
    series.row.until_day = input.until.unwrap_or(series.row.until_day);
    series.row.times = input.times.unwrap_or(series.row.times);
    if input.until.is_some() || input.times.is_some() {
        check_ends(today, &series.row, &mut fields);
    }
    fields.finish()?;
    let changed = body(&rule)? != before;
    if changed {
        rule.not_before = today;
        series.rules.retain(|(day, _)| *day < from);
        series.rules.push((from, rule));
    }
    Ok(changed.then_some(from))
}

/// What a change would make, written nowhere.
pub(in crate::tasks) async fn trial(tx: &mut Tx, ctx: &Ctx, id: SeriesId, input: &SeriesChange) -> Outcome<SeriesPreview> {
    let mut series = Series::look(tx, ctx, id).await?;
    apply(tx, ctx, &mut series, input).await?;
    view::preview(tx, ctx, &series).await
}

/// Changes what has not come out: all of it, or from one period on.
pub(in crate::tasks) async fn change(tx: &mut Tx, ctx: &Ctx, id: SeriesId, input: &SeriesChange) -> Outcome<SeriesDetail> {
    let mut series = Series::open(tx, ctx, id, input.version).await?;
    let from = apply(tx, ctx, &mut series, input).await?;
    if let Some(from) = from {
        store::put_rule(tx, id, from, &body(series.newest()?)?).await?;
    }
    let rule = series.newest()?.clone();
    let sentence = rule.recurrence.words();
    let words = match from {
        Some(from) if input.reach == Reach::Following => say!("自{from}起改为：{sentence}"),
        Some(_) => say!("尚未生成的各期改为：{sentence}"),
        None => say!("修改周期任务“{name}”", name = series.row.name),
    };
    let data = json!({ "reach": input.reach, "from": from, "until": series.row.until_day, "times": series.row.times, "rule": rule });
    save(tx, ctx, series, "series_changed", words, data).await
}

/// Writes a series that was changed, with the next version and the day on which there is something to do.
async fn save(
    tx: &mut Tx,
    ctx: &Ctx,
    mut series: Series,
    action: &'static str,
    words: Words,
    data: serde_json::Value,
) -> Outcome<SeriesDetail> {
    series.occurrences = store::series_occurrences(tx, series.row.id).await?;
    series.row.version += 1;
    series.row.next_day = if series.row.state == SeriesState::Active { series.next(ctx) } else { None };
    series.row.planned_by = ctx.generation;
    store::put_series(tx, &series.row).await?;
    record(tx, ctx, &series, action, words, data).await?;
    // What is due by now need not wait for the hour.
    if series.row.next_day.is_some_and(|next| next <= ctx.today()) {
        soon(tx, ctx).await?;
    }
    view::detail(tx, ctx, series.row.id).await
}

/// Changes one time only, or skips it.
pub(in crate::tasks) async fn change_occurrence(
    tx: &mut Tx,
    ctx: &Ctx,
    id: SeriesId,
    period: &str,
    input: &OccurrenceChange,
) -> Outcome<SeriesDetail> {
    let series = Series::open(tx, ctx, id, input.version).await?;
    let today = ctx.today();
    let time = ahead(ctx, &series, period)?;
    let mut fields = Fields::default();
    let reason =
        if input.skip { Some(fields.text("reason", &input.reason, 500)) } else { fields.optional_text("reason", Some(&input.reason), 500) };
    let title = fields.optional_text("title", input.title.as_deref(), 300);
    if let Some(day) = input.day.filter(|_| !input.skip) {
        let nominal = Day::new(time.one.nominal).unwrap_or(day);
        if day < today {
            fields.add("day", "不能早于今天");
        } else if nominal.days_until(day).abs() > FARTHEST {
            fields.add("day", say!("只能在原定日期前后 {FARTHEST} 天以内调整"));
        } else if !ctx.calendar.is_workday(day.date()) {
            fields.add("day", "这一天不是工作日");
        }
    }
    if let Some(due) = input.due_day.filter(|_| !input.skip)
        && due < input.day.unwrap_or(time.day)
    {
        fields.add("due_day", "不能早于开始日期");
    }
    fields.finish()?;
    let known = time.row.filter(|row| row.state == OccurrenceState::Changed);
    let row = OccurrenceRow {
        period: period.to_owned(),
        nominal_day: Day::new(time.one.nominal).unwrap_or(time.day),
        state: if input.skip { OccurrenceState::Skipped } else { OccurrenceState::Changed },
        day: input.day.or(known.and_then(|row| row.day)).filter(|_| !input.skip),
        due_day: input.due_day.or(known.and_then(|row| row.due_day)).filter(|_| !input.skip),
        title: title.or(known.and_then(|row| row.title.clone())).filter(|_| !input.skip),
        reason: reason.clone().map(Words::raw),
        person_id: Some(ctx.actor.person),
        at: ctx.now(),
        task_id: None,
        late_days: 0,
    };
    store::put_occurrence(tx, id, &row).await?;
    let name = time.one.words();
    let words = match (input.skip, row.day) {
        (true, _) => say!("跳过{name}：{reason}", reason = reason.unwrap_or_default()),
        (false, Some(day)) => say!("{name}调整到{day}"),
        (false, None) => say!("单独调整{name}"),
    };
    let data =
        json!({ "period": period, "skip": input.skip, "day": row.day, "due_day": row.due_day, "title": row.title, "reason": input.reason });
    let action = if input.skip { "occurrence_skipped" } else { "occurrence_changed" };
    save(tx, ctx, series, action, words, data).await
}

/// A time of the near future that has not come out.
fn ahead<'s>(ctx: &'s Ctx, series: &'s Series, period: &str) -> Outcome<Time<'s>> {
    if series.row.state == SeriesState::Ended {
        return Err(Refusal::conflict("not_now", "这个周期任务已经结束。"));
    }
    let time = series.times(ctx, ctx.today().plus_days(HORIZON * 2)).find(|time| time.period == period).ok_or(Refusal::NotFound)?;
    if time.state() == OccurrenceState::Out {
        return Err(Refusal::conflict("not_now", "这一期已经生成，请在任务里调整。"));
    }
    Ok(time)
}

/// One time is again as the rule says; one that was skipped comes out after all.
pub(in crate::tasks) async fn undo_occurrence(tx: &mut Tx, ctx: &Ctx, id: SeriesId, period: &str, version: i64) -> Outcome<SeriesDetail> {
    let series = Series::open(tx, ctx, id, version).await?;
    let time = ahead(ctx, &series, period)?;
    if time.row.is_none() {
        return Err(Refusal::conflict("not_now", "这一期没有单独调整过。"));
    }
    let words = say!("{period}恢复按规则生成", period = time.one.words());
    store::remove_occurrence(tx, id, period).await?;
    save(tx, ctx, series, "occurrence_restored", words, json!({ "period": period })).await
}

fn because(input: &Because) -> Outcome<String> {
    let mut fields = Fields::default();
    let reason = fields.text("reason", &input.reason, 500);
    fields.finish()?;
    Ok(reason)
}

/// Stops a series for a time: nothing comes out until it goes on.
pub(in crate::tasks) async fn suspend(tx: &mut Tx, ctx: &Ctx, id: SeriesId, input: &Because) -> Outcome<SeriesDetail> {
    let mut series = Series::open(tx, ctx, id, input.version).await?;
    if series.row.state != SeriesState::Active {
        return Err(Refusal::conflict("not_now", "这个周期任务没有在进行。"));
    }
    let reason = because(input)?;
    series.row.state = SeriesState::Suspended;
    series.row.reason = Some(reason.clone());
    let words = say!("中止周期任务：{reason}");
    save(tx, ctx, series, "series_suspended", words, json!({ "reason": reason })).await
}

/// Goes on with a series. Times whose day passed while it stood still do not come out any more.
pub(in crate::tasks) async fn resume(tx: &mut Tx, ctx: &Ctx, id: SeriesId, version: i64) -> Outcome<SeriesDetail> {
    let mut series = Series::open(tx, ctx, id, version).await?;
    if series.row.state != SeriesState::Suspended {
        return Err(Refusal::conflict("not_now", "这个周期任务没有中止。"));
    }
    let today = ctx.today();
    let passed: Vec<(String, Day)> = series
        .times(ctx, today.plus_days(HORIZON))
        .filter(|time| time.is_ahead() && time.day < today)
        .map(|time| (time.period.clone(), time.day))
        .collect();
    for (period, day) in &passed {
        let row = OccurrenceRow {
            period: period.clone(),
            nominal_day: *day,
            state: OccurrenceState::Skipped,
            day: None,
            due_day: None,
            title: None,
            reason: Some("中止期间不生成".into()),
            person_id: Some(ctx.actor.person),
            at: ctx.now(),
            task_id: None,
            late_days: 0,
        };
        store::put_occurrence(tx, id, &row).await?;
    }
    series.row.state = SeriesState::Active;
    series.row.reason = None;
    series.row.since_day = today;
    let words = if passed.is_empty() {
        "恢复周期任务".into()
    } else {
        say!("恢复周期任务，中止期间的 {n} 期不再生成", n = passed.len())
    };
    let periods: Vec<&String> = passed.iter().map(|(period, _)| period).collect();
    save(tx, ctx, series, "series_resumed", words, json!({ "passed": periods })).await
}

/// Ends a series; what has come out goes on.
pub(in crate::tasks) async fn end(tx: &mut Tx, ctx: &Ctx, id: SeriesId, input: &Because) -> Outcome<SeriesDetail> {
    let mut series = Series::open(tx, ctx, id, input.version).await?;
    if series.row.state == SeriesState::Ended {
        return Err(Refusal::conflict("not_now", "这个周期任务已经结束。"));
    }
    let reason = because(input)?;
    series.row.state = SeriesState::Ended;
    series.row.reason = Some(reason.clone());
    let words = say!("结束周期任务：{reason}");
    save(tx, ctx, series, "series_ended", words, json!({ "reason": reason })).await
}

/// From now on the tasks are set in the actor's name.
pub(in crate::tasks) async fn take_over(tx: &mut Tx, ctx: &Ctx, id: SeriesId, version: i64) -> Outcome<SeriesDetail> {
    let mut series = Series::open(tx, ctx, id, version).await?;
    let mut fields = Fields::default();
    check(tx, ctx, series.newest()?, None, &mut fields).await?;
    fields.finish()?;
    let before = std::mem::replace(&mut series.row.person_name, ctx.actor.name.clone());
    series.row.person_id = ctx.actor.person;
    let words = say!("负责人由{before}改为{name}", name = ctx.actor.name);
    save(tx, ctx, series, "series_taken_over", words, json!({ "keeper": ctx.actor.person })).await
}
