//! Full text on either database: entries of words under a number, found by their words, the greatest number first.
//!
//! Words are made by the caller, who knows the language; here a word is letters and digits and nothing else. Each entry has a
//! *head*, a *body* and *keys*; keys are no text but exact marks, of which one can be asked for.

use crate::{ConnRef, Kind, Result, Sql, Tx, dialect};

/// What is found by.
#[derive(Clone, Copy, Debug, Default)]
pub struct Entry<'a> {
    /// Words of the head.
    pub head: &'a [String],
    /// Words of the body.
    pub body: &'a [String],
    /// Exact marks.
    pub keys: &'a [String],
}

/// A word that is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// As a whole.
    Whole(String),
    /// As the beginning of one.
    Prefix(String),
}

/// Where all words have to stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the head.
    Head,
    /// Anywhere but not all of them in the head.
    Elsewhere,
    /// In the head or in the body.
    Anywhere,
}

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Matching {
    /// All of these; at least one.
    pub terms: Vec<Term>,
    /// Where.
    pub place: Place,
    /// One of these; any entry when there are none.
    pub keys: Vec<String>,
}

impl Tx {
    /// Makes `id` found by these words and by no others.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn put_text(&mut self, id: i64, entry: Entry<'_>) -> Result<()> {
        match self.conn() {
            ConnRef::Sqlite(c) => dialect::sqlite::put_text(c, id, entry).await,
            ConnRef::Postgres(c) => dialect::postgres::put_text(c, id, entry).await,
        }
    }

    /// Makes `id`, which is found by nothing yet, found by these words.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn add_text(&mut self, id: i64, entry: Entry<'_>) -> Result<()> {
        match self.conn() {
            ConnRef::Sqlite(c) => dialect::sqlite::add_text(c, id, entry).await,
            ConnRef::Postgres(c) => dialect::postgres::put_text(c, id, entry).await,
        }
    }

    /// Whether the database only guesses how common a word is: where one stands in many entries it is better asked for the newest of them
    /// ([`Sql::push_matching_newest`]).
    pub fn guesses_how_common(&self) -> bool {
        self.kind() == Kind::Postgres
    }

    /// In what share of all entries the rarest of these words stands, from 0 to 1, as a database that guesses has counted it last; 0 where
    /// one of them is not among those it knows to be common.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn how_common(&mut self, matching: &Matching) -> Result<f64> {
        match self.conn() {
            ConnRef::Sqlite(_) => Ok(0.0),
            ConnRef::Postgres(c) => dialect::postgres::how_common(c, matching).await,
        }
    }

    /// Makes `id` found no more.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn forget_text(&mut self, id: i64) -> Result<()> {
        match self.conn() {
            ConnRef::Sqlite(c) => dialect::sqlite::forget_text(c, id).await,
            ConnRef::Postgres(c) => dialect::postgres::forget_text(c, id).await,
        }
    }

    /// Forgets every entry.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn forget_all_text(&mut self) -> Result<()> {
        match self.conn() {
            ConnRef::Sqlite(c) => dialect::sqlite::forget_all_text(c).await,
            ConnRef::Postgres(c) => dialect::postgres::forget_all_text(c).await,
        }
    }
}

impl Sql {
    /// Adds `(…) f`, something to select from with the one column `f.id`: what matches. To be followed by `cross join`, so that
    /// SQLite goes through it and not through the other table, and by [`Sql::push_newest_first`], the order it comes in.
    pub fn push_matching(&mut self, kind: Kind, matching: &Matching) -> &mut Self {
        match kind {
            Kind::Sqlite => {
                self.push("(select rowid as id from fulltext where fulltext match ").bind(dialect::sqlite::matching(matching));
            }
            Kind::Postgres => {
                self.push("(select id from fulltext where lexemes @@ cast(").bind(dialect::postgres::matching(matching));
                self.push(" as tsquery)");
            }
        }
        self.push(") f")
    }

    /// Adds the order in which matches come, the newest first, up to `limit`: so that no index leads through all entries that do not match.
    pub fn push_newest_first(&mut self, kind: Kind, limit: i64) -> &mut Self {
        self.push(match kind {
            Kind::Sqlite => " order by f.id desc limit ",
            Kind::Postgres => " order by f.id + 0 desc limit ",
        });
        self.bind(limit)
    }

    /// [`Sql::push_matching`] where the database guesses, but only among the `newest` entries below `before`, which are gone through one by
    /// one and come in this order, the greatest number first.
    pub fn push_matching_newest(&mut self, matching: &Matching, before: i64, newest: i64) -> &mut Self {
        self.push("(select id from (select id, lexemes from fulltext where id < ").bind(before);
        self.push(" order by id desc limit ").bind(newest).push(") w where lexemes @@ cast(");
        self.bind(dialect::postgres::matching(matching)).push(" as tsquery)) f")
    }
}

/// What a word may consist of; anything else would be read as an operator.
pub(crate) fn plain(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).collect()
}
