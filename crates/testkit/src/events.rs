use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use futures_util::StreamExt as _;
use serde_json::Value;

/// A stream of server-sent events.
pub struct Events {
    body: BodyDataStream,
    text: String,
}

impl Events {
    pub(crate) fn of(body: Body) -> Self {
        Self { body: body.into_data_stream(), text: String::new() }
    }

    /// The next event, its name and data; nothing when the stream ended or none came in `within`. Comments are passed over.
    pub async fn next(&mut self, within: Duration) -> Option<(String, Value)> {
        tokio::time::timeout(within, self.read()).await.ok().flatten()
    }

    /// Whether the stream ended in `within`; events before its end are passed over.
    pub async fn ended(&mut self, within: Duration) -> bool {
        tokio::time::timeout(within, async { while self.read().await.is_some() {} }).await.is_ok()
    }

    async fn read(&mut self) -> Option<(String, Value)> {
        loop {
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                let line = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(|text| text.trim().to_owned());
                if let (Some(name), Some(data)) = (line("event:"), line("data:")) {
                    return Some((name, serde_json::from_str(&data).unwrap()));
                }
            }
            let chunk = self.body.next().await?.ok()?;
            self.text.push_str(&String::from_utf8_lossy(&chunk));
        }
    }
}
