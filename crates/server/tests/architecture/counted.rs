//! What the law of the field forbids to be counted: log-ins, clocking in, time online, clicks, points and ranks of persons. Looked for
//! by name in every table and in the whole API, so that it cannot come in unnoticed.

use std::collections::BTreeSet;

use serde_json::Value;

/// Parts of names.
const FORBIDDEN: &[&str] = &[
    "attendance",
    "checkin",
    "click",
    "credit",
    "leaderboard",
    "logon",
    "online",
    "pageview",
    "point",
    "punch",
    "rank",
    "ranking",
    "signin",
    "streak",
    "visit",
];

/// Names that have such a part and mean something else, each with what it means.
const OTHERWISE: &[&str] = &[
    // How important a task is, as a number to sort by.
    "importance_rank",
];

/// The name of an account; anything more about it would be counting.
const LOGIN: &str = "login";

fn parts(name: &str) -> Vec<String> {
    let lower = name.to_lowercase();
    lower.split(|c: char| !c.is_ascii_alphanumeric()).map(|part| part.strip_suffix('s').unwrap_or(part).to_owned()).collect()
}

/// Whether a name says that something is counted which nobody may count.
pub(crate) fn is_forbidden(name: &str) -> bool {
    let parts = parts(name);
    let named = parts.iter().any(|part| FORBIDDEN.contains(&part.as_str()));
    // `check_in` and `log_in` are written apart.
    let apart = parts.windows(2).any(|pair| matches!(pair, [verb, to] if to == "in" && matches!(verb.as_str(), "check" | "clock" | "log")));
    let more_than_login = name != LOGIN && parts.iter().any(|part| part == LOGIN);
    !OTHERWISE.contains(&name) && (named || apart || more_than_login)
}

/// The names of tables, columns and indexes.
pub(crate) fn names_of_migration(text: &str) -> BTreeSet<String> {
    let code = text.lines().map(|line| line.split("--").next().unwrap_or_default());
    code.flat_map(|line| line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')))
        .filter(|name| name.chars().any(|c| c.is_ascii_alphabetic()))
        .map(str::to_owned)
        .collect()
}

/// The names of paths, parameters, fields and schemas.
pub(crate) fn names_of_api(document: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let paths = document.get("paths").and_then(Value::as_object);
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
    let segments = paths.into_iter().flatten().flat_map(|(path, _)| path.split(['/', '{', '}', '.']));
    names.extend(segments.chain(schemas.into_iter().flatten().map(|(name, _)| name.as_str())).map(str::to_owned));
    collect(document, &mut names);
    names.remove("");
    names
}

fn collect(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            names.extend(fields.get("properties").and_then(Value::as_object).into_iter().flat_map(|fields| fields.keys().cloned()));
            names.extend(fields.get("name").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|value| collect(value, names));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, names)),
        _ => {}
    }
}
