use sqlx::{AssertSqlSafe, Database, Encode, Type, query::QueryAs};
use uuid::Uuid;

use crate::{ConnRef, Result, Tx};

/// Longer lists are bound as they are: few have their length, and no text is kept for them.
const MOST_PADDED: usize = 128;

/// A value bound to a [`Sql`] text.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A `bigint`.
    Int(i64),
    /// A `text`.
    Text(String),
    /// A `uuid`.
    Id(Uuid),
    /// A `boolean`.
    Bool(bool),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<Uuid> for Value {
    fn from(value: Uuid) -> Self {
        Self::Id(value)
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

/// SQL put together from fixed texts and bound values, for lists whose filters vary.
///
/// Only `&'static str` can be pushed as text, so what a user typed cannot become SQL.
#[derive(Clone, Debug, Default)]
pub struct Sql {
    text: String,
    values: Vec<Value>,
}

impl Sql {
    /// Starts with a fixed text.
    #[must_use]
    pub fn new(text: &'static str) -> Self {
        Self { text: text.to_owned(), values: Vec::new() }
    }

    /// Adds a fixed text.
    pub fn push(&mut self, text: &'static str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Adds a bound value.
    pub fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        self.text.push('$');
        self.text.push_str(&self.values.len().to_string());
        self
    }

    /// Adds a bound value, or `null`.
    pub fn bind_maybe(&mut self, value: Option<impl Into<Value>>) -> &mut Self {
        match value {
            Some(value) => self.bind(value),
            None => self.push("null"),
        }
    }

    /// Adds `(v1, v2, …)` for what is in a list or is not; an empty one becomes `(null, null)`, which nothing is in. With one `null` SQLite
    /// reads the whole table. The last value stands there several times where that makes the list as long as others are: the text is
    /// the same then, and has been prepared before.
    pub fn bind_list<V: Into<Value>>(&mut self, values: impl IntoIterator<Item = V>) -> &mut Self {
        self.text.push('(');
        let before = self.values.len();
        for value in values {
            if self.values.len() > before {
                self.text.push_str(", ");
            }
            self.bind(value);
        }
        let count = self.values.len() - before;
        match self.values.last().cloned() {
            Some(last) if count > 0 => {
                let padded = if count <= MOST_PADDED { count.next_power_of_two() } else { count };
                for _ in count..padded {
                    self.text.push_str(", ");
                    self.bind(last.clone());
                }
            }
            _ => {
                self.text.push_str("null, null");
            }
        }
        self.text.push(')');
        self
    }

    fn numbered(&self) -> AssertSqlSafe<&str> {
        AssertSqlSafe(self.text.as_str())
    }

    /// With `?` for each value: SQLite looks a numbered one up among all before it, which takes seconds where there are
    /// thousands. Every value is bound once and in order, so the numbers say nothing.
    fn unnumbered(&self) -> AssertSqlSafe<String> {
        let mut text = String::with_capacity(self.text.len());
        let mut rest = self.text.split('$');
        text.push_str(rest.next().unwrap_or_default());
        for part in rest {
            text.push('?');
            text.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
        }
        AssertSqlSafe(text)
    }

    /// Holds the rows that are read until the end of the transaction, where several may write at once; SQLite has one writer and needs
    /// nothing. With `passing_over`, rows that another holds are left out and not waited for. Stands last in a statement.
    pub fn hold(&mut self, tx: &Tx, passing_over: bool) -> &mut Self {
        match (tx.writes_alone(), passing_over) {
            (true, _) => self,
            (false, true) => self.push(" for update skip locked"),
            (false, false) => self.push(" for update"),
        }
    }

    /// All rows.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn fetch_all<T>(&self, tx: &mut Tx) -> Result<Vec<T>>
    where
        T: Send + Unpin,
        T: for<'r> sqlx::FromRow<'r, sqlx::sqlite::SqliteRow>,
        T: for<'r> sqlx::FromRow<'r, sqlx::postgres::PgRow>,
    {
        match tx.conn() {
            ConnRef::Sqlite(c) => bound(sqlx::query_as(self.unnumbered()), &self.values).fetch_all(c).await,
            ConnRef::Postgres(c) => bound(sqlx::query_as(self.numbered()), &self.values).fetch_all(c).await,
        }
        .map_err(Into::into)
    }

    /// Runs it where there are no rows to read.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn execute(&self, tx: &mut Tx) -> Result<()> {
        // Each such text is its own: kept prepared it would only push others out.
        match tx.conn() {
            ConnRef::Sqlite(c) => {
                let query = bound(sqlx::query_as::<_, (i64,)>(self.unnumbered()).persistent(false), &self.values);
                query.fetch_all(c).await.map(drop)
            }
            ConnRef::Postgres(c) => {
                let query = bound(sqlx::query_as::<_, (i64,)>(self.numbered()).persistent(false), &self.values);
                query.fetch_all(c).await.map(drop)
            }
        }
        .map_err(Into::into)
    }

    /// The first row.
    ///
    /// # Errors
    /// Whatever the database says; no row is an error.
    pub async fn fetch_one<T>(&self, tx: &mut Tx) -> Result<T>
    where
        T: Send + Unpin,
        T: for<'r> sqlx::FromRow<'r, sqlx::sqlite::SqliteRow>,
        T: for<'r> sqlx::FromRow<'r, sqlx::postgres::PgRow>,
    {
        match tx.conn() {
            ConnRef::Sqlite(c) => bound(sqlx::query_as(self.unnumbered()), &self.values).fetch_one(c).await,
            ConnRef::Postgres(c) => bound(sqlx::query_as(self.numbered()), &self.values).fetch_one(c).await,
        }
        .map_err(Into::into)
    }
}

fn bound<'q, DB: Database, T>(mut query: QueryAs<'q, DB, T, DB::Arguments>, values: &'q [Value]) -> QueryAs<'q, DB, T, DB::Arguments>
where
    i64: Encode<'q, DB> + Type<DB>,
    bool: Encode<'q, DB> + Type<DB>,
    &'q str: Encode<'q, DB> + Type<DB>,
    Uuid: Encode<'q, DB> + Type<DB>,
{
    for value in values {
        query = match value {
            Value::Int(v) => query.bind(*v),
            Value::Text(v) => query.bind(v.as_str()),
            Value::Id(v) => query.bind(*v),
            Value::Bool(v) => query.bind(*v),
        };
    }
    query
}
