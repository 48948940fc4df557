//! Options: `config.default.toml` (compiled in, and the documentation), a file, the environment, the command line, each
//! winning over the one before.

use std::path::{Path, PathBuf};

use serde::Deserialize;

/// The default options with their explanations.
pub const DEFAULT: &str = include_str!("../config.default.toml");

const PREFIX: &str = "SHIBICHENG_";

/// Variables of the tests, which a server started by one inherits.
const NOT_OPTIONS: &str = "SHIBICHENG_TEST_";

/// Every option; what each means stands in `config.default.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub listen: String,
    pub data_dir: PathBuf,
    pub database_url: kit::Secret<String>,
    pub sqlite_sync: SqliteSync,
    pub database_readers: u32,
    pub database_writers: u32,
    pub area_name: String,
    pub session_idle_hours: u64,
    pub session_days: u64,
    pub lockout_attempts: i64,
    pub lockout_minutes: u64,
    pub secure_cookies: bool,
    pub blob_store: BlobStore,
    pub s3_endpoint: String,
    pub s3_bucket: String,
    pub s3_path_style: bool,
    pub s3_region: String,
    pub s3_prefix: String,
    pub s3_access_key: String,
    pub s3_secret_key: kit::Secret<String>,
    pub max_upload_mib: u64,
    pub clamav: String,
    pub clamav_max_mib: u64,
    pub unscanned_files: Unscanned,
    pub pdf_reader: PathBuf,
    pub log_format: LogFormat,
    pub log_filter: String,
    pub workers: usize,
    pub public_url: String,
    pub gateways: PathBuf,
    pub demo_clock: bool,
}

/// See `sqlite_sync`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SqliteSync {
    /// Survives a power cut.
    Full,
    /// Survives the death of the process.
    Normal,
}

/// See `blob_store`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum BlobStore {
    /// Below the data folder.
    Disk,
    /// In the bucket.
    S3,
}

impl From<BlobStore> for blob::Place {
    fn from(store: BlobStore) -> Self {
        match store {
            BlobStore::Disk => Self::Disk,
            BlobStore::S3 => Self::Bucket,
        }
    }
}

/// See `unscanned_files`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unscanned {
    /// Only whoever uploaded a file may read it before it has been scanned.
    Uploader,
    /// Whoever sees it.
    Everyone,
}

/// See `log_format`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// What is wrong with the options; names the option and where it came from.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("config file {path}: {error}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The text is not TOML.
    #[error("{place}: {error}")]
    Syntax {
        /// Which file.
        place: String,
        /// Where and why.
        error: toml::de::Error,
    },
    /// No such option.
    #[error("{place}: there is no option `{option}`; see config.default.toml")]
    Unknown {
        /// File, environment variable or flag.
        place: String,
        /// The name.
        option: String,
    },
    /// The value does not fit.
    #[error("option `{option}` ({place}): {reason}")]
    Value {
        /// The name.
        option: String,
        /// File, environment variable or flag.
        place: String,
        /// What is wrong.
        reason: String,
    },
}

impl Config {
    /// Puts the options together.
    ///
    /// `environment` holds variables as the system has them; those without our prefix are passed over.
    ///
    /// # Errors
    /// The first option that is unknown or does not fit, by name and place.
    pub fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
        flags: &[(&str, String)],
    ) -> Result<Self, ConfigError> {
        let parse = |place: &str, text: &str| {
            toml::from_str::<toml::Table>(text).map_err(|error| ConfigError::Syntax { place: place.to_owned(), error })
        };
        let mut options = parse("config.default.toml", DEFAULT)?;
        if let Some(path) = file {
            let text = std::fs::read_to_string(path).map_err(|error| ConfigError::Read { path: path.to_owned(), error })?;
            let place = path.display().to_string();
            for (option, value) in parse(&place, &text)? {
                set(&mut options, &option, value, &place)?;
            }
        }
        for (name, text) in environment {
            if name.starts_with(NOT_OPTIONS) {
                continue;
            }
            let Some(option) = name.strip_prefix(PREFIX).map(str::to_lowercase) else { continue };
            set_text(&mut options, &option, &text, &format!("environment variable {name}"))?;
        }
        for (option, text) in flags {
            set_text(&mut options, option, text, "command line")?;
        }
        Self::deserialize(options).map_err(|error| ConfigError::Value {
            option: String::new(),
            place: "options".to_owned(),
            reason: error.to_string(),
        })
    }

    /// The database's URL, with the default filled in.
    #[must_use]
    pub fn database(&self) -> String {
        match self.database_url.reveal().as_str() {
            "" => format!("sqlite:{}", self.data_dir.join("shibicheng.sqlite").display()),
            url => url.to_owned(),
        }
    }

    /// The bucket beside the data folder, where one is named.
    #[must_use]
    pub fn bucket(&self) -> Option<blob::BucketOptions> {
        (!self.s3_bucket.is_empty()).then(|| blob::BucketOptions {
            endpoint: self.s3_endpoint.clone(),
            bucket: self.s3_bucket.clone(),
            path_style: self.s3_path_style,
            region: self.s3_region.clone(),
            prefix: self.s3_prefix.clone(),
            access_key: self.s3_access_key.clone(),
            secret_key: self.s3_secret_key.reveal().clone(),
        })
    }

    /// How the database's pools are made.
    #[must_use]
    pub fn database_options(&self) -> db::Options {
        db::Options {
            readers: self.database_readers.max(1),
            writers: self.database_writers.max(2),
            sync: match self.sqlite_sync {
                SqliteSync::Full => db::Sync::Full,
                SqliteSync::Normal => db::Sync::Normal,
            },
            ..db::Options::default()
        }
    }
}

