//! A list as a spreadsheet: exactly the rows that the filter finds, in the order of the list, however many there are.

use std::{fs::File, io::Seek as _, path::Path};

use db::Tx;
use kit::{Day, Moment, text_enum};
use officedoc::{
    csv::CsvRows,
    sheet::{Cell, SheetRows, WriteError},
};
use tokio::sync::mpsc;
use wording::{Join, Words};

use super::{
    filter::{Filter, Sort},
    kinds::{Field, FieldValue, Shape},
    lamp,
    list::eye,
    model::{Share, Task},
    store,
    view::{self, TaskRow},
};
use crate::app::{Ctx, Outcome, Refusal};

/// Rows read and written at once; memory is in proportion to this and not to the list.
const CHUNK: i64 = 500;

text_enum! {
    /// What kind of file.
    Format {
        Xlsx = "xlsx", "Excel";
        Csv = "csv", "CSV";
    }
}

text_enum! {
    /// A column of the file.
    Column {
        Number = "number", "编号";
        Title = "title", "任务";
        Depth = "depth", "层级";
        Demand = "demand", "工作要求";
        Source = "source", "来源";
        Document = "document", "依据文件";
        Clause = "clause", "条款";
        Importance = "importance", "重要程度";
        Urgency = "urgency", "紧急程度";
        LeadUnit = "lead_unit", "牵头单位";
        LeadPerson = "lead_person", "经办人";
        CoUnits = "co_units", "配合单位";
        State = "state", "状态";
        Lamp = "lamp", "亮灯";
        Reasons = "reasons", "亮灯原因";
        Progress = "progress", "核实进度";
        Claimed = "claimed", "申报进度";
        Weight = "weight", "权重";
        Stage = "stage", "当前节点";
        Start = "start_day", "开始日期";
        Due = "due_day", "完成时限";
        Remain = "remain_days", "剩余工作日";
        Overdue = "overdue_days", "逾期工作日";
        LastReport = "last_report_at", "最近上报";
        Created = "created_at", "创建时间";
        Dispatched = "dispatched_at", "交办时间";
        Closed = "closed_at", "办结时间";
        Tags = "tags", "标签";
    }
}

/// A column of the file: one that every task has, or a field of their kinds.
#[derive(Clone, Debug)]
pub(super) enum Wish {
    Fixed(Column),
    Field(Field),
}

impl Wish {
    pub(super) fn word(&self) -> String {
        match self {
            Self::Fixed(column) => column.word().to_owned(),
            Self::Field(field) => format!("{FIELD}{code}", code = field.code),
        }
    }

    fn heading(&self) -> String {
        match self {
            Self::Fixed(column) => heading(&column.words()),
            Self::Field(Field { name, measure: Some(measure), .. }) => format!("{name}（{measure}）"),
            Self::Field(field) => field.name.clone(),
        }
    }

    const fn width(&self) -> u16 {
        match self {
            Self::Fixed(column) => column.width(),
            Self::Field(Field { shape: Shape::LongText, .. }) => 44,
            Self::Field(_) => 18,
        }
    }

    fn cell(&self, task: &Facts, row: &TaskRow) -> Cell {
        match self {
            Self::Fixed(column) => column.cell(task, row),
            Self::Field(field) => row.fields.iter().find(|value| value.code == field.code).map_or(Cell::Empty, field_cell),
        }
    }
}

/// Before the code of a field where columns are named.
pub(super) const FIELD: &str = "f_";

fn field_cell(value: &FieldValue) -> Cell {
    let written = value.value.as_str();
    match value.shape {
        Shape::Number => value.value.as_f64().map_or(Cell::Empty, Cell::Number),
        Shape::Day => written.and_then(|day| day.parse::<Day>().ok()).map(Day::date).into(),
        Shape::YesNo => Cell::Bool(value.value == true),
        Shape::Text | Shape::LongText | Shape::Choice => some(written.unwrap_or_default()),
        Shape::Choices => some(&value.words.spoken()),
    }
}

impl Column {
    /// In half-width characters.
    const fn width(self) -> u16 {
        match self {
            Self::Title => 44,
            Self::Demand => 60,
            Self::Reasons | Self::CoUnits | Self::Document | Self::Tags => 32,
            Self::LeadUnit | Self::Source | Self::Stage | Self::Clause => 22,
            Self::Created | Self::Dispatched | Self::Closed | Self::LastReport => 20,
            Self::Number => 18,
            _ => 13,
        }
    }

    fn cell(self, task: &Facts, row: &TaskRow) -> Cell {
        let text = |words: Words| Cell::Text(words.spoken());
        match self {
            Self::Number => row.number.clone().into(),
            Self::Title => row.title.clone().into(),
            Self::Depth => Cell::Int(row.depth + 1),
            Self::Demand => some(&task.demand),
            Self::Source => text(row.source_name.clone()),
            Self::Document => task.document.clone().into(),
            Self::Clause => task.clause.clone().into(),
            Self::Importance => text(row.importance.words()),
            Self::Urgency => text(row.urgency.words()),
            Self::LeadUnit => row.lead.as_ref().map(|lead| lead.unit.name.clone()).into(),
            Self::LeadPerson => row.lead.as_ref().and_then(|lead| lead.person.as_ref()).map(|person| person.name.clone()).into(),
            Self::CoUnits => some(&Words::join(Join::Things, row.co_units.iter().map(|unit| Words::raw(unit.name.as_str()))).spoken()),
            Self::State => text(row.state.words()),
            Self::Lamp => text(row.lamp.lamp.words()),
            Self::Reasons => some(&Words::join(Join::Clauses, row.lamp.reasons.iter().cloned()).spoken()),
            Self::Progress => percent(row.progress),
            Self::Claimed => percent(row.claimed_progress),
            Self::Weight => percent(row.weight),
            Self::Stage => row.stage.clone().into(),
            Self::Start => day(task.start),
            Self::Due => day(row.due_day),
            Self::Remain => row.remain_days.into(),
            Self::Overdue => (row.overdue_days > 0).then_some(row.overdue_days).into(),
            Self::LastReport => moment(row.last_report_at),
            Self::Created => moment(Some(row.created_at)),
            Self::Dispatched => moment(row.dispatched_at),
            Self::Closed => moment(row.closed_at),
            Self::Tags => some(&Words::join(Join::Things, row.tags.iter().map(|tag| Words::raw(tag.as_str()))).spoken()),
        }
    }
}

