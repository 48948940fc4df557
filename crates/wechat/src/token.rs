//! The token that all nodes share.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use kit::{Moment, Secret};

use crate::Later;

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