fn set(options: &mut toml::Table, option: &str, value: toml::Value, place: &str) -> Result<(), ConfigError> {
    let Some(old) = options.get(option) else {
        return Err(ConfigError::Unknown { place: place.to_owned(), option: option.to_owned() });
    };
    let fail = |reason: String| Err(ConfigError::Value { option: option.to_owned(), place: place.to_owned(), reason });
    if old.type_str() != value.type_str() {
        return fail(format!("expects {}, not {}", old.type_str(), value.type_str()));
    }
    // Checked one by one, so that the error can say where the value came from.
    let mut probe = options.clone();
    probe.insert(option.to_owned(), value);
    if let Err(error) = Config::deserialize(probe.clone()) {
        return fail(error.message().to_owned());
    }
    *options = probe;
    Ok(())
}

fn set_text(options: &mut toml::Table, option: &str, text: &str, place: &str) -> Result<(), ConfigError> {
    let value = match options.get(option) {
        Some(toml::Value::String(_)) | None => toml::Value::String(text.to_owned()),
        Some(_) => text.parse().unwrap_or_else(|_| toml::Value::String(text.to_owned())),
    };
    set(options, option, value, place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn none() -> Vec<(String, String)> {
        Vec::new()
    }

    #[test]
    fn the_defaults_are_complete() {
        let config = Config::load(None, none(), &[]).unwrap();
        assert_eq!(config.database(), "sqlite:data/shibicheng.sqlite");
    }

    #[test]
    fn a_wrong_option_is_refused_with_its_name() {
        let variables = vec![("SHIBICHENG_LISTNE".to_owned(), "x".to_owned()), ("PATH".to_owned(), "/bin".to_owned())];
        let error = Config::load(None, variables, &[]).unwrap_err().to_string();
        assert!(error.contains("SHIBICHENG_LISTNE") && error.contains("listne"), "{error}");
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "wrokers = 3").unwrap();
        let error = Config::load(Some(file.path()), none(), &[]).unwrap_err().to_string();
        assert!(error.contains("wrokers"), "{error}");
    }

    #[test]
    fn a_wrong_value_is_refused_with_its_name() {
        for (option, value) in [("workers", "many"), ("workers", "-1"), ("sqlite_sync", "maybe"), ("secure_cookies", "1")] {
            let error = Config::load(None, none(), &[(option, value.to_owned())]).unwrap_err().to_string();
            assert!(error.contains(option), "{error}");
        }
    }

    #[test]
    fn a_bucket_is_there_when_it_is_named_and_its_key_is_never_shown() {
        assert!(Config::load(None, none(), &[]).unwrap().bucket().is_none());
        let flags = [("s3_bucket", "files".to_owned()), ("s3_secret_key", "geheim".to_owned()), ("blob_store", "s3".to_owned())];
        let config = Config::load(None, none(), &flags).unwrap();
        assert_eq!((config.blob_store, config.bucket().unwrap().secret_key.as_str()), (BlobStore::S3, "geheim"));
        assert!(!format!("{config:?}").contains("geheim"));
    }

    #[test]
    fn flags_win_over_the_environment_and_that_over_the_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "workers = 3\narea_name = \"甲\"\nlisten = \"a\"").unwrap();
        let variables = vec![("SHIBICHENG_AREA_NAME".into(), "乙".into()), ("SHIBICHENG_LISTEN".into(), "b".into())];
        let config = Config::load(Some(file.path()), variables, &[("listen", "c".to_owned())]).unwrap();
        assert_eq!((config.workers, config.area_name.as_str(), config.listen.as_str()), (3, "乙", "c"));
    }
}
