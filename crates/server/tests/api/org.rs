//! Units, persons, posts.

use kit::{Day, uuid::Uuid};
use serde_json::{Value, json};
use shibicheng::org;
use testkit::TestApp;

async fn unit(app: &TestApp, key: &str) -> Value {
    let units = app.as_user("head_a").get("/units").await.assert(200);
    let id = app.unit(key).to_string();
    units["items"].as_array().unwrap().iter().find(|unit| unit["id"] == id).unwrap().clone()
}

async fn person(app: &TestApp, asker: &str, name: &str) -> Value {
    let found = app.as_user(asker).get(&format!("/persons?q={}", testkit::encoded(name))).await.assert(200);
    found["items"][0].clone()
}

/// Names in the order of the list.
fn names(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

/// Lays the rows of liaisons and charges down again, the last ones first.
async fn turn_over(app: &TestApp) {
    type Row = (Uuid, Uuid, Uuid, Day, Option<Day>);
    const TABLES: [[&str; 3]; 2] = [
        [
            "select id, unit_id, person_id, from_day, to_day from liaison order by id desc",
            "delete from liaison",
            "insert into liaison (id, unit_id, person_id, from_day, to_day) values ($1, $2, $3, $4, $5)",
        ],
        [
            "select id, unit_id, post_id, from_day, to_day from charge order by id desc",
            "delete from charge",
            "insert into charge (id, unit_id, post_id, from_day, to_day) values ($1, $2, $3, $4, $5)",
        ],
    ];
    let mut tx = app.app.db.begin().await.unwrap();
    for [select, delete, insert] in TABLES {
        let rows: db::Result<Vec<Row>> = db::run!(tx, |c| db::sqlx::query_as(select).fetch_all(c));
        db::execute!(tx, |c| db::sqlx::query(delete).execute(c)).unwrap();
        for (id, unit, whose, from, to) in rows.unwrap() {
            let row = db::execute!(tx, |c| db::sqlx::query(insert).bind(id).bind(unit).bind(whose).bind(from).bind(to).execute(c));
            assert_eq!(row.unwrap(), 1);
        }
    }
    tx.commit().await.unwrap();
}

/// The present post of this person began on this day.
async fn began(app: &TestApp, login: &str, day: &str) {
    let mut tx = app.app.db.begin().await.unwrap();
    let sql = "update tenure set from_day = $2 where person_id = $1 and to_day is null";
    db::execute!(tx, |c| db::sqlx::query(sql).bind(app.person(login)).bind(day).execute(c)).unwrap();
    tx.commit().await.unwrap();
}

testkit::both! {
    async fn the_tree_comes_depth_first_with_who_stands_for_each_unit(app) {
        let units = app.as_user("staff_a1").get("/units").await.assert(200);
        let lines: Vec<_> = units["items"].as_array().unwrap().iter()
            .map(|unit| format!("{}{}", "-".repeat(unit["depth"].as_u64().unwrap() as usize), unit["short_name"].as_str().unwrap())).collect();
        assert_eq!(lines, ["管委会", "-运营中心", "-经发局", "--规划科", "--投资科", "-住建局", "-环境局", "-社会局"]);
        let bureau = unit(app, "bureau_a").await;
        assert_eq!(bureau["head"]["name"], "郑经发");
        assert_eq!(bureau["liaisons"][0]["name"], "冯联");
        assert_eq!(bureau["person_count"], 4);
    }

    async fn units_are_made_and_changed_by_administrators_only(app) {
        let root = app.unit("root");
        let input = json!({ "name": "招商局", "short_name": "招商", "kind": "bureau", "parent_id": root, "aliases": ["招商引资局"] });
        app.as_user("centre1").post("/units", &input).await.refused(403, "forbidden");
        let made = app.as_user("admin").post("/units", &input).await.assert(201);
        assert_eq!((&made["depth"], &made["aliases"], &made["version"]), (&json!(1), &json!(["招商引资局"]), &json!(1)));
        assert!(app.as_user("admin").post("/units", &input).await.refused_field("name").contains("招商局"));
        let path = format!("/units/{}", made["id"].as_str().unwrap());
        let changed = app.as_user("admin").patch(&path, &json!({ "version": 1, "short_name": "招商局", "aliases": [] })).await.assert(200);
        assert_eq!((&changed["short_name"], &changed["aliases"], &changed["version"]), (&json!("招商局"), &json!([]), &json!(2)));
        app.as_user("admin").patch("/units/0196c000-0000-7000-8000-000000000000", &json!({ "version": 1 })).await.refused(404, "not_found");
        app.as_user("admin").patch("/units/x", &json!({ "version": 1 })).await.refused(404, "not_found");
    }

    async fn the_second_of_two_changes_sees_the_first(app) {
        let path = format!("/units/{}", app.unit("bureau_b"));
        app.as_user("admin").patch(&path, &json!({ "version": 1, "short_name": "建设局" })).await.assert(200);
        let problem = app.as_user("admin").patch(&path, &json!({ "version": 1, "short_name": "住建" })).await.refused(409, "stale_version");
        assert_eq!(problem["current"]["short_name"], "建设局");
        assert_eq!(problem["current"]["version"], 2);
    }

    async fn a_unit_names_what_is_wrong_with_it_all_at_once(app) {
        let input = json!({ "name": "", "short_name": "很".repeat(30), "parent_id": "0196c000-0000-7000-8000-000000000000" });
        let reply = app.as_user("admin").post("/units", &input).await;
        for field in ["name", "short_name", "parent_id"] {
            reply.refused_field(field);
        }
        app.as_user("admin").post("/units", &json!({ "name": "x", "nmae": 1 })).await.refused(422, "invalid");
        app.as_user("admin").post("/units", &json!({ "name": 5 })).await.refused_field("name");
    }

    async fn liaisons_change_from_today(app) {
        let path = format!("/units/{}/liaisons", app.unit("bureau_b"));
        let twice = json!({ "person_ids": [app.person("staff_b1"), app.person("staff_b1")] });
        app.as_user("admin").put(&path, &twice).await.refused_field("person_ids");
        let body = json!({ "person_ids": [app.person("staff_b1")] });
        app.as_user("head_b").put(&path, &body).await.refused(403, "forbidden");
        let unit = app.as_user("admin").put(&path, &body).await.assert(200);
        assert_eq!(unit["liaisons"], json!([{ "id": app.person("staff_b1"), "name": "秦一" }]));
        let me = app.as_user("staff_b1").get("/me").await.assert(200);
        assert_eq!(me["roles"], json!(["liaison", "handler"]));
        assert_eq!(app.as_user("liaison_b").get("/me").await.assert(200)["roles"], json!(["handler"]));
        app.as_user("admin").put(&path, &json!({ "person_ids": [app.unit("root")] })).await.refused_field("person_ids");
    }

    async fn liaisons_and_charges_stand_in_the_order_in_which_they_were_named(app) {
        let admin = app.as_user("admin");
        let five = ["staff_b2", "liaison_b", "staff_a1", "head_b", "staff_b1"];
        let named: Vec<_> = five.iter().map(|login| app.person(login)).collect();
        let path = format!("/units/{}/liaisons", app.unit("bureau_b"));
        let given = names(&admin.put(&path, &json!({ "person_ids": named })).await.assert(200)["liaisons"]);
        assert_eq!(given, ["尤二", "朱联", "陈一", "杨建设", "秦一"]);
        let units = ["bureau_d", "section_a2", "bureau_a", "bureau_c"].map(|key| app.unit(key));
        let deputy = json!({ "version": 1, "charge_unit_ids": units });
        let deputy = admin.patch(&format!("/persons/{}", app.person("deputy")), &deputy).await.assert(200);
        assert_eq!(names(&deputy["charges"]), ["社会事务局", "投资科", "经济发展局", "生态环境局"]);
        for key in ["bureau_d", "section_a2", "bureau_a"] {
            admin.put(&format!("/units/{}/liaisons", app.unit(key)), &json!({ "person_ids": [app.person("staff_a2")] })).await.assert(200);
        }

        // A database promises nothing about where its rows lie.
        turn_over(app).await;
        assert_eq!(names(&unit(app, "bureau_b").await["liaisons"]), given);
        assert_eq!(person(app, "admin", "李副主任").await["charges"], deputy["charges"]);
        assert_eq!(names(&person(app, "admin", "褚二").await["liaison_of"]), ["社会事务局", "投资科", "经济发展局"]);
        let mut tx = app.app.db.read().await.unwrap();
        assert_eq!(org::heads_and_liaisons(&mut tx, app.unit("bureau_b"), app.clock.today()).await.unwrap(), named);
    }

    async fn of_two_heads_the_one_who_was_appointed_first_is_the_units_head(app) {
        let second = json!({ "version": 1, "post_name": "局长", "post_kind": "head" });
        app.as_user("admin").patch(&format!("/persons/{}", app.person("staff_b1")), &second).await.assert(200);
        assert_eq!(unit(app, "bureau_b").await["head"]["name"], "杨建设");
        // Written down later, but in office since before.
        began(app, "head_b", "2026-02-01").await;
        began(app, "staff_b1", "2026-01-01").await;
        assert_eq!(unit(app, "bureau_b").await["head"]["name"], "秦一");
        let mut tx = app.app.db.read().await.unwrap();
        let (bureau, today) = (app.unit("bureau_b"), app.clock.today());
        let heads = org::role_holders_above(&mut tx, bureau, org::PostKind::Head, today).await.unwrap();
        assert_eq!(heads, ["staff_b1", "head_b"].map(|login| app.person(login)));
        let heads = org::holders(&mut tx, bureau, org::PostKind::Head, today).await.unwrap();
        assert_eq!(heads.iter().map(|head| head.name.as_str()).collect::<Vec<_>>(), ["秦一", "杨建设"]);
    }

    async fn whoever_has_two_posts_belongs_to_the_unit_of_the_first(app) {
        let (here, there) = (app.person("staff_c1"), app.person("staff_d1"));
        let mut tx = app.app.db.begin().await.unwrap();
        let id = app.app.rng.uuid(app.clock.now());
        let sql = "insert into tenure (id, post_id, person_id, from_day) select $1, post_id, $2, '2024-06-01' from tenure where person_id = $3";
        db::execute!(tx, |c| db::sqlx::query(sql).bind(id).bind(here).bind(there).execute(c)).unwrap();
        tx.commit().await.unwrap();
        assert_eq!(app.as_user("staff_c1").get("/me").await.assert(200)["unit"]["short_name"], "社会局");
    }

    async fn people_of_a_unit_and_below_come_heads_first(app) {
        let path = format!("/units/{}/people", app.unit("bureau_a"));
        let people = app.as_user("head_a").get(&path).await.assert(200);
        let people = people["items"].as_array().unwrap();
        assert_eq!(people.len(), 8);
        assert_eq!(people[0]["name"], "郑经发");
        let liaison = people.iter().find(|person| person["name"] == "冯联").unwrap();
        assert_eq!((&liaison["is_liaison"], &liaison["post_kind"], &liaison["post_name"]), (&json!(true), &json!("staff"), &json!("科员")));
        app.as_user("head_a").get(&format!("/units/{}/people", app.person("head_a"))).await.refused(404, "not_found");
    }

    async fn telephone_numbers_are_whole_for_few(app) {
        for (asker, phone) in [("admin", "13800000014"), ("centre2", "13800000014"), ("leader", "13800000014"), ("head_a", "138****0014"), ("head_b", "13800000014")] {
            assert_eq!(person(app, asker, "杨建设").await["phone"], phone, "{asker}");
        }
    }

    async fn persons_are_found_by_name_login_and_unit_page_by_page(app) {
        let admin = app.as_user("admin");
        let found = admin.get("/persons?q=liaison_").await.assert(200);
        assert_eq!(found["items"].as_array().unwrap().len(), 4);
        let found = admin.get(&format!("/persons?unit_id={}", app.unit("bureau_a"))).await.assert(200);
        assert_eq!(found["items"].as_array().unwrap().len(), 8);
        let (mut names, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = admin.get(&format!("/persons?limit=7{cursor}")).await.assert(200);
            names.extend(page["items"].as_array().unwrap().iter().map(|person| person["name"].as_str().unwrap().to_owned()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(names.len(), 25);
        names.dedup();
        assert_eq!(names.len(), 25);
        admin.get("/persons?limit=0").await.refused_field("limit");
        admin.get("/persons?cursor=zz").await.refused_field("cursor");
        admin.get(&format!("/persons?q={}", "x".repeat(61))).await.refused_field("q");
        admin.get("/persons?q=%07").await.refused_field("q");
        // What is typed is a text, not a pattern.
        assert_eq!(admin.get("/persons?q=%25").await.assert(200)["items"], json!([]));
    }

    async fn a_new_person_signs_in_with_the_initial_password(app) {
        let input = json!({
            "name": "田新", "login": "tianxin", "phone": "13911112222", "unit_id": app.unit("bureau_c"),
            "post_name": "副局长", "post_kind": "deputy", "charge_unit_ids": [app.unit("bureau_d")]
        });
        app.as_user("head_c").post("/persons", &input).await.refused(403, "forbidden");
        let made = app.as_user("admin").post("/persons", &input).await.assert(201);
        assert_eq!((&made["name"], &made["login"], &made["phone"]), (&json!("田新"), &json!("tianxin"), &json!("13911112222")));
        assert_eq!(made["roles"], json!(["head"]));
        assert_eq!(made["tenures"][0]["unit"]["short_name"], "环境局");
        assert_eq!(made["charges"][0]["short_name"], "社会局");
        let body = json!({ "login": "tianxin", "password": made["initial_password"] });
        assert_eq!(app.anonymous().post("/session", &body).await.assert(200)["must_change_password"], true);
        let again = json!({ "name": "田新二", "login": "tianxin", "unit_id": app.unit("bureau_c"), "post_name": "科员", "post_kind": "staff" });
        assert!(app.as_user("admin").post("/persons", &again).await.refused_field("login").contains("tianxin"));
        assert_eq!(person(app, "admin", "田新二").await, Value::Null, "nothing of it stays");
    }

    async fn a_persons_input_is_checked(app) {
        let input = |change: Value| {
            let mut input = json!({ "name": "田新", "login": "tianxin", "unit_id": app.unit("bureau_c"), "post_name": "科员", "post_kind": "staff" });
            input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            input
        };
        let admin = app.as_user("admin");
        for (change, field) in [
            (json!({ "name": " " }), "name"),
            (json!({ "login": "a" }), "login"),
            (json!({ "login": "有 空格" }), "login"),
            (json!({ "phone": "电话" }), "phone"),
            (json!({ "unit_id": app.person("head_a") }), "unit_id"),
            (json!({ "post_name": "" }), "post_name"),
            (json!({ "charge_unit_ids": [app.person("head_a")] }), "charge_unit_ids"),
        ] {
            admin.post("/persons", &input(change)).await.refused_field(field);
        }
        admin.post("/persons", &json!({})).await.refused_field("post_kind");
    }

    async fn a_person_who_moves_has_the_new_post_from_today(app) {
        let path = format!("/persons/{}", app.person("staff_b1"));
        let moved = json!({ "version": 1, "unit_id": app.unit("bureau_c"), "post_name": "局长助理", "post_kind": "deputy" });
        let moved = app.as_user("admin").patch(&path, &moved).await.assert(200);
        assert_eq!(moved["tenures"].as_array().unwrap().len(), 1);
        assert_eq!((&moved["tenures"][0]["post_name"], &moved["tenures"][0]["from"]), (&json!("局长助理"), &json!("2026-02-06")));
        assert_eq!(moved["roles"], json!(["head"]));
        // Once more on the same day: the first move lasted no day.
        let back = json!({ "version": 2, "unit_id": app.unit("bureau_b"), "post_name": "科员", "post_kind": "staff" });
        let back = app.as_user("admin").patch(&path, &back).await.assert(200);
        assert_eq!(back["tenures"].as_array().unwrap().len(), 1);
        assert_eq!(back["tenures"][0]["unit"]["short_name"], "住建局");
        let stale = app.as_user("admin").patch(&path, &json!({ "version": 1, "name": "秦改" })).await.refused(409, "stale_version");
        assert_eq!(stale["current"]["version"], 3);
    }

    async fn a_login_changes_and_stays_unique(app) {
        let path = format!("/persons/{}", app.person("staff_b1"));
        let renamed = app.as_user("admin").patch(&path, &json!({ "version": 1, "login": "qinyi" })).await.assert(200);
        assert_eq!(renamed["login"], "qinyi");
        app.as_user("qinyi").get("/me").await.assert(200);
        app.as_user("admin").patch(&path, &json!({ "version": 2, "login": "head_a" })).await.refused_field("login");
    }

    async fn a_post_ends_on_its_last_day(app) {
        let before = person(app, "admin", "秦一").await;
        let path = format!("/tenures/{}/end", before["tenures"][0]["id"].as_str().unwrap());
        app.as_user("head_b").post(&path, &json!({})).await.refused(403, "forbidden");
        let today = app.as_user("admin").post(&path, &json!({})).await.assert(200);
        assert_eq!(today["tenures"][0]["to"], "2026-02-06");
        let tomorrow: Day = "2026-02-07".parse().unwrap();
        app.clock.set(tomorrow.start());
        assert_eq!(person(app, "admin", "秦一").await["tenures"], json!([]));
        app.as_user("admin").post(&path, &json!({})).await.refused(404, "not_found");
    }

    async fn what_was_held_for_a_day_stays_in_the_history(app) {
        let admin = app.as_user("admin");
        let before = person(app, "admin", "秦一").await;
        let path = format!("/tenures/{}/end", before["tenures"][0]["id"].as_str().unwrap());
        // Since 2025-01-01.
        let said = admin.post(&path, &json!({ "last_day": "2024-12-31" })).await.refused_field("last_day");
        assert!(said.contains("2025-01-01"), "{said}");
        assert_eq!(person(app, "admin", "秦一").await["tenures"], before["tenures"]);
        admin.post(&path, &json!({ "last_day": "2025-01-01" })).await.assert(200);
        admin.post(&path, &json!({ "last_day": "2025-01-02" })).await.refused(404, "not_found");

        // A post that begins today has not been held yet: it may end before.
        let moved = json!({ "version": 1, "unit_id": app.unit("bureau_c"), "post_name": "局长助理", "post_kind": "deputy" });
        let moved = admin.patch(&format!("/persons/{}", app.person("staff_b2")), &moved).await.assert(200);
        let path = format!("/tenures/{}/end", moved["tenures"][0]["id"].as_str().unwrap());
        assert_eq!(admin.post(&path, &json!({ "last_day": "2026-02-05" })).await.assert(200)["tenures"], json!([]));
        admin.post(&path, &json!({})).await.refused(404, "not_found");
    }

    async fn whoever_has_left_works_nowhere(app) {
        let (staff, bureau) = (app.person("staff_b1"), app.unit("bureau_b"));
        let works = async || {
            let mut tx = app.app.db.read().await.unwrap();
            org::works_in(&mut tx, staff, bureau, app.clock.today()).await.unwrap()
        };
        assert!(works().await);
        app.as_user("admin").patch(&format!("/persons/{staff}"), &json!({ "version": 1, "active": false })).await.assert(200);
        assert!(!works().await);
    }

    async fn a_unit_that_is_gone_is_named_but_no_longer_active(app) {
        let units = [app.unit("bureau_c"), app.unit("bureau_d")];
        app.as_user("admin").patch(&format!("/units/{}", units[0]), &json!({ "version": 1, "active": false })).await.assert(200);
        let mut tx = app.app.db.read().await.unwrap();
        assert_eq!(org::unit_refs(&mut tx, units).await.unwrap().len(), 2);
        let active = org::active_units(&mut tx, units).await.unwrap();
        assert_eq!(active.iter().map(|unit| unit.short_name.as_str()).collect::<Vec<_>>(), ["社会局"]);
        assert_eq!(org::active_units(&mut tx, []).await.unwrap(), []);
    }

    async fn the_last_administrator_stays(app) {
        let path = format!("/persons/{}", app.person("admin"));
        let admin = app.as_user("admin");
        admin.patch(&path, &json!({ "version": 1, "administrator": false })).await.refused(409, "last_administrator");
        admin.patch(&path, &json!({ "version": 1, "active": false })).await.refused(409, "last_administrator");
        admin.patch(&format!("/persons/{}", app.person("staff_b1")), &json!({ "version": 1, "administrator": true })).await.assert(200);
        admin.patch(&path, &json!({ "version": 1, "administrator": false })).await.assert(200);
        admin.get("/units").await.assert(200);
        admin.post("/units", &json!({ "name": "x" })).await.refused(403, "forbidden");
    }

    async fn who_has_left_is_listed_only_when_asked_for(app) {
        app.as_user("admin").patch(&format!("/persons/{}", app.person("staff_b1")), &json!({ "version": 1, "active": false })).await.assert(200);
        assert_eq!(person(app, "admin", "秦一").await, Value::Null);
        let found = app.as_user("admin").get(&format!("/persons?former=true&q={}", testkit::encoded("秦一"))).await.assert(200);
        assert_eq!(found["items"][0]["active"], false);
    }

    async fn every_change_of_the_organisation_stands_in_the_ledger(app) {
        app.as_user("admin").post("/units", &json!({ "name": "招商局", "parent_id": app.unit("root") })).await.assert(201);
        let mut tx = app.app.db.read().await.unwrap();
        let events = shibicheng::audit::whole_stream(&mut tx, shibicheng::audit::ORGANISATION).await.unwrap();
        let last = events.last().unwrap();
        assert_eq!((last.action.as_str(), last.words.zh().as_str()), ("unit_added", "新增单位“招商局”"));
        assert_eq!(last.actor_id, Some(app.person("admin").0));
        assert_eq!(shibicheng::audit::verify(&events), None);
    }
}
