//! The rules of the house. Each takes a source and answers what breaks it, as `path:line: what`.

use std::collections::HashMap;

use crate::source::{Source, Token};

/// The rooms from the ground up. A room may know its own ring and those below it.
const RINGS: &[&[&str]] = &[
    &["app", "config", "http", "events"],
    &["org", "access", "audit", "files", "notify", "calendar", "rules", "secrecy"],
    &["tasks", "indicators", "feedback"],
    &["talk"],
    &["supervision", "burden"],
    &["archive", "assessment", "portraits", "search", "statistics"],
    &["operations"],
];

/// Rooms at the top, which put the others together and which nobody but [`COMPOSITION`] may know.
const TOP: &[&str] = &["cli", "demo"];

/// What the platform may know of the rooms above it: where they are put together, and who acts.
const COMPOSITION: &[(&str, &str)] = &[
    ("app/wiring.rs", "*"),
    ("app/runner.rs", "*"),
    // Who acts is part of every verb's surroundings.
    ("app/context.rs", "access"),
    ("app/running.rs", "access"),
    // The seam by which files, which stand below tasks, ask who sees one.
    ("app/running.rs", "files"),
    // The ways out to people, and the seam by which `notify` has tasks looked at once more before anything is sent.
    ("app/running.rs", "notify"),
    // The macro that refuses handlers without a permission; whose an idempotency key is.
    ("http/mod.rs", "access"),
    ("http/idempotency.rs", "access"),
];

/// SQL outside a store.
const SQL_ELSEWHERE: &[&str] = &[
    // The platform has no store: a probe, and the answers that are kept.
    "crates/server/src/http/health.rs",
    "crates/server/src/http/idempotency.rs",
];

/// Handlers that need nobody to be signed in.
const OPEN_HANDLERS: &[&str] = &["sign_in", "sign_out", "gateway_call", "gateway_asks", "entry", "arrival"];

/// Where they may be: a gateway signs its calls in its own way, and a browser that WeChat sends shows who it is.
const OPEN_AT: &[&str] =
    &["crates/server/src/access/", "crates/server/src/notify/delivery/http.rs", "crates/server/src/notify/address/http.rs"];

/// Routes that are no part of the API.
const BARE_ROUTES: &[&str] = &["/api/v1/openapi.json", "/healthz", "/readyz", "/metrics"];

/// Crates that another ministry's product could use unchanged.
pub(crate) const LEAVES: &[&str] = &[
    "blob",
    "clauses",
    "db",
    "gateway",
    "heap",
    "jobs",
    "kit",
    "mail",
    "officedoc",
    "pdftext",
    "pivot",
    "say",
    "sip",
    "sms",
    "webpush",
    "wechat",
    "wording",
    "workdays",
];

/// Words of this business.
const BUSINESS: &[&str] = &[
    "task",
    "lamp",
    "urge",
    "party",
    "liaison",
    "supervision",
    "supervise",
    "committee",
    "bureau",
    "tenure",
    "assessment",
    "portrait",
    "ministry",
];

/// What makes a unit of the organisation of a unit of measure.
const UNIT_OF_PEOPLE: &[&str] = &["id", "name", "kind", "ref", "tree", "head", "person"];

/// What only `crates/db` may say.
const DIALECT: &[&str] = &[
    "ConnRef",
    "PoolConnection",
    "SqlitePool",
    "PgPool",
    "SqliteConnection",
    "PgConnection",
    "SqliteRow",
    "PgRow",
    "PgListener",
    "SqlitePoolOptions",
    "PgPoolOptions",
    "SqliteConnectOptions",
    "PgConnectOptions",
    "AssertSqlSafe",
    "QueryBuilder",
];

/// What one of the two databases does not understand, or understands otherwise (docs/database.md).
const NOT_PORTABLE: &[&str] = &[
    "now()",
    "current_timestamp",
    "ilike",
    "date_trunc",
    "any($",
    "interval '",
    "strftime",
    "julianday",
    "datetime(",
    "to_char",
    "extract(",
    "json_extract",
    "->>",
    "jsonb",
    "pragma",
    "pg_",
    "autoincrement",
    "serial",
    "timestamp",
    "without rowid",
    "rowid",
    "ifnull(",
    "group_concat",
    "string_agg",
    "glob ",
    "integer",
    "skip locked",
    "for update",
];

/// One thing that is wrong.
pub(crate) type Finding = String;

fn finding(source: &Source, line: usize, what: impl std::fmt::Display) -> Finding {
    format!("{}:{line}: {what}", source.path)
}

fn ring(room: &str) -> Option<usize> {
    RINGS.iter().position(|ring| ring.contains(&room))
}

