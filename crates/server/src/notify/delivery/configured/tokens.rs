//! Tokens that all nodes share: in the database.

use db::Db;
use gateway::SendError;
use kit::Secret;
use wechat::{Later, Token, TokenStore};

use crate::notify::delivery::store;

/// The store of this area.
pub(super) struct Tokens(Db);

impl Tokens {
    pub(super) const fn new(db: Db) -> Self {
        Self(db)
    }
}

/// The message has not gone anywhere yet.
#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn busy(error: db::Error) -> SendError {
    SendError::Busy { code: "token".to_owned(), text: SendError::shorten(&error.to_string()), retry_after: None }
}

impl TokenStore for Tokens {
    fn get<'a>(&'a self, name: &'a str) -> Later<'a, Option<Token>> {
        Box::pin(async move {
            let mut tx = self.0.read().await.map_err(busy)?;
            let row = store::token(&mut tx, name).await.map_err(busy)?;
            Ok(row.map(|(value, until)| Token { value: Secret::new(value), until }))
        })
    }

    fn put<'a>(&'a self, name: &'a str, token: &'a Token) -> Later<'a, ()> {
        Box::pin(async move {
            let mut tx = self.0.begin().await.map_err(busy)?;
            store::put_token(&mut tx, name, token.value.reveal(), token.until).await.map_err(busy)?;
            tx.commit().await.map_err(busy)
        })
    }

    fn invalidate<'a>(&'a self, name: &'a str, value: &'a Secret<String>) -> Later<'a, bool> {
        Box::pin(async move {
            let mut tx = self.0.begin().await.map_err(busy)?;
            let removed = store::forget_token(&mut tx, name, value.reveal()).await.map_err(busy)?;
            tx.commit().await.map_err(busy)?;
            Ok(removed)
        })
    }
}
