use db::Error as DbError;
use serde::Serialize;
use utoipa::ToSchema;
use wording::{Words, say};

/// What a verb answers.
pub type Outcome<T> = Result<T, Refusal>;

/// Why a verb did not do what was asked. Knows nothing of HTTP; `http::Problem` says how each is answered.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// There is no such thing, or it lies outside the asker's scope: the two look the same on purpose.
    #[error("not found")]
    NotFound,
    /// The asker sees it but may not do this.
    #[error("forbidden: {}", .0.zh())]
    Forbidden(Words),
    /// Somebody else changed it since the asker looked.
    #[error("stale version")]
    Stale,
    /// The thing's present state does not allow it; a stable code and words for people.
    #[error("conflict {code}: {}", .detail.zh())]
    Conflict {
        /// Stable, for programs.
        code: &'static str,
        /// For people.
        detail: Words,
    },
    /// Something in the input is wrong, field by field.
    #[error("invalid input: {0:?}")]
    Invalid(Vec<FieldError>),
    /// Too many attempts; seconds until another may be made.
    #[error("too many attempts, {0} s to wait")]
    TooMany(i64),
    /// The input is larger than what is accepted; words for people.
    #[error("too large: {}", .0.zh())]
    TooLarge(Words),
    /// It bears the marks of a state secret, or holds words that have to be confirmed; where, field by field.
    #[error("secrecy: {fields:?}")]
    Secret {
        /// A mark, which nobody can confirm away.
        is_marked: bool,
        /// The words and where they stand.
        fields: Vec<FieldError>,
    },
    /// There is no room for it.
    #[error("full {code}: {}", .detail.zh())]
    Full {
        /// Stable, for programs.
        code: &'static str,
        /// For people.
        detail: Words,
    },
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
    /// Something that should not happen did; for the log, never for the user.
    #[error("{0}")]
    Internal(String),
}

impl Refusal {
    /// The present state does not allow it.
    pub fn conflict(code: &'static str, detail: impl Into<Words>) -> Self {
        Self::Conflict { code, detail: detail.into() }
    }

    /// The asker may not do this.
    pub fn forbidden(detail: impl Into<Words>) -> Self {
        Self::Forbidden(detail.into())
    }

    /// One field is wrong.
    pub fn field(field: impl Into<String>, message: impl Into<Words>) -> Self {
        Self::Invalid(vec![FieldError { field: field.into(), message: message.into() }])
    }

    /// A fault of ours or of the machine.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        Self::Internal(cause.to_string())
    }
}

impl From<std::io::Error> for Refusal {
    fn from(error: std::io::Error) -> Self {
        Self::Internal(error.to_string())
    }
}

/// What is wrong with one field of the input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// The field's path, for example `children[2].weight`.
    pub field: String,
    /// What is wrong.
    pub message: Words,
}

/// What an input says beyond what is known, where `deny_unknown_fields` cannot be used: beside a flattened struct.
///
/// Give the struct a last field `#[serde(flatten)] #[schema(ignore)] unknown: Unknown` and ask [`Unknown::refuse`].
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(transparent)]
pub struct Unknown(std::collections::BTreeMap<String, serde::de::IgnoredAny>);

impl Unknown {
    /// Adds an error for each of them.
    pub fn refuse(&self, fields: &mut Fields) {
        for name in self.0.keys().take(20) {
            fields.add(name, "没有这个字段");
        }
    }
}

/// Collects what is wrong with an input, so that all of it is said at once.
#[derive(Debug, Default)]
pub struct Fields {
    prefix: String,
    errors: Vec<FieldError>,
}

impl Fields {
    /// Fields below are named under this prefix, for example `children[2].`.
    pub fn under(&mut self, prefix: impl Into<String>) -> &mut Self {
        self.prefix = prefix.into();
        self
    }

    /// Something is wrong with `field`.
    pub fn add(&mut self, field: &str, message: impl Into<Words>) {
        self.errors.push(FieldError { field: format!("{}{field}", self.prefix), message: message.into() });
    }

    /// A text between one and `max` characters, trimmed, without control characters other than line breaks.
    pub fn text(&mut self, field: &str, value: &str, max: usize) -> String {
        let text = self.optional_text(field, Some(value), max);
        if value.trim().is_empty() {
            self.add(field, "不能为空");
        }
        text.unwrap_or_default()
    }

    /// As [`Fields::text`], where nothing is allowed.
    pub fn optional_text(&mut self, field: &str, value: Option<&str>, max: usize) -> Option<String> {
        let text = value.map(str::trim).filter(|text| !text.is_empty())?;
        let length = text.chars().count();
        if length > max {
            self.add(field, say!("最多 {max} 个字，现有 {length} 个字"));
        }
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            self.add(field, "含有不能保存的控制字符");
        }
        Some(text.to_owned())
    }

    /// Takes what a nested check found.
    pub fn absorb(&mut self, refusal: Refusal) -> Outcome<()> {
        match refusal {
            Refusal::Invalid(errors) => {
                let prefix = &self.prefix;
                self.errors.extend(errors.into_iter().map(|e| FieldError { field: format!("{prefix}{}", e.field), message: e.message }));
                Ok(())
            }
            other => Err(other),
        }
    }

    /// Whether nothing is wrong so far.
    pub const fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// Refuses what was found so far; goes on when that is nothing.
    pub fn check(&mut self) -> Outcome<()> {
        if self.errors.is_empty() { Ok(()) } else { Err(Refusal::Invalid(std::mem::take(&mut self.errors))) }
    }

    /// All that was found.
    pub fn finish(self) -> Outcome<()> {
        if self.errors.is_empty() { Ok(()) } else { Err(Refusal::Invalid(self.errors)) }
    }
}