/// Which rooms a source knows, its own left out.
pub(crate) fn known(source: &Source) -> Vec<(String, String)> {
    let Some(room) = source.module().first().map(|room| (*room).to_owned()) else { return Vec::new() };
    let others = source.paths(&["crate", "super"]).into_iter().filter_map(|(path, _)| path.get(1).cloned());
    others.filter(|to| *to != room).map(|to| (room.clone(), to)).collect()
}

/// A room knows its own ring and those below.
pub(crate) fn arrows(source: &Source) -> Vec<Finding> {
    let module = source.module();
    let (Some(room), Some((_, inner))) = (module.first().copied(), source.path.split_once("/src/")) else { return Vec::new() };
    if TOP.contains(&room) {
        return Vec::new();
    }
    let Some(here) = ring(room) else {
        return vec![finding(source, 1, format_args!("the room `{room}` has no place in the plan (RINGS in tests/architecture/rules.rs)"))];
    };
    let mut found = Vec::new();
    for (path, line) in source.paths(&["crate", "super"]) {
        let Some(to) = path.get(1).map(String::as_str).filter(|to| *to != room) else { continue };
        let composed = COMPOSITION.iter().any(|(file, known)| *file == inner && (*known == "*" || *known == to));
        match ring(to) {
            Some(there) if there <= here || composed => {}
            Some(_) => found.push(finding(source, line, format_args!("`{room}` may not know `{to}`, which stands above it"))),
            None if TOP.contains(&to) && !composed => {
                found.push(finding(source, line, format_args!("`{room}` may not know `{to}`, which puts rooms together")));
            }
            // Macros stand in the crate's root.
            None if TOP.contains(&to) || to == "guarded" => {}
            None => found.push(finding(source, line, format_args!("`{to}` is no room of the plan"))),
        }
    }
    found
}

/// An exception that nobody needs any more has to go.
pub(crate) fn stale_exceptions(sources: &[Source]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, known) in COMPOSITION.iter().filter(|(_, known)| *known != "*") {
        let used = sources.iter().any(|source| {
            source.path.ends_with(&format!("/src/{file}"))
                && source.paths(&["crate", "super"]).iter().any(|(path, _)| path.get(1).is_some_and(|to| to == known))
        });
        if !used {
            found.push(format!("{file} no longer knows `{known}`: take the exception away"));
        }
    }
    for file in SQL_ELSEWHERE {
        let used = sources.iter().any(|source| source.path == *file && !sql_places(source).is_empty());
        if !used {
            found.push(format!("{file} no longer holds SQL: take the exception away"));
        }
    }
    found
}

/// A room is entered through its `mod.rs`.
pub(crate) fn doors(source: &Source, sources: &[Source]) -> Vec<Finding> {
    let module = source.module();
    let room = module.first().copied().unwrap_or_default();
    let mut found = Vec::new();
    for (path, line) in source.paths(&["crate", "super"]) {
        let [_, to, inner, _, ..] = path.as_slice() else { continue };
        if to != room && is_module(sources, to, inner) {
            found.push(finding(source, line, format_args!("`{to}::{inner}` is inside `{to}`: take what its mod.rs offers")));
        }
    }
    if module.len() == 1 {
        for open in ["pub mod", "pub ( crate ) mod"] {
            for place in source.find(open) {
                let line = source.line(place);
                found.push(finding(source, line, "a room's modules are private; re-export what others may use"));
            }
        }
    }
    found
}

fn is_module(sources: &[Source], room: &str, inner: &str) -> bool {
    sources.iter().any(|other| {
        let module = other.module();
        other.path.starts_with("crates/server/") && module.first() == Some(&room) && module.get(1) == Some(&inner)
    })
}

/// 600 lines of Rust that are not tests, 300 of Vue.
pub(crate) fn length(source: &Source) -> Vec<Finding> {
    let (lines, most) = if source.path.ends_with(".vue") { (source.text.lines().count(), 300) } else { (source.length(), 600) };
    if lines > most { vec![finding(source, lines, format_args!("{lines} lines, at most {most}"))] } else { Vec::new() }
}

/// The two databases are told apart in `crates/db` and nowhere else.
pub(crate) fn dialects(source: &Source) -> Vec<Finding> {
    if source.path.starts_with("crates/db/") {
        return Vec::new();
    }
    let mut found: Vec<_> = source
        .words()
        .filter(|(word, _)| DIALECT.contains(word))
        .map(|(word, place)| finding(source, source.line(place), format_args!("`{word}` belongs to crates/db")))
        .collect();
    for (path, line) in source.paths(&["sqlx", "db", "Kind", "Db", "Pools"]) {
        if let Some(word) = path.iter().find(|word| matches!(word.as_str(), "Sqlite" | "Postgres" | "sqlite" | "postgres")) {
            found.push(finding(source, line, format_args!("`{word}`: the two databases are told apart in crates/db only")));
        }
    }
    found
}

