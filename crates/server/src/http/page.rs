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

    /// Reads one; something else than what [`Cursor::write`] gave is the client's error.
    pub fn read<T: DeserializeOwned>(text: &str) -> Outcome<T> {
        hex::decode(text)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .ok_or_else(|| Refusal::field("cursor", "翻页标记无效，请重新查询"))
    }
}
