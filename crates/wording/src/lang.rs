use std::{
    collections::{BTreeSet, HashMap},
    future::Future,
    sync::OnceLock,
};

/// A language that is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Lang {
    /// Chinese: what everything is written in.
    #[default]
    Zh,
    /// English.
    En,
}

tokio::task_local! {
    static CURRENT: Lang;
}

static ENGLISH: OnceLock<Catalog> = OnceLock::new();

impl Lang {
    /// The language an `Accept-Language` header asks for first; Chinese when it asks for none we speak.
    #[must_use]
    pub fn of_header(header: &str) -> Self {
        let first = |header: &str| header.split([',', ';', '-']).next().unwrap_or_default().trim().to_ascii_lowercase();
        if first(header) == "en" { Self::En } else { Self::Zh }
    }

    /// The language of the request in hand; Chinese outside of one.
    #[must_use]
    pub fn current() -> Self {
        CURRENT.try_with(|lang| *lang).unwrap_or_default()
    }

    /// Runs a future in this language.
    pub fn scope<F: Future>(self, work: F) -> impl Future<Output = F::Output> {
        CURRENT.scope(self, work)
    }

    /// Runs a function in this language.
    pub fn within<T>(self, work: impl FnOnce() -> T) -> T {
        CURRENT.sync_scope(self, work)
    }

    pub(crate) fn look_up(self, sentence: &str) -> Option<&'static str> {
        match self {
            Self::Zh => None,
            Self::En => ENGLISH.get()?.0.get(sentence).map(String::as_str),
        }
    }

    /// What stands between the parts of a list that is written with this mark in Chinese.
    pub(crate) fn mark(self, zh: &str) -> &str {
        match (self, zh) {
            (Self::Zh, _) => zh,
            (Self::En, "、" | "，") => ", ",
            (Self::En, "；") => "; ",
            (Self::En, "。") => ". ",
            (Self::En, other) => other,
        }
    }
}

/// Sentences with what they are in another language.
#[derive(Debug, Default)]
pub struct Catalog(HashMap<String, String>);

/// A sentence whose translation has other places than it has itself.
#[derive(Debug, PartialEq, Eq)]
pub struct CatalogError {
    /// The sentence.
    pub sentence: String,
}

impl std::fmt::Display for CatalogError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the translation of “{}” has other places, or it stands there twice with different words", self.sentence)
    }
}

impl std::error::Error for CatalogError {}

impl Catalog {
    /// Adds a sentence. Every place of the translation must be one of the sentence's; it need not use them all.
    pub fn add(&mut self, sentence: &str, translation: &str) -> Result<(), CatalogError> {
        let (known, used) = (places(sentence), places(translation));
        let before = self.0.insert(sentence.to_owned(), translation.to_owned());
        if !used.is_subset(&known) || before.is_some_and(|before| before != translation) {
            return Err(CatalogError { sentence: sentence.to_owned() });
        }
        Ok(())
    }

    /// Whether it knows a sentence.
    #[must_use]
    pub fn knows(&self, sentence: &str) -> bool {
        self.0.contains_key(sentence)
    }

    /// Every sentence it knows.
    pub fn sentences(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

fn places(sentence: &str) -> BTreeSet<&str> {
    sentence.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect()
}

/// Makes the English catalog known to the whole program; the first one stays.
pub fn install(english: Catalog) {
    // A second application in the same process, as tests have, brings the same catalog.
    drop(ENGLISH.set(english));
}