fn is_store(path: &str) -> bool {
    path.ends_with("/store.rs") || path.contains("/store/")
}

fn sql_places(source: &Source) -> Vec<usize> {
    let mut places: Vec<_> = ["run ! (", "execute ! (", "query (", "query_as (", "query_scalar ("]
        .iter()
        .flat_map(|phrase| source.find(phrase).collect::<Vec<_>>())
        .filter(|place| {
            // A query by its whole name, or imported: a method of that name is something else.
            source.spells(*place, "run") || source.spells(*place, "execute") || source.spells(place.saturating_sub(3), "sqlx : :")
        })
        .collect();
    places.extend(source.find("Sql : : new ("));
    places
}

/// SQL stands in stores.
pub(crate) fn sql(source: &Source) -> Vec<Finding> {
    let free = is_store(&source.path) || source.path.starts_with("crates/db/") || SQL_ELSEWHERE.contains(&source.path.as_str());
    if free {
        return Vec::new();
    }
    sql_places(source).into_iter().map(|place| finding(source, source.line(place), "SQL belongs into the room's store")).collect()
}

/// What stands in a store is understood by both databases.
pub(crate) fn portable(source: &Source) -> Vec<Finding> {
    if !is_store(&source.path) && !SQL_ELSEWHERE.contains(&source.path.as_str()) {
        return Vec::new();
    }
    source.texts().flat_map(|(text, line)| not_portable(text).map(move |word| finding(source, line, foreign(word)))).collect()
}

/// As [`portable`], for a migration.
pub(crate) fn portable_migration(path: &str, text: &str) -> Vec<Finding> {
    let lines = text.lines().zip(1..);
    lines
        .flat_map(|(line, n)| {
            let code = line.split("--").next().unwrap_or_default();
            not_portable(code).map(move |word| format!("{path}:{n}: {}", foreign(word))).collect::<Vec<_>>()
        })
        .collect()
}

fn foreign(word: &str) -> String {
    format!("`{}` is not understood by both databases, see docs/database.md", word.trim())
}

fn not_portable(text: &str) -> impl Iterator<Item = &'static str> + use<> {
    let lower = text.to_lowercase();
    NOT_PORTABLE.iter().copied().filter(move |word| {
        lower.match_indices(word).any(|(place, _)| {
            // A whole word: `serial` is not in `serialised`.
            let before = lower.get(..place).and_then(|head| head.chars().next_back());
            let after = lower.get(place + word.len()..).and_then(|tail| tail.chars().next());
            let ends = word.chars().next_back().is_none_or(|last| !last.is_alphanumeric());
            let begins = word.chars().next().is_none_or(|first| !first.is_alphanumeric());
            let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
            (begins || !inside(before)) && (ends || word.ends_with('_') || !inside(after))
        })
    })
}

/// Whoever asks is signed in, but for the handlers and routes listed above.
pub(crate) fn open_routes(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    // Where `guarded!` itself is made.
    let defines = source.path == "crates/server/src/http/mod.rs";
    for (word, place) in source.words() {
        if matches!(word, "routes" | "open_routes") && source.spells(place + 1, "! (") && !defines {
            let handlers = source.tokens.iter().skip(place + 3).take_while(|(token, _)| *token != Token::Sign(')'));
            for (token, line) in handlers {
                if let Token::Word(handler) = token
                    && !(OPEN_HANDLERS.contains(&handler.as_str()) && OPEN_AT.iter().any(|at| source.path.starts_with(at)))
                {
                    found.push(finding(source, *line, format_args!("`{handler}` is open to everybody: use guarded!")));
                }
            }
        }
    }
    for (path, line) in source.paths(&["utoipa_axum"]) {
        if path.get(1).is_some_and(|name| name == "routes") && !defines && !OPEN_AT.iter().any(|at| source.path.starts_with(at)) {
            found.push(finding(source, line, "use guarded! instead of utoipa_axum::routes!"));
        }
    }
    for bare in [". route (", ". route_service (", ". nest_service ("] {
        for place in source.find(bare) {
            let known = source.path == "crates/server/src/app/wiring.rs"
                && matches!(source.tokens.get(place + 3), Some((Token::Text(path), _)) if BARE_ROUTES.contains(&path.as_str()));
            if !known {
                found.push(finding(source, source.line(place), "a route beside the API: use guarded! in the room's routes()"));
            }
        }
    }
    found
}

