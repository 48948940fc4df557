use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::app::{Outcome, Refusal};

/// How many rows a page has at most, when nothing is said, and in any case.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Limit(Option<i64>);

impl Limit {
    /// The number, 1 to 200, 50 when nothing is said.
    pub fn get(self) -> Outcome<i64> {
        match self.0.unwrap_or(50) {
            n @ 1..=200 => Ok(n),
            _ => Err(Refusal::field("limit", "每页 1 至 200 条")),
        }
    }
}

/// Where the next page of a list begins: the sort key of the last row, opaque to the client.
#[derive(Debug)]
pub struct Cursor;

impl Cursor {
    /// Writes a cursor.
    pub fn write<T: Serialize>(key: &T) -> Outcome<String> {
        serde_json::to_vec(key).map(hex::encode).map_err(Refusal::internal)
    }

    /// Cuts what was read with one row more than `limit` to the page; answers where the next one begins, when there is one.
    pub fn cut<T, K: Serialize>(items: &mut Vec<T>, limit: i64, key: impl Fn(&T) -> K) -> Outcome<Option<String>> {
        let limit = usize::try_from(limit).unwrap_or(0);
        if items.len() <= limit {
            return Ok(None);
        }
        items.truncate(limit);
        items.last().map(|last| Self::write(&key(last))).transpose()
    }

    /// Reads one; something else than what [`Cursor::write`] gave is the client's error.
    pub fn read<T: DeserializeOwned>(text: &str) -> Outcome<T> {
        hex::decode(text)
            .ok()
            .filter(|bytes| super::extract::nul_in_json(bytes).is_none())
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .ok_or_else(|| Refusal::field("cursor", "翻页标记无效，请重新查询"))
    }
}
