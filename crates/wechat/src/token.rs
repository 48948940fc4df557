//! The token that all nodes share.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use gateway::{Http, SendError};
use kit::{Clock, Moment, Secret};
use reqwest::{Client, RequestBuilder};
use serde_json::Value;

use crate::{
    Later,
    read::{Fault, Kind, text, understood},
};

/// So long before its end a token is replaced.
const MARGIN: u64 = 300;

/// A token and until when it is good.
#[derive(Clone, Debug)]
pub struct Token {
    /// What stands in requests.
    pub value: Secret<String>,
    /// When it is to be replaced; some minutes before the house does.
    pub until: Moment,
}

/// Where tokens live. All nodes that send for one account have to use the same one: 公众号 forgets the token that another node holds when
/// it is made to give a new one.
pub trait TokenStore: Send + Sync {
    /// The token of this name, also one that is over.
    ///
    /// # Errors
    /// [`gateway::SendError::Busy`] when the store is not reached.
    fn get<'a>(&'a self, name: &'a str) -> Later<'a, Option<Token>>;

    /// Keeps a token in the place of the one that is there.
    ///
    /// # Errors
    /// As [`TokenStore::get`].
    fn put<'a>(&'a self, name: &'a str, token: &'a Token) -> Later<'a, ()>;

    /// Forgets a token that the house does not take any more, unless there is another one by now. True for the one who has removed it,
    /// once: only that one may ask for a new one by force, of which there are few a day.
    ///
    /// # Errors
    /// As [`TokenStore::get`].
    fn invalidate<'a>(&'a self, name: &'a str, value: &'a Secret<String>) -> Later<'a, bool>;
}

/// Tokens of one process: for tests, and where there is one node only.
#[derive(Debug, Default)]
pub struct MemoryTokens(Mutex<HashMap<String, Token>>);

impl MemoryTokens {
    fn held(&self) -> MutexGuard<'_, HashMap<String, Token>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TokenStore for MemoryTokens {
    fn get<'a>(&'a self, name: &'a str) -> Later<'a, Option<Token>> {
        Box::pin(async move { Ok(self.held().get(name).cloned()) })
    }

    fn put<'a>(&'a self, name: &'a str, token: &'a Token) -> Later<'a, ()> {
        Box::pin(async move {
            self.held().insert(name.to_owned(), token.clone());
            Ok(())
        })
    }

    fn invalidate<'a>(&'a self, name: &'a str, value: &'a Secret<String>) -> Later<'a, bool> {
        Box::pin(async move {
            let mut held = self.held();
            let same = held.get(name).is_some_and(|token| token.value.reveal() == value.reveal());
            if same {
                held.remove(name);
            }
            Ok(same)
        })
    }
}

/// What is particular to a house when it is asked for a token, and for anything else.
pub(crate) trait House: Send + Sync {
    /// Whether it can be made to give a new token; the others give a new one by themselves once they do not take the old one.
    const FORCED: bool = false;

    /// Asks for a token.
    fn token(&self, client: &Client, force: bool) -> RequestBuilder;

    /// What a code means.
    fn kind(code: &str) -> Kind;
}

/// Calls a house with the token that all nodes share.
pub(crate) struct Caller {
    http: Http,
    store: Arc<dyn TokenStore>,
    clock: Clock,
    name: String,
    /// One asks for a token, the others wait for it.
    turn: tokio::sync::Mutex<()>,
}

impl Caller {
    /// `name` is the token's in the store: the house and the account.
    pub(crate) fn new(name: String, http: Http, store: Arc<dyn TokenStore>, clock: Clock) -> Self {
        Self { http, store, clock, name, turn: tokio::sync::Mutex::default() }
    }

    /// Sends what is written with the token. Where the house does not take the token, nothing has happened yet, and a new one is tried.
    pub(crate) async fn call<H: House>(
        &self,
        house: &H,
        write: &(dyn Fn(&Client, &str) -> RequestBuilder + Send + Sync),
    ) -> Result<Value, SendError> {
        let token = self.token(house).await?;
        match self.once::<H>(write(self.http.client(), token.reveal())).await {
            Err(Fault { kind: Kind::Token, .. }) => {
                let token = self.renewed(house, &token).await?;
                self.once::<H>(write(self.http.client(), token.reveal())).await.map_err(|fault| fault.error)
            }
            answered => answered.map_err(|fault| fault.error),
        }
    }

    /// Sends a request that needs no token.
    pub(crate) async fn once<H: House>(&self, request: RequestBuilder) -> Result<Value, Fault> {
        understood(&self.http.send(request).await?, H::kind)
    }

    pub(crate) const fn http(&self) -> &Http {
        &self.http
    }

    async fn token<H: House>(&self, house: &H) -> Result<Secret<String>, SendError> {
        if let Some(value) = self.kept().await? {
            return Ok(value);
        }
        let _turn = self.turn.lock().await;
        match self.kept().await? {
            Some(value) => Ok(value),
            None => self.fetch(house, false, None).await,
        }
    }

    async fn renewed<H: House>(&self, house: &H, stale: &Secret<String>) -> Result<Secret<String>, SendError> {
        let _turn = self.turn.lock().await;
        let first = self.store.invalidate(&self.name, stale).await?;
        if let Some(value) = self.kept().await?.filter(|value| value.reveal() != stale.reveal()) {
            return Ok(value);
        }
        let value = self.fetch(house, false, Some(stale)).await?;
        if value.reveal() != stale.reveal() {
            return Ok(value);
        }
        // The house gives out the very token that it does not take. Forced by two, the second would spoil what the first has got.
        if first && H::FORCED {
            return self.fetch(house, true, Some(stale)).await;
        }
        Err(Fault::new(Kind::Busy, "token", "the house gives out a token that it does not take").error)
    }

    async fn kept(&self) -> Result<Option<Secret<String>>, SendError> {
        let now = self.clock.now();
        Ok(self.store.get(&self.name).await?.filter(|token| token.until > now).map(|token| token.value))
    }

    /// Whatever goes wrong here, no message was taken.
    async fn fetch<H: House>(&self, house: &H, force: bool, stale: Option<&Secret<String>>) -> Result<Secret<String>, SendError> {
        let said = match self.once::<H>(house.token(self.http.client(), force)).await {
            Ok(said) => said,
            Err(Fault { error: SendError::Unknown(text), .. }) => return Err(SendError::Unreachable(text)),
            Err(Fault { error: SendError::Refused { code, text } | SendError::Gone { code, text }, .. }) => {
                return Err(SendError::Barred { code, text });
            }
            // Here the code speaks of the secret.
            Err(Fault { kind: Kind::Token, error: SendError::Busy { code, text, .. } }) => return Err(SendError::Barred { code, text }),
            Err(fault) => return Err(fault.error),
        };
        let value = ["access_token", "accessToken", "tenant_access_token"].iter().find_map(|name| text(&said, name));
        let seconds = ["expires_in", "expireIn", "expire"].iter().find_map(|name| said.get(name)?.as_u64());
        let (Some(value), Some(seconds)) = (value, seconds) else {
            return Err(SendError::Unreachable("an answer without a token".to_owned()));
        };
        let token = Token {
            value: Secret::new(value),
            until: self.clock.now().plus(Duration::from_secs(seconds.saturating_sub(MARGIN).max(seconds / 2))),
        };
        if stale.is_none_or(|stale| stale.reveal() != token.value.reveal()) {
            self.store.put(&self.name, &token).await?;
        }
        Ok(token.value)
    }
}
