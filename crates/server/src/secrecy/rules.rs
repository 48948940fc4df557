//! The list: what is refused, what has to be confirmed, and in which phrases neither is meant.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wording::say;

use super::{
    delivered,
    words::{Finding, Matcher},
};
use crate::app::{Fields, Outcome, RuleSet};

/// Entries of one kind.
const MOST: usize = 300;
const LONGEST: usize = 30;

/// What is looked for. In an entry a space stands for up to four characters; ★ is any star; spaces, colons and widths of the text do
/// not matter.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SecretWords {
    /// Marks of classified papers: refused.
    pub marks: Vec<String>,
    /// Words that often stand in such papers: to be confirmed.
    pub words: Vec<String>,
    /// Phrases in which they mean something else.
    pub harmless: Vec<String>,
    #[serde(skip)]
    #[schema(ignore)]
    matcher: OnceLock<Matcher>,
}

impl Default for SecretWords {
    fn default() -> Self {
        let list = |text: &str| text.split('、').map(str::to_owned).collect();
        Self { marks: list(delivered::MARKS), words: list(delivered::WORDS), harmless: list(delivered::HARMLESS), matcher: OnceLock::new() }
    }
}

impl RuleSet for SecretWords {
    const KIND: &'static str = "secret_words";
}

impl SecretWords {
    /// What of the list stands in the text, in its order.
    pub fn find(&self, text: &str) -> Vec<Finding> {
        self.matcher.get_or_init(|| Matcher::of(&self.marks, &self.words, &self.harmless)).find(text)
    }

    /// The list as it is kept: trimmed, each entry once; refuses what would stop everything.
    pub(super) fn checked(self) -> Outcome<Self> {
        let mut fields = Fields::default();
        let mut tidy = |name: &str, entries: Vec<String>, shortest: usize| {
            let mut out: Vec<String> = Vec::new();
            for (n, entry) in entries.iter().enumerate() {
                let entry = entry.split_whitespace().collect::<Vec<_>>().join(" ");
                let length = entry.chars().filter(|c| !c.is_whitespace()).count();
                if !(shortest..=LONGEST).contains(&length) {
                    fields.add(&format!("{name}[{n}]"), say!("应为 {shortest} 至 {LONGEST} 个字"));
                } else if !out.contains(&entry) {
                    out.push(entry);
                }
            }
            if out.len() > MOST {
                fields.add(name, say!("最多 {MOST} 条"));
            }
            out
        };
        let marks = tidy("marks", self.marks, 2);
        let words = tidy("words", self.words, 2);
        let harmless = tidy("harmless", self.harmless, 2);
        if marks.is_empty() {
            fields.add("marks", "至少保留一条密级标志");
        }
        fields.finish()?;
        Ok(Self { marks, words, harmless, matcher: OnceLock::new() })
    }
}
