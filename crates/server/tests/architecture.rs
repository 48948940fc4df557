//! The plan of the house, held by a test: who may know whom, how long a file may be, where SQL stands, which routes are
//! open, which words stay out of leaf crates. `docs/architecture.md` says why.
//!
//! Every rule comes with a sample that breaks it, so that none can pass by looking at nothing.

#[path = "architecture/counted.rs"]
mod counted;
#[path = "architecture/rules.rs"]
mod rules;
#[path = "architecture/source.rs"]
mod source;

use std::path::{Path, PathBuf};

use rules::Finding;
use source::Source;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every file of Rust in the workspace's crates.
fn crates() -> Vec<Source> {
    let sources: Vec<_> = source::files(&workspace(), "crates", ".rs").iter().map(|(path, text)| Source::new(path, text)).collect();
    assert!(sources.len() > 100, "only {} files were found", sources.len());
    sources
}

fn product(sources: &[Source]) -> impl Iterator<Item = &Source> {
    sources.iter().filter(|source| source.path.starts_with("crates/server/src/") && !source.is_test)
}

#[track_caller]
fn holds(findings: impl IntoIterator<Item = Finding>) {
    let findings: Vec<_> = findings.into_iter().collect();
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

#[test]
fn arrows_point_down() {
    let sources = crates();
    assert!(product(&sources).count() > 80, "the product's files were not found");
    holds(product(&sources).flat_map(rules::arrows));
    // The arrows that are there are seen.
    let seen: Vec<_> = product(&sources).flat_map(rules::known).collect();
    for (from, to) in [("supervision", "tasks"), ("operations", "supervision"), ("tasks", "org"), ("access", "org"), ("files", "http")] {
        assert!(seen.contains(&(from.to_owned(), to.to_owned())), "{from} → {to} was not seen");
    }
}

#[test]
fn exceptions_are_still_needed() {
    holds(rules::stale_exceptions(&crates()));
}

#[test]
fn rooms_are_entered_through_their_door() {
    let sources = crates();
    holds(product(&sources).flat_map(|source| rules::doors(source, &sources)));
}

#[test]
fn files_are_short() {
    let pages = source::files(&workspace(), "web/src", ".vue");
    assert!(pages.len() > 30, "only {} pages were found", pages.len());
    let pages = pages.iter().map(|(path, text)| Source::new(path, text));
    holds(crates().into_iter().chain(pages).flat_map(|source| rules::length(&source)));
}

#[test]
fn dialects_stay_in_their_crate() {
    holds(crates().iter().filter(|source| !source.is_test).flat_map(rules::dialects));
}

#[test]
fn sql_stands_in_stores() {
    let sources = crates();
    let all = sources.iter().filter(|source| !source.is_test && !source.path.starts_with("crates/testkit/"));
    holds(all.flat_map(rules::sql));
}

#[test]
fn sql_is_understood_by_both_databases() {
    let sources = crates();
    let migrations = source::files(&workspace(), "crates/server/migrations", ".sql");
    assert!(!migrations.is_empty(), "the migrations were not found");
    let stores = sources.iter().filter(|source| !source.is_test && !source.path.starts_with("crates/db/"));
    let migrations = migrations.iter().flat_map(|(path, text)| rules::portable_migration(path, text));
    holds(stores.flat_map(rules::portable).chain(migrations));
}

#[test]
fn only_signing_in_and_out_and_what_gateways_call_is_open() {
    holds(product(&crates()).flat_map(rules::open_routes));
}

#[test]
fn each_schema_of_the_api_has_a_name_of_its_own() {
    let sources: Vec<Source> = crates().into_iter().filter(|source| !source.is_test).collect();
    holds(rules::schema_names(&sources));
}

#[test]
fn every_sentence_for_people_is_said_in_english_too() {
    let sources = crates();
    let said: Vec<&Source> = sources.iter().filter(|source| rules::speaks(source)).collect();
    assert!(said.len() > 60, "only {} files that speak were found", said.len());
    let english = source::files(&workspace(), "crates/server/locales/en", ".toml");
    let (names, english): (Vec<_>, Vec<_>) = english.into_iter().partition(|(path, _)| path.ends_with("/names.toml"));
    holds(rules::untranslated(&said, &english));
    let migrations = source::files(&workspace(), "crates/server/migrations", ".sql");
    assert_eq!(names.len(), 1);
    holds(rules::nameless(&names, &migrations));
    holds(said.iter().flat_map(|source| rules::unspoken(source)));
}

/// What the statement of the burden says the system does not do.
#[test]
fn nothing_counts_log_ins_or_time_online_or_ranks_people() {
    let migrations = source::files(&workspace(), "crates/server/migrations", ".sql");
    let tables: std::collections::BTreeSet<String> = migrations.iter().flat_map(|(_, text)| counted::names_of_migration(text)).collect();
    assert!(["session", "person_id", "report_due"].iter().all(|name| tables.contains(*name)), "the tables were not found");
    let document = std::fs::read_to_string(workspace().join("docs/api/openapi.json")).unwrap();
    let api = counted::names_of_api(&serde_json::from_str(&document).unwrap());
    assert!(["tasks", "due_day", "TaskRow", "person_id"].iter().all(|name| api.contains(*name)), "the API was not found");
    let wrong = |names: &std::collections::BTreeSet<String>, where_: &str| {
        let found = names.iter().filter(|name| counted::is_forbidden(name));
        found.map(|name| format!("{where_}: `{name}` counts what nobody may count")).collect::<Vec<_>>()
    };
    holds(wrong(&tables, "migrations").into_iter().chain(wrong(&api, "openapi.json")));
}

#[test]
fn leaf_crates_know_no_business() {
    let sources = crates();
    let leaves: Vec<_> =
        sources.iter().filter(|source| rules::LEAVES.iter().any(|leaf| source.path.starts_with(&format!("crates/{leaf}/src/")))).collect();
    assert!(leaves.len() > 30, "only {} files of leaf crates were found", leaves.len());
    holds(leaves.into_iter().flat_map(rules::leaf_words));
}

#[test]
fn nothing_is_unfinished_or_of_one_machine() {
    holds(crates().iter().flat_map(rules::words));
}

/// The rules against samples: each finds what breaks it and lets pass what does not.
mod samples {
    use super::{rules, source::Source};

    fn at(path: &str, text: &str) -> Source {
        Source::new(&format!("crates/server/src/{path}"), text)
    }

    #[track_caller]
    fn found(findings: &[String], words: &[&str]) {
        assert_eq!(findings.len(), words.len(), "{findings:?}");
        for (finding, word) in findings.iter().zip(words) {
            assert!(finding.contains(word), "{finding:?} does not say {word:?}");
        }
    }

    #[test]
    fn an_arrow_upward_is_found_however_it_is_written() {
        for text in [
            "use crate::supervision;",
            "use crate::{\n app::App,\n supervision::{Urge, urge as press},\n};",
            "fn f() { crate::supervision::tell(); }",
            "use super::super::supervision::tell;",
            "mod deeper { use super::super::super::supervision; }",
            "use crate::{self as root, tasks::{self, Case}, supervision};",
        ] {
            let findings = rules::arrows(&at("tasks/sign.rs", text));
            assert!(
                !findings.is_empty() && findings.iter().all(|f| f.contains("`tasks` may not know `supervision`")),
                "{text}: {findings:?}"
            );
        }
        found(&rules::arrows(&at("org/mod.rs", "use super::tasks;")), &["`org` may not know `tasks`"]);
        found(&rules::arrows(&at("http/web.rs", "use crate::org;")), &["`http` may not know `org`"]);
        found(&rules::arrows(&at("tasks/x.rs", "use crate::demo;")), &["which puts rooms together"]);
        found(&rules::arrows(&at("tasks/x.rs", "use crate::elsewhere::X;")), &["no room of the plan"]);
        found(&rules::arrows(&at("elsewhere/mod.rs", "")), &["has no place in the plan"]);
    }

    #[test]
    fn arrows_that_point_down_or_sideways_pass() {
        for (path, text) in [
            ("supervision/urge.rs", "use crate::{access::Role, app::{Ctx, Outcome}, tasks::{self, Case}};"),
            ("org/people.rs", "use crate::access::roles_of;"),
            ("tasks/http/life.rs", "use super::explain; use super::super::view; use crate::tasks::case::Case;"),
            ("tasks/x.rs", "// crate::supervision\nconst X: &str = \"crate::supervision\"; /* crate::supervision */"),
            ("tasks/x.rs", "#[cfg(test)] mod tests { use crate::supervision; }"),
            ("tasks/x.rs", "use crate::guarded; pub(crate) fn f<'a>(c: char) -> bool { c == '\"' || c == '\\'' }"),
            ("app/wiring.rs", "use crate::{demo, operations, tasks};"),
            ("cli/serve.rs", "use crate::{demo, operations};"),
        ] {
            found(&rules::arrows(&at(path, text)), &[]);
        }
    }

    #[test]
    fn an_exception_nobody_needs_is_found() {
        assert!(rules::stale_exceptions(&[]).iter().any(|finding| finding.contains("app/context.rs no longer knows `access`")));
        let used = rules::stale_exceptions(&[at("app/context.rs", "use crate::access::Principal;")]);
        assert!(!used.iter().any(|finding| finding.contains("app/context.rs")), "{used:?}");
    }

    #[test]
    fn a_back_door_is_found() {
        let rooms = [at("tasks/store/list.rs", ""), at("tasks/sign.rs", ""), at("tasks/mod.rs", "")];
        let through = |text| rules::doors(&at("supervision/urge.rs", text), &rooms);
        found(&through("use crate::tasks::store::find;"), &["`tasks::store` is inside `tasks`"]);
        found(&through("use crate::{tasks::{Case, sign::{begin, end}}};"), &["`tasks::sign`", "`tasks::sign`"]);
        // A function may be called as its module is.
        found(&through("use crate::tasks::{self, sign}; fn f() { crate::tasks::sign(); tasks::Case::look(); }"), &[]);
        found(&rules::doors(&at("tasks/report.rs", "use crate::tasks::store::find;"), &rooms), &[]);
        found(&rules::doors(&at("tasks/mod.rs", "mod a; pub mod b; pub(crate) mod c;"), &rooms), &["private", "private"]);
    }

    #[test]
    fn a_long_file_is_found() {
        let lines = |n: usize| "fn f() {}\n".repeat(n);
        found(&rules::length(&at("tasks/x.rs", &lines(601))), &["601 lines"]);
        found(&rules::length(&at("tasks/x.rs", &lines(600))), &[]);
        let tested = format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n", lines(590), lines(300));
        found(&rules::length(&at("tasks/x.rs", &tested)), &[]);
        let tested = format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n{}", lines(590), lines(300), lines(20));
        found(&rules::length(&at("tasks/x.rs", &tested)), &["610 lines"]);
        found(&rules::length(&Source::new("web/src/A.vue", &lines(301))), &["301 lines"]);
        found(&rules::length(&Source::new("web/src/A.vue", &lines(300))), &[]);
    }

    #[test]
    fn a_dialect_is_found() {
        for text in [
            "use db::ConnRef;",
            "use sqlx::{FromRow, postgres::PgRow};",
            "fn f(db: &Db) { match db.kind() { db::Kind::Sqlite => 1, _ => 2 }; }",
            "use sqlx::Postgres;",
            "fn f() { QueryBuilder::new(text); }",
        ] {
            assert!(!rules::dialects(&at("tasks/store.rs", text)).is_empty(), "{text}");
        }
        found(&rules::dialects(&at("tasks/store.rs", "use sqlx::FromRow; use db::{Db, run}; mod postgres; // Kind::Sqlite")), &[]);
        found(&rules::dialects(&Source::new("crates/db/src/pool.rs", "use sqlx::PgPool;")), &[]);
    }

    #[test]
    fn sql_outside_a_store_is_found() {
        let text = "async fn f(tx: &mut Tx) { run!(tx, |c| sqlx::query_as(\"select 1\").fetch_all(c)).await }";
        found(&rules::sql(&at("tasks/sign.rs", text)), &["store", "store"]);
        found(&rules::sql(&at("tasks/sign.rs", "let sql = Sql::new(\"select\");")), &["store"]);
        found(&rules::sql(&at("tasks/store/list.rs", text)), &[]);
        found(&rules::sql(&at("tasks/store.rs", text)), &[]);
        found(&rules::sql(&at("tasks/http.rs", "async fn f(query: Q) { location.query(x); runner.run(y); }")), &[]);
    }

    #[test]
    fn sql_of_one_database_is_found() {
        for text in ["select now()", "where a ILIKE $1", "id = any($1)", "select a->>'b'", "create table a (b integer)", "pg_notify(1)"] {
            assert!(!rules::portable(&at("tasks/store.rs", &format!("const A: &str = \"{text}\";"))).is_empty(), "{text}");
            assert!(!rules::portable_migration("a.sql", text).is_empty(), "{text}");
        }
        found(&rules::portable(&at("tasks/store.rs", "const A: &str = \"select serialised from a where b in (1)\";")), &[]);
        found(&rules::portable(&at("tasks/sign.rs", "const A: &str = \"now()\";")), &[]);
        found(&rules::portable_migration("a.sql", "a bigint -- no integer"), &[]);
    }

    #[test]
    fn a_sentence_without_english_is_found() {
        let texts = |rust: &str, english: &str| {
            let english = vec![("en/tasks.toml".to_owned(), english.to_owned())];
            rules::untranslated(&[&at("tasks/sign.rs", rust)], &english)
        };
        let known = "# kept\n\"{0}签收，共{n}项\" = \"{0} signed {n}\"\n";
        found(&texts("fn f() { say!(\"{}签收，共{n:02}项\", name) }", known), &[]);
        found(&texts("fn f() { say!(\"{name}签收\") }", known), &["{name}签收", "nobody says"]);
        // One sign between names may have English, and need not.
        found(&texts("fn f() { say!(\"{n}项\") }", "\"{n}项\" = \"{n} items\"\n"), &[]);
        found(&texts("fn f() { say!(\"{n}项\") }", ""), &[]);
        found(&rules::unspoken(&at("tasks/sign.rs", "fn f() { format!(\"{name}签收\") }")), &["say!"]);
        found(&rules::unspoken(&at("tasks/sign.rs", "fn f() { format!(\"{name}\") }")), &[]);
    }

    #[test]
    fn an_open_route_is_found() {
        let open = "fn routes() { OpenApiRouter::new().routes(utoipa_axum::routes!(list)) }";
        found(&rules::open_routes(&at("tasks/http.rs", open)), &["`list` is open", "use guarded!"]);
        let renamed = "use utoipa_axum::{router::OpenApiRouter, routes as easy}; fn r() { x.routes(easy!(list)) }";
        found(&rules::open_routes(&at("tasks/http.rs", renamed)), &["use guarded!"]);
        found(&rules::open_routes(&at("access/http.rs", "fn r() { x.routes(open_routes!(me)) }")), &["`me` is open"]);
        found(&rules::open_routes(&at("access/http.rs", "fn r() { x.routes(open_routes!(sign_in)) }")), &[]);
        found(&rules::open_routes(&at("tasks/http.rs", "fn r() { x.routes(open_routes!(sign_in)) }")), &["open"]);
        found(&rules::open_routes(&at("tasks/http.rs", "fn r() { x.routes(guarded!(list, create)) }")), &[]);
        found(&rules::open_routes(&at("tasks/http.rs", "fn r() { x.route(\"/tasks\", get(list)) }")), &["beside the API"]);
        found(&rules::open_routes(&at("app/wiring.rs", "fn r() { x.route(\"/healthz\", get(healthz)) }")), &[]);
        found(&rules::open_routes(&at("app/wiring.rs", "fn r() { x.route(\"/debug\", get(dump)) }")), &["beside the API"]);
    }

    #[test]
    fn two_schemas_of_one_name_are_found() {
        let one =
            at("a/http.rs", "#[derive(Debug, Serialize, ToSchema)]\n#[serde(deny)]\npub(super) struct Row { x: ToSchema }\nstruct Other;");
        let other = at("b/http.rs", "use utoipa::ToSchema;\n#[derive(ToSchema)]\nenum Row { A }\n#[derive(Debug)]\nstruct Other;");
        let words = at("c/model.rs", "text_enum! {\n    /// What.\n    Kind { A = \"a\", \"甲\"; }\n}\n#[derive(ToSchema)]\nstruct Kind;");
        found(&rules::schema_names(&[one.clone(), other]), &["`Row`"]);
        found(&rules::schema_names(&[one, words]), &["`Kind`"]);
    }

    #[test]
    fn a_business_word_in_a_leaf_is_found() {
        let leaf = |text| rules::leaf_words(&Source::new("crates/kit/src/ids.rs", text));
        found(&leaf("struct TaskId; fn lamps() {} let unit_id = 1;"), &["`task`", "`lamp`", "`unit`"]);
        found(&leaf("use crate::task::X;"), &["`task`"]);
        found(&leaf("enum Unit { Day } let unit = Unit::Day; MAX_CELL_UNITS; tokio::task::spawn_blocking(f); multitasking();"), &[]);
        found(&leaf("tokio::task_local! { static CURRENT: String; }"), &[]);
    }

    #[test]
    fn what_counts_log_ins_or_ranks_people_is_found() {
        let bad = ["login_count", "last_login_at", "online_minutes", "clicks", "check_ins", "points", "person_rank", "ranking", "visits"];
        for name in bad {
            assert!(super::counted::is_forbidden(name), "{name}");
        }
        for name in ["login", "importance_rank", "seen_at", "report_due", "pages", "checked", "sign_within"] {
            assert!(!super::counted::is_forbidden(name), "{name}");
        }
        let names = super::counted::names_of_migration("create table person_login_day (n bigint); -- clicks");
        assert!(names.contains("person_login_day") && !names.contains("clicks"));
        let document = serde_json::json!({ "paths": { "/people/{id}/ranking": {} }, "components": { "schemas": { "X": { "properties": { "clicks": {} } } } } });
        let names = super::counted::names_of_api(&document);
        assert!(["ranking", "clicks", "X"].iter().all(|name| names.contains(*name)), "{names:?}");
    }

    #[test]
    fn what_is_unfinished_or_of_one_machine_is_found() {
        let mark = concat!("// TO", "DO: later");
        found(&rules::words(&at("tasks/x.rs", mark)), &[concat!("TO", "DO")]);
        found(&rules::words(&at("tasks/x.rs", concat!("fn f() { to", "do!() }"))), &["!"]);
        found(&rules::words(&at("tasks/x.rs", concat!("const A: &str = \"/ro", "ot/a\";"))), &["/"]);
        found(&rules::words(&at("tasks/todo.rs", "mod todo; fn todo() {} // the to-do list, METODOS")), &[]);
    }
}
