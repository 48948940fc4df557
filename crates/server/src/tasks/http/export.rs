use axum::{
    body::Body,
    extract::RawQuery,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::Semaphore;
use tokio_util::io::ReaderStream;
use utoipa::IntoParams;
use wording::{Words, say};

use crate::{
    access::{Permitted, SignedIn},
    app::{Fields, Outcome, Refusal},
    audit,
    http::{Problem, Query},
    tasks::{
        export::{self, Column, Format, Wanted, Wish},
        filter::FilterQuery,
        kinds::{self, Field},
    },
};

/// Files that are made at once; others wait, so that a machine with two processors goes on answering pages.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ExportQuery {
    /// What kind of file.
    #[param(inline)]
    format: Format,
    /// Columns in their order, separated by commas; all of them when nothing is said. A field of a kind is `f_` with its code.
    columns: Option<String>,
}

impl ExportQuery {
    /// `known` are the fields of the kinds that the list may hold.
    fn columns(&self, known: &[Field]) -> Outcome<Vec<Wish>> {
        let mut fields = Fields::default();
        let mut columns: Vec<Wish> = Vec::new();
        for word in self.columns.as_deref().unwrap_or_default().split(',').map(str::trim).filter(|word| !word.is_empty()) {
            let own = || word.strip_prefix(export::FIELD).and_then(|code| known.iter().find(|field| field.code == code));
            match Column::from_word(word).map(Wish::Fixed).or_else(|| own().cloned().map(Wish::Field)) {
                Some(column) if columns.iter().all(|other| other.word() != column.word()) => columns.push(column),
                Some(_) => {}
                None => fields.add("columns", say!("没有“{word}”这一项")),
            }
        }
        fields.finish()?;
        if columns.is_empty() {
            columns = Column::ALL.iter().copied().map(Wish::Fixed).chain(known.iter().cloned().map(Wish::Field)).collect();
        }
        Ok(columns)
    }
}

/// The whole list as a spreadsheet: what the filter finds within one's scope, in the order of the list. CSV has no bound,
/// xlsx holds 1,048,575 rows. That somebody took it is written into the ledger.
#[utoipa::path(get, path = "/tasks/export", tag = "tasks", operation_id = "export_tasks", params(ExportQuery, FilterQuery),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream")))]
pub(super) async fn export(me: Permitted<SignedIn>, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let query = query.unwrap_or_default();
    let (own, rest) = super::apart(&query, &["format", "columns"]);
    let Query(asked) = Query::<ExportQuery>::read(&own)?;
    let Query(filter_query) = Query::<FilterQuery>::read(&rest)?;
    let (filter, sort) = filter_query.read()?;
    let _turn = AT_ONCE.acquire().await.map_err(Refusal::internal)?;
    let mut tx = me.app.db.snapshot().await?;
    // Where the list is of one kind the file has the fields of that kind.
    let known = match &filter.source_kind {
        Some(kind) => kinds::fields_of(&mut tx, kind).await.map_err(Refusal::from)?,
        None => Vec::new(),
    };
    let wanted = Wanted { filter: &filter, sort, columns: asked.columns(&known)?, format: asked.format };
    let (file, n) = export::export(&mut tx, &me.ctx, &me.app.config.data_dir, &wanted).await?;
    tx.rollback().await?;

    let mut tx = me.app.db.begin().await?;
    let data =
        json!({ "filter": rest, "columns": wanted.columns.iter().map(Wish::word).collect::<Vec<_>>(), "format": asked.format, "rows": n });
    audit::record(&mut tx, &me.ctx, audit::Entry::security("tasks_exported", say!("导出任务清单，共{n}条"), data)).await?;
    tx.commit().await?;

    let name = format!("{}-{}.{}", Words::from("任务清单").spoken(), me.ctx.today(), asked.format.word());
    let size = file.metadata().map_err(Refusal::internal)?.len();
    let mut response = Body::from_stream(ReaderStream::new(tokio::fs::File::from_std(file))).into_response();
    let mut put = |name: HeaderName, text: &str| {
        if let Ok(value) = HeaderValue::from_str(text) {
            response.headers_mut().insert(name, value);
        }
    };
    put(header::CONTENT_DISPOSITION, &blob::content_disposition(&name, false));
    put(header::CONTENT_LENGTH, &size.to_string());
    put(HeaderName::from_static("x-total-count"), &n.to_string());
    match asked.format {
        Format::Csv => put(header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        Format::Xlsx => {
            put(header::CONTENT_TYPE, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
            // Packed already: see the layers.
            put(header::ACCEPT_RANGES, "none");
        }
    }
    Ok(response)
}