/// What the description of the API calls by a name that something else has, too: one of them would take the other's place in it.
pub(crate) fn schema_names(sources: &[Source]) -> Vec<Finding> {
    let mut known: HashMap<&str, &Source> = HashMap::new();
    let mut found = Vec::new();
    for source in sources {
        let derived = source.words().filter(|(word, _)| *word == "ToSchema").filter_map(|(_, place)| {
            let derive = source.tokens.get(..place)?.iter().rposition(|(token, _)| *token == Token::Sign('('))?;
            source.spells(derive.checked_sub(1)?, "derive (").then_some(place)
        });
        let named = derived.filter_map(|place| {
            let (_, item) = source.words().find(|(word, at)| *at > place && matches!(*word, "struct" | "enum"))?;
            Some(item + 1)
        });
        let enums = source.find("text_enum ! {").filter_map(|place| (place + 3..source.tokens.len()).find(|at| source.spells(at + 1, "{")));
        for place in named.chain(enums) {
            let Some((Token::Word(name), line)) = source.tokens.get(place) else { continue };
            if let Some(other) = known.insert(name, source) {
                found.push(finding(source, *line, format_args!("`{name}` is the name of a schema in {}, too", other.path)));
            }
        }
    }
    found
}

/// Leaf crates know no business.
pub(crate) fn leaf_words(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    for (word, place) in source.words() {
        // Tasks of the async runtime are no tasks of ours.
        let module = word == "task" && (source.spells(place + 1, ": :") && !source.spells(place.saturating_sub(3), "crate : :"));
        let runtime = module || word == "task_local";
        let parts = parts(word);
        let business = parts.iter().find(|part| BUSINESS.contains(&part.as_str()));
        let unit = parts.windows(2).any(|pair| matches!(pair, [unit, of] if unit == "unit" && UNIT_OF_PEOPLE.contains(&of.as_str())));
        if let Some(part) = business.filter(|_| !runtime) {
            found.push(finding(source, source.line(place), format_args!("`{word}`: `{part}` is a word of the business")));
        } else if unit {
            found.push(finding(source, source.line(place), format_args!("`{word}`: `unit` is a word of the business")));
        }
    }
    found
}

/// `TaskId` and `task_id` are `task` and `id`; plurals are taken for singulars.
fn parts(word: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut before = '_';
    for c in word.chars() {
        if (c.is_uppercase() && !before.is_uppercase()) || c == '_' {
            parts.push(String::new());
        }
        if let Some(last) = parts.last_mut().filter(|_| c != '_') {
            last.extend(c.to_lowercase());
        }
        before = c;
    }
    parts.retain(|part| !part.is_empty());
    parts.iter().map(|part| part.strip_suffix('s').unwrap_or(part).to_owned()).collect()
}

/// Nothing unfinished, nothing of one machine.
pub(crate) fn words(source: &Source) -> Vec<Finding> {
    // Put together here, so that this file does not break its own rule.
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X"), concat!("HA", "CK")];
    let paths = [concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/wo", "rk/"), concat!("/Us", "ers/")];
    let macros = [concat!("to", "do ! ("), concat!("unimple", "mented ! ("), concat!("db", "g ! (")];
    let mut found = Vec::new();
    for (line, n) in source.text.lines().zip(1..) {
        let whole = |mark: &&str| line.split(|c: char| !c.is_alphanumeric()).any(|word| word == *mark);
        found.extend(marks.iter().filter(|mark| whole(mark)).map(|mark| finding(source, n, format_args!("`{mark}`"))));
        found.extend(paths.iter().filter(|path| line.contains(**path)).map(|path| finding(source, n, format_args!("`{path}`"))));
    }
    for phrase in macros {
        found.extend(source.find(phrase).map(|place| finding(source, source.line(place), format_args!("`{phrase}`"))));
    }
    found
}

/// Chinese in these files is read, not said: patterns, the form of a table, the demo area's own life, the operator's command line.
const READ_NOT_SAID: &[&str] = &[
    "crates/server/src/demo/",
    "crates/server/src/cli/",
    "crates/server/src/app/document.rs",
    "crates/server/src/tasks/bench.rs",
    // The words of an archive, which are the same for every reader.
    "crates/server/src/archive/eep.rs",
    "crates/server/src/archive/layout.rs",
    "crates/server/src/tasks/record/kept.rs",
    "crates/server/src/supervision/record.rs",
    "crates/server/src/talk/record.rs",
    "crates/server/src/supervision/orders/record.rs",
    // Papers, which are Chinese for every reader.
    "crates/server/src/supervision/orders/paper.rs",
    "crates/server/src/burden/paper.rs",
    "crates/officedoc/src/letter.rs",
    "crates/server/src/org/import/form.rs",
    "crates/server/src/tasks/import/cells.rs",
    "crates/server/src/tasks/import/guess.rs",
    "crates/server/src/tasks/import/title.rs",
    "crates/server/src/tasks/import/names.rs",
    // What is looked for in texts.
    "crates/server/src/secrecy/delivered.rs",
    "crates/server/src/secrecy/words.rs",
    "crates/workdays/src/deadline/grammar.rs",
    "crates/workdays/src/deadline/points.rs",
    "crates/workdays/src/deadline/text.rs",
    "crates/workdays/src/recurrence/read.rs",
];

/// Marks and single signs need no English: they stand between names.
const SHORTEST_SENTENCE: usize = 2;

fn is_chinese(text: &str) -> bool {
    text.chars().filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c)).count() >= SHORTEST_SENTENCE
}