/// What a row of a list does not say.
struct Facts {
    demand: String,
    document: Option<String>,
    clause: Option<String>,
    start: Option<Day>,
}

fn some(text: &str) -> Cell {
    if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) }
}

fn day(day: Option<Day>) -> Cell {
    day.map(Day::date).into()
}

fn moment(at: Option<Moment>) -> Cell {
    at.map(Moment::wall).into()
}

fn percent(Share(millionths): Share) -> Cell {
    // Below 2^53: exact as a float, and divided once.
    Cell::Percent(millionths as f64 / 1_000_000.0)
}

/// A name that stands in sentences, too, begins a heading with a capital letter where the language has them.
fn heading(words: &Words) -> String {
    let words = words.spoken();
    let mut chars = words.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

enum Rows {
    Xlsx(Box<SheetRows>),
    Csv(Box<CsvRows<File>>),
}

/// Writes the file in its own thread; chunks of rows come as they are read.
fn write(
    format: Format,
    folder: &Path,
    name: &str,
    columns: &[(String, u16)],
    mut chunks: mpsc::Receiver<Vec<Vec<Cell>>>,
) -> Result<File, WriteError> {
    let mut file = tempfile::tempfile_in(folder)?;
    let mut rows = match format {
        Format::Xlsx => Rows::Xlsx(Box::new(SheetRows::new(folder, name, columns)?)),
        Format::Csv => {
            let headings: Vec<String> = columns.iter().map(|(heading, _)| heading.clone()).collect();
            Rows::Csv(Box::new(CsvRows::new(file.try_clone()?, &headings)?))
        }
    };
    while let Some(chunk) = chunks.blocking_recv() {
        for row in &chunk {
            match &mut rows {
                Rows::Xlsx(sheet) => sheet.push(row)?,
                Rows::Csv(sheet) => sheet.push(row)?,
            }
        }
    }
    match rows {
        Rows::Xlsx(sheet) => sheet.finish(std::io::BufWriter::new(&mut file))?,
        Rows::Csv(sheet) => drop(sheet.finish()?),
    }
    file.rewind()?;
    Ok(file)
}

/// What a file is to hold.
pub(super) struct Wanted<'a> {
    pub(super) filter: &'a Filter,
    pub(super) sort: Sort,
    pub(super) columns: Vec<Wish>,
    pub(super) format: Format,
}

/// Writes what [`super::list`] finds into a file that vanishes with its handle; answers it with the number of rows. `tx` should
/// be a snapshot, or a row that moves meanwhile is missed or met twice.
pub(super) async fn export(tx: &mut Tx, ctx: &Ctx, folder: &Path, wanted: &Wanted<'_>) -> Outcome<(File, i64)> {
    let columns: Vec<(String, u16)> = wanted.columns.iter().map(|column| (column.heading(), column.width())).collect();
    let (give, chunks) = mpsc::channel(2);
    let (format, folder, name) = (wanted.format, folder.to_owned(), Words::from("任务清单").spoken());
    let writer = tokio::task::spawn_blocking(move || write(format, &folder, &name, &columns, chunks));
    let (eye, today) = (eye(ctx), ctx.today());
    let (mut after, mut count) = (None, 0);
    loop {
        let tasks = store::list(tx, &eye, wanted.filter, wanted.sort, after, CHUNK).await?;
        let full = i64::try_from(tasks.len()).is_ok_and(|n| n == CHUNK);
        after = tasks.last().map(|last| (wanted.sort.value(last, lamp::on(last, &ctx.calendar, today).lamp), last.id));
        let cells = chunk(tx, ctx, tasks, &wanted.columns).await?;
        count += i64::try_from(cells.len()).unwrap_or(0);
        // The writer has gone when it could not write: it says why below.
        if give.send(cells).await.is_err() || !full {
            break;
        }
    }
    drop(give);
    match writer.await.map_err(Refusal::internal)? {
        Ok(file) => Ok((file, count)),
        Err(error @ WriteError::TooLarge { .. }) => Err(Refusal::TooLarge(error.words())),
        Err(error) => Err(Refusal::internal(format!("{error:?}"))),
    }
}

async fn chunk(tx: &mut Tx, ctx: &Ctx, tasks: Vec<Task>, columns: &[Wish]) -> Outcome<Vec<Vec<Cell>>> {
    let facts: Vec<Facts> = tasks
        .iter()
        .map(|task| Facts {
            demand: task.demand.clone(),
            document: task.source_document.clone(),
            clause: task.clause.clone(),
            start: task.start_day,
        })
        .collect();
    let rows = view::rows(tx, ctx, tasks).await?;
    Ok(facts.iter().zip(&rows).map(|(task, row)| columns.iter().map(|column| column.cell(task, row)).collect()).collect())
}
