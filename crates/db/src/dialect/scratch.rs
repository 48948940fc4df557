//! Throw-away databases of tests on a PostgreSQL server that is theirs.

use std::str::FromStr as _;

use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::Result;

/// The server behind one URL.
#[derive(Clone, Debug)]
pub struct Scratch {
    url: String,
    options: PgConnectOptions,
}

impl Scratch {
    /// `postgres://user@host:port/postgres`: somebody who may create databases.
    ///
    /// # Errors
    /// Not a URL of PostgreSQL.
    pub fn new(url: &str) -> Result<Self> {
        Ok(Self { url: url.to_owned(), options: PgConnectOptions::from_str(url)? })
    }

    /// The URL of one of its databases.
    #[must_use]
    pub fn url_of(&self, name: &str) -> String {
        let (before, query) = self.url.split_once('?').unwrap_or((&self.url, ""));
        let base = before.rsplit_once('/').map_or(before, |(base, _)| base);
        if query.is_empty() { format!("{base}/{name}") } else { format!("{base}/{name}?{query}") }
    }

    /// Makes a database, empty or as a copy of one nobody is connected to. `name` and `template` are plain words.
    ///
    /// # Errors
    /// The server refuses.
    pub async fn create(&self, name: &str, template: Option<&str>) -> Result<()> {
        let template = template.map(|template| format!(" template {template} strategy file_copy")).unwrap_or_default();
        self.run(format!("create database {name}{template}")).await
    }

    /// Removes a database, whoever is connected to it.
    ///
    /// # Errors
    /// The server refuses; there being none is no error.
    pub async fn remove(&self, name: &str) -> Result<()> {
        self.run(format!("drop database if exists {name} with (force)")).await
    }

    /// Names of databases that begin so.
    ///
    /// # Errors
    /// The server cannot be reached.
    pub async fn names(&self, prefix: &str) -> Result<Vec<String>> {
        let pool = PgPoolOptions::new().max_connections(1).connect_with(self.options.clone()).await?;
        let rows: Vec<(String,)> = sqlx::query_as("select datname::text from pg_database where starts_with(datname::text, $1)")
            .bind(prefix)
            .fetch_all(&pool)
            .await?;
        pool.close().await;
        Ok(rows.into_iter().map(|(name,)| name).collect())
    }

    async fn run(&self, text: String) -> Result<()> {
        let mut connection: PgConnection = self.options.clone().disable_statement_logging().connect().await?;
        sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut connection).await?;
        connection.close().await?;
        Ok(())
    }
}
