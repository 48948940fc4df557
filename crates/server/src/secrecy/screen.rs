//! Looking through what a request wants to have written down, in the transaction of the change.

use std::collections::BTreeSet;

use db::Tx;
use futures_util::future::BoxFuture;
use serde_json::json;
use wording::say;

use super::{SecretWords, words::Finding};
use crate::{
    app::{Ctx, FieldError, Outcome, Refusal, Said},
    audit,
};

/// Fields that are said to be wrong at once.
const MOST: usize = 20;

/// Refuses what bears a mark, and what holds a word that was not confirmed; writes down what was.
pub fn screen<'a>(tx: &'a mut Tx, ctx: &'a Ctx, said: &'a Said) -> BoxFuture<'a, Outcome<()>> {
    Box::pin(async move {
        let list = ctx.rules.get::<SecretWords>();
        let found: Vec<(&str, Vec<Finding>)> =
            said.texts.iter().map(|(field, text)| (field.as_str(), list.find(text))).filter(|(_, found)| !found.is_empty()).collect();
        if found.is_empty() {
            return Ok(());
        }
        let is_marked = found.iter().any(|(_, found)| found.iter().any(|one| one.is_mark));
        if is_marked || !said.confirmed {
            let fields = found.iter().filter_map(|(field, found)| wrong(field, found, is_marked)).take(MOST).collect();
            return Err(Refusal::Secret { is_marked, fields });
        }
        confirmed(tx, ctx, said, &found).await
    })
}

/// The words of the list, each once.
fn names(found: &[Finding]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for one in found {
        if !names.contains(&one.word.as_str()) {
            names.push(&one.word);
        }
    }
    names
}

/// Where a mark was found, only those are said: the words beside it change nothing.
fn wrong(field: &str, found: &[Finding], marked: bool) -> Option<FieldError> {
    let found: Vec<Finding> = found.iter().filter(|one| one.is_mark || !marked).cloned().collect();
    if found.is_empty() {
        return None;
    }
    let words = names(&found).join("”“");
    let message = if marked {
        say!("出现密级标志“{words}”，涉密内容严禁在本系统存储、处理、传输")
    } else {
        say!("出现“{words}”")
    };
    Some(FieldError { field: field.to_owned(), message })
}

async fn confirmed(tx: &mut Tx, ctx: &Ctx, said: &Said, found: &[(&str, Vec<Finding>)]) -> Outcome<()> {
    let places: Vec<_> = found.iter().map(|(field, found)| json!({ "field": field, "words": names(found) })).collect();
    let words: BTreeSet<&str> = found.iter().flat_map(|(_, found)| names(found)).collect();
    let listed = words.into_iter().collect::<Vec<_>>().join("”“");
    let sentence = say!("确认含有“{listed}”的内容不涉密");
    let data = json!({ "request": said.request, "places": places });
    audit::record(tx, ctx, audit::Entry::secrecy("not_secret_confirmed", sentence, data)).await
}