/// Whether people read what the file says.
pub(crate) fn speaks(source: &Source) -> bool {
    let spoken =
        ["server", "workdays", "officedoc", "blob", "kit"].iter().any(|name| source.path.starts_with(&format!("crates/{name}/src/")));
    spoken && !source.is_test && !READ_NOT_SAID.iter().any(|read| source.path.starts_with(read))
}

/// A sentence as it is looked up: every place `{name}`, numbered where it has no name; escapes resolved.
fn looked_up(text: &str) -> String {
    let (mut out, mut rest, mut next) = (String::new(), text, 0);
    while let Some(at) = rest.find(['{', '\\']) {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let mut chars = after.chars();
        if chars.next() == Some('\\') {
            match chars.next() {
                Some('n') => out.push('\n'),
                Some('\n') => {
                    rest = chars.as_str().trim_start();
                    continue;
                }
                Some(other) => out.push(other),
                None => {}
            }
            rest = chars.as_str();
            continue;
        }
        let Some((place, end)) = chars.as_str().split_once('}') else { break };
        let name = place.split(':').next().unwrap_or_default();
        if name.is_empty() {
            out.push_str(&format!("{{{next}}}"));
            next += 1;
        } else {
            out.push_str(&format!("{{{name}}}"));
        }
        rest = end;
    }
    out + rest
}

/// Sentences that an English page would show in Chinese, and English that nobody says any more.
pub(crate) fn untranslated(said: &[&Source], english: &[(String, String)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut known = std::collections::BTreeMap::new();
    for (path, text) in english {
        match toml::from_str::<std::collections::BTreeMap<String, String>>(text) {
            Ok(file) => known.extend(file.into_keys().map(|sentence| (sentence, (path, false)))),
            Err(error) => findings.push(format!("{path}: {error}")),
        }
    }
    for source in said {
        // A single sign, “{n}项” for example, may have English, too.
        for (text, line) in source.texts() {
            match known.get_mut(&looked_up(text)) {
                Some((_, used)) => *used = true,
                None if is_chinese(text) => findings.push(format!("{}:{line}: “{}” has no English", source.path, looked_up(text))),
                None => {}
            }
        }
    }
    let stale = known.iter().filter(|(_, (_, used))| !used);
    findings.extend(stale.map(|(sentence, (path, _))| format!("{path}: “{sentence}” is what nobody says")));
    findings
}

/// English for names that no migration brings.
pub(crate) fn nameless(names: &[(String, String)], migrations: &[(String, String)]) -> Vec<Finding> {
    let read = |text: &str| toml::from_str::<std::collections::BTreeMap<String, String>>(text).unwrap_or_default();
    let all = names.iter().flat_map(|(path, text)| read(text).into_keys().map(move |name| (path, name)));
    let brought = |name: &str| migrations.iter().any(|(_, sql)| sql.contains(&format!("'{name}'")));
    all.filter(|(_, name)| !brought(name)).map(|(path, name)| format!("{path}: no migration brings “{name}”")).collect()
}

/// Sentences that are put together so that nobody can translate them.
pub(crate) fn unspoken(source: &Source) -> Vec<Finding> {
    let formats = source.words().filter(|(word, place)| *word == "format" && source.spells(*place, "format ! ("));
    formats
        .filter_map(|(_, place)| match source.tokens.get(place + 3)? {
            (Token::Text(text), line) if is_chinese(text) => {
                Some(format!("{}:{line}: “{text}” is made by format!; say! keeps its places", source.path))
            }
            _ => None,
        })
        .collect()
}
