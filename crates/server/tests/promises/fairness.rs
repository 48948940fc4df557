//! Rules that somebody might try to get around, or that would be unjust if they were not kept.

use serde_json::{Value, json};
use testkit::both;

use crate::kit::*;

fn lead(app: &testkit::TestApp, unit: &str) -> Value {
    json!([{ "unit_id": app.unit(unit), "role": "lead" }])
}

both! {
    async fn what_waits_for_approval_is_what_goes_out(app) {
        let centre = app.as_user("centre1");
        let root = centre.post("/tasks", &json!({ "title": "整改", "source_kind": "rectification" })).await.assert(201);
        let children = json!([
            { "title": "甲", "weight": 50, "parties": lead(app, "bureau_a") }, { "title": "乙", "weight": 50, "parties": lead(app, "bureau_b") },
        ]);
        let body = json!({ "version": version(&root), "children": children });
        let root = centre.put(&format!("/tasks/{}/children", id(&root)), &body).await.assert(200);
        let page = submit(app, "centre1", &root).await;
        assert_eq!(page["task"]["state"], "approval");
        let child = &page["children"][0];
        let path = format!("/tasks/{}", id(child));
        centre.patch(&path, &json!({ "version": version(child), "title": "别的", "parties": [] })).await.refused(409, "not_now");
        centre.delete(&format!("{path}?version={}", version(child))).await.refused(409, "not_now");
        centre.put(&format!("{path}/children"), &json!({ "version": version(child), "children": [] })).await.refused(409, "not_now");
        let body = json!({ "version": version(&page), "decision": "approve" });
        let page = app.as_user("leader").post(&format!("/tasks/{}/approval", id(&root)), &body).await.assert(200);
        assert_eq!(page["children"][0]["title"], "甲");
    }

    async fn nothing_is_decomposed_while_its_closing_is_reviewed(app) {
        let task = dispatched(app, "修路", "bureau_a").await;
        let page = sign(app, "head_a", &task).await;
        let body = json!({ "version": version(&page), "text": "完工" });
        let page = app.as_user("head_a").post(&format!("/tasks/{}/closure", id(&task)), &body).await.assert(200);
        assert!(!can(&page, "decompose"));
        let child = json!({ "title": "收尾", "weight": 100, "parties": lead(app, "section_a1") });
        let body = json!({ "version": version(&page), "children": [child] });
        app.as_user("head_a").put(&format!("/tasks/{}/children", id(&task)), &body).await.refused(409, "not_now");
    }

    async fn a_part_that_fails_its_check_opens_the_whole_again(app) {
        let task = dispatched(app, "优化营商环境", "bureau_a").await;
        let page = sign(app, "head_a", &task).await;
        let child = json!({ "title": "规划科的事", "weight": 100, "parties": lead(app, "section_a1") });
        let body = json!({ "version": version(&page), "children": [child] });
        let page = app.as_user("head_a").put(&format!("/tasks/{}/children", id(&task)), &body).await.assert(200);
        let page = submit(app, "head_a", &page).await;
        let inner = page["children"][0].clone();
        sign(app, "head_a1", &inner).await;
        report(app, "head_a1", &inner, 40).await;
        accept(app, "head_a", &inner).await;
        close(app, "head_a1", "head_a", &inner).await;
        let whole = close(app, "head_a", "centre1", &task).await;
        assert_eq!(whole["task"]["state"], "closed");
        let page = show(app, "head_a", &inner).await;
        let body = json!({ "version": version(&page), "result": "fail", "text": "材料不实" });
        let page = app.as_user("centre2").post(&format!("/tasks/{}/verification", id(&inner)), &body).await.assert(200);
        // Progress is what it was before the closing.
        assert_eq!((page["task"]["state"].as_str(), page["task"]["progress"].as_f64()), (Some("active"), Some(40.0)));
        let whole = show(app, "centre1", &task).await;
        assert_eq!((whole["task"]["state"].as_str(), whole["task"]["progress"].as_f64()), (Some("active"), Some(40.0)));
        let body = json!({ "version": version(&whole), "result": "pass" });
        app.as_user("centre1").post(&format!("/tasks/{}/verification", id(&task)), &body).await.refused(409, "not_now");
    }

    async fn drafts_of_the_other_side_are_neither_deleted_nor_sent_out(app) {
        let task = dispatched(app, "优化营商环境", "bureau_a").await;
        let page = sign(app, "head_a", &task).await;
        let path = format!("/tasks/{}/children", id(&task));
        let sketch = json!({ "title": "中心拟的", "weight": 100, "parties": lead(app, "bureau_b") });
        let page = app.as_user("centre1").put(&path, &json!({ "version": version(&page), "children": [sketch] })).await.assert(200);
        let sketch = id(&page["children"][0]);
        let mine = show(app, "head_a", &task).await;
        assert_eq!((mine["children"].as_array().unwrap().len(), mine["reserved_weight"].as_f64()), (0, Some(100.0)));
        assert!(!can(&mine, "dispatch_children"));
        let own = json!({ "title": "本局的", "weight": 60, "parties": lead(app, "section_a1") });
        let body = json!({ "version": version(&mine), "children": [own] });
        let words = app.as_user("head_a").put(&path, &body).await.refused_field("children");
        assert!(words.contains("另一方"), "{words}");
        app.as_user("head_a").put(&path, &json!({ "version": version(&mine), "children": [] })).await.assert(200);
        assert_eq!(app.as_user("centre1").get(&format!("/tasks/{sketch}")).await.assert(200)["task"]["state"], "draft");
        let body = json!({ "version": version(&show(app, "head_a", &task).await), "not_secret": true });
        app.as_user("head_a").post(&format!("/tasks/{}/submission", id(&task)), &body).await.refused(409, "not_now");
    }

    async fn a_decomposition_does_not_overwrite_what_somebody_changed_in_a_draft(app) {
        let centre = app.as_user("centre1");
        let root = centre.post("/tasks", &json!({ "title": "总任务" })).await.assert(201);
        let path = format!("/tasks/{}/children", id(&root));
        let child = json!({ "title": "甲", "weight": 100, "parties": lead(app, "bureau_a") });
        let page = centre.put(&path, &json!({ "version": version(&root), "children": [child] })).await.assert(200);
        let child = page["children"][0].clone();
        let body = json!({ "version": version(&child), "title": "甲，改过" });
        app.as_user("centre2").patch(&format!("/tasks/{}", id(&child)), &body).await.assert(200);
        let row = json!({ "id": child["id"], "version": version(&child), "title": "甲", "weight": 100 });
        centre.put(&path, &json!({ "version": version(&page), "children": [row.clone()] })).await.refused(409, "stale_version");
        let row = json!([{ "id": child["id"], "version": 2, "weight": 50 }, { "id": child["id"], "version": 2, "weight": 50 }]);
        centre.put(&path, &json!({ "version": version(&page), "children": row })).await.refused_field("children[1].id");
        let row = json!([{ "titel": "乙", "weight": 100 }]);
        centre.put(&path, &json!({ "version": version(&page), "children": row })).await.refused_field("children[0].titel");
        let body = json!({ "version": version(&page), "dude": "x" });
        centre.patch(&format!("/tasks/{}", id(&root)), &body).await.refused_field("dude");
    }

    async fn a_task_whose_last_unsigned_lead_is_removed_begins(app) {
        let parties = json!([{ "unit_id": app.unit("bureau_a"), "role": "lead" }, { "unit_id": app.unit("bureau_b"), "role": "co_lead" }]);
        let task = dispatched_with(app, json!({ "title": "修路", "parties": parties })).await;
        let page = sign(app, "head_a", &task).await;
        assert_eq!(page["task"]["state"], "dispatched");
        let body = json!({ "version": version(&page), "parties": lead(app, "bureau_a") });
        let page = app.as_user("centre1").patch(&format!("/tasks/{}", id(&task)), &body).await.assert(200);
        assert_eq!(page["task"]["state"], "active");
    }

    async fn the_ledger_says_what_an_edit_changed_and_who_came_in_is_told(app) {
        let task = dispatched(app, "修路", "bureau_a").await;
        app.run_jobs().await;
        let parties = json!([{ "unit_id": app.unit("bureau_a"), "role": "lead" }, { "unit_id": app.unit("bureau_b"), "role": "co" }]);
        let body = json!({ "version": version(&task), "parties": parties, "clause": "三（二）", "milestones": [{ "title": "开工", "due_day": "2026-03-02" }] });
        app.as_user("centre1").patch(&format!("/tasks/{}", id(&task)), &body).await.assert(200);
        app.run_jobs().await;
        assert_eq!(messages(app, "liaison_b").await, ["新任务待签收"]);
        let line = app.as_user("centre1").get(&format!("/tasks/{}/timeline", id(&task))).await.assert(200);
        let words = line["items"][0]["sentence"].as_str().unwrap();
        for part in ["责任方由", "条款由“空”改为“三（二）”", "节点由“空”改为“开工 2026-03-02"] {
            assert!(words.contains(part), "{words}");
        }
        assert_eq!(line["items"][1]["action"], "party_added");
    }

    async fn a_bureau_does_not_rule_its_task_onto_another_bureau(app) {
        let body = json!({ "title": "局里的事", "parties": lead(app, "section_a1") });
        let draft = app.as_user("head_a").post("/tasks", &body).await.assert(201);
        let task = submit(app, "head_a", &draft).await;
        let body = json!({ "version": version(&task), "party_id": task["parties"][0]["id"], "reason": "不归我们" });
        let page = app.as_user("head_a1").post(&format!("/tasks/{}/returns", id(&task)), &body).await.assert(200);
        let ruling = format!("/requests/{}/ruling", page["requests"][0]["id"].as_str().unwrap());
        let body = json!({ "decision": "reassign", "unit_id": app.unit("bureau_b"), "reason": "归他们" });
        app.as_user("head_a").post(&ruling, &body).await.refused_field("unit_id");
        let body = json!({ "decision": "reassign", "unit_id": app.unit("bureau_a"), "reason": "局本部办" });
        app.as_user("head_a").post(&ruling, &body).await.assert(200);
    }

    async fn the_newest_accepted_report_counts_and_verified_progress_falls_only_with_a_reason(app) {
        let task = dispatched(app, "修路", "bureau_b").await;
        sign(app, "head_b", &task).await;
        report(app, "head_b", &task, 30).await;
        app.clock.advance(std::time::Duration::from_secs(60));
        let page = report(app, "head_b", &task, 60).await;
        let ids: Vec<_> = page["reports"].as_array().unwrap().iter().map(|report| report["id"].as_str().unwrap().to_owned()).collect();
        let review = |index: usize| format!("/reports/{}/review", ids[index]);
        let centre = app.as_user("centre1");
        let page = centre.post(&review(0), &json!({ "decision": "accept" })).await.assert(200);
        assert_eq!(page["task"]["progress"], 60.0);
        let page = centre.post(&review(1), &json!({ "decision": "accept" })).await.assert(200);
        assert_eq!(page["task"]["progress"], 60.0);
        app.clock.advance(std::time::Duration::from_secs(60));
        let page = report(app, "head_b", &task, 80).await;
        let newest = format!("/reports/{}/review", page["reports"][0]["id"].as_str().unwrap());
        centre.post(&newest, &json!({ "decision": "accept", "verified_progress": 20 })).await.refused_field("text");
        let body = json!({ "decision": "accept", "verified_progress": 20, "text": "现场核实只完成两成" });
        assert_eq!(centre.post(&newest, &body).await.assert(200)["task"]["progress"], 20.0);
    }

    async fn whoever_only_takes_part_does_not_move_the_whole(app) {
        let parties = json!([{ "unit_id": app.unit("bureau_a"), "role": "lead" }, { "unit_id": app.unit("bureau_b"), "role": "co" }]);
        let task = dispatched_with(app, json!({
            "title": "修路", "parties": parties, "due": { "day": "2026-12-31" }, "report_rule": { "kind": "monthly", "day": 25 },
        })).await;
        sign(app, "head_a", &task).await;
        sign(app, "head_b", &task).await;
        report(app, "head_a", &task, 40).await;
        let page = report(app, "head_b", &task, 100).await;
        assert_eq!(page["task"]["claimed_progress"], 40.0);
        let met = page["report_dues"].as_array().unwrap().iter().filter(|due| due["report_id"].is_string()).count();
        assert_eq!(met, 1);
        // Three reports on one day do not meet three months.
        report(app, "head_a", &task, 45).await;
        let page = report(app, "head_a", &task, 50).await;
        let met = page["report_dues"].as_array().unwrap().iter().filter(|due| due["report_id"].is_string()).count();
        assert_eq!(met, 1);
    }

    async fn the_clock_of_a_task_stands_still_while_it_is_not_decided_whose_it_is(app) {
        let body = json!({ "title": "修路", "due": { "day": "2026-02-09" }, "parties": lead(app, "bureau_a") });
        let task = dispatched_with(app, body).await;
        let body = json!({ "version": version(&task), "party_id": task["parties"][0]["id"], "reason": "归住建" });
        let page = app.as_user("head_a").post(&format!("/tasks/{}/returns", id(&task)), &body).await.assert(200);
        let ruling = format!("/requests/{}/ruling", page["requests"][0]["id"].as_str().unwrap());
        // Friday the 6th to Wednesday the 11th: three working days.
        go_to(app, "2026-02-11");
        let page = show(app, "centre1", &task).await;
        assert_ne!(page["task"]["lamp"]["lamp"], "red");
        let body = json!({ "decision": "reassign", "unit_id": app.unit("bureau_b"), "reason": "由乙局办" });
        let page = app.as_user("centre1").post(&ruling, &body).await.assert(200);
        assert_eq!((page["task"]["due_day"].as_str(), page["original_due_day"].as_str()), (Some("2026-02-12"), Some("2026-02-09")));
        // The new unit has its own three days to return it.
        assert!(can(&show(app, "head_b", &task).await, "return"));
    }

    async fn nobody_strikes_off_what_they_did_themselves(app) {
        let body = json!({ "title": "局里的事", "parties": lead(app, "bureau_a") });
        let draft = app.as_user("head_a").post("/tasks", &body).await.assert(201);
        let task = submit(app, "head_a", &draft).await;
        sign(app, "head_a", &task).await;
        let page = close(app, "head_a", "centre1", &task).await;
        let path = format!("/tasks/{}/verification", id(&task));
        let body = json!({ "version": version(&page), "result": "pass" });
        for login in ["head_a", "liaison_a"] {
            app.as_user(login).post(&path, &body).await.refused(409, "not_now");
        }
        assert_eq!(app.as_user("centre2").post(&path, &body).await.assert(200)["task"]["state"], "settled");
    }

    async fn closing_takes_the_reports_with_it_and_waits_for_a_ruling(app) {
        let parties = json!([{ "unit_id": app.unit("bureau_a"), "role": "lead" }, { "unit_id": app.unit("bureau_b"), "role": "co" }]);
        let task = dispatched_with(app, json!({ "title": "修路", "parties": parties })).await;
        sign(app, "head_a", &task).await;
        let page = report(app, "head_a", &task, 90).await;
        let co = page["parties"].as_array().unwrap().iter().find(|party| party["role"] == "co").unwrap();
        let body = json!({ "version": version(&page), "party_id": co["id"], "reason": "不归我们" });
        let page = app.as_user("head_b").post(&format!("/tasks/{}/returns", id(&task)), &body).await.assert(200);
        let body = json!({ "version": version(&page), "text": "完工" });
        app.as_user("head_a").post(&format!("/tasks/{}/closure", id(&task)), &body).await.refused(409, "not_now");
        let ruling = format!("/requests/{}/ruling", page["requests"][0]["id"].as_str().unwrap());
        app.as_user("centre1").post(&ruling, &json!({ "decision": "uphold", "reason": "仍请配合" })).await.assert(200);
        let done = format!("/parties/{}/completion", co["id"].as_str().unwrap());
        app.as_user("head_b").post(&done, &json!({ "text": "已配合" })).await.assert(200);
        let page = close(app, "head_a", "centre1", &task).await;
        assert_eq!(page["reports"][0]["state"], "accepted");
    }

    async fn a_cursor_belongs_to_the_order_it_was_given_in(app) {
        for title in ["甲", "乙", "丙"] {
            dispatched(app, title, "bureau_a").await;
        }
        let page = app.as_user("centre1").get("/tasks?limit=2").await.assert(200);
        let cursor = page["next_cursor"].as_str().unwrap();
        app.as_user("centre1").get(&format!("/tasks?limit=2&sort=due_day&cursor={cursor}")).await.refused_field("cursor");
        let rest = app.as_user("centre1").get(&format!("/tasks?limit=2&cursor={cursor}")).await.assert(200);
        assert_eq!(rest["items"].as_array().unwrap().len(), 1);
    }

    async fn a_unit_that_is_switched_off_gets_no_tasks(app) {
        let admin = app.as_user("admin");
        let units = admin.get("/units").await.assert(200);
        let key = app.unit("bureau_c").to_string();
        let unit = units["items"].as_array().unwrap().iter().find(|unit| unit["id"] == key.as_str()).unwrap().clone();
        admin.patch(&format!("/units/{key}"), &json!({ "version": unit["version"], "active": false })).await.assert(200);
        let body = json!({ "title": "修路", "parties": lead(app, "bureau_c") });
        app.as_user("centre1").post("/tasks", &body).await.refused_field("parties[0].unit_id");
    }

    async fn a_draft_does_not_go_out_beside_weights_that_make_no_whole(app) {
        let centre = app.as_user("centre1");
        let root = dispatched_with(app, json!({ "title": "总任务", "parties": lead(app, "bureau_a") })).await;
        let child = |title: &str, weight: i64| json!({ "title": title, "weight": weight, "parties": lead(app, "bureau_b") });
        let body = json!({ "version": version(&root), "children": [child("甲", 20), child("乙", 80)] });
        let page = centre.put(&format!("/tasks/{}/children", id(&root)), &body).await.assert(200);
        let (first, second) = (page["children"][0].clone(), page["children"][1].clone());
        centre.delete(&format!("/tasks/{}?version={}", id(&first), version(&first))).await.assert(204);
        let body = json!({ "version": version(&second), "not_secret": true });
        centre.post(&format!("/tasks/{}/submission", id(&second)), &body).await.refused_field("weight");
    }

    async fn what_happened_lately_is_found_however_much_happened_elsewhere(app) {
        let own = dispatched(app, "甲", "bureau_a").await;
        for n in 0..90 {
            dispatched(app, &format!("别处{n}"), "bureau_b").await;
        }
        let home = app.as_user("head_a").get("/home").await.assert(200);
        let recent = home["recent"].as_array().unwrap();
        assert!(!recent.is_empty() && recent.iter().all(|event| event["task_id"] == id(&own).as_str()), "{recent:?}");
    }

    async fn parties_stand_in_the_order_they_were_given_also_after_an_edit(app) {
        let given = |keys: [&str; 3]| -> Vec<Value> {
            keys.iter().zip(["lead", "co", "co"]).map(|(key, role)| json!({ "unit_id": app.unit(key), "role": role })).collect()
        };
        let names = |page: &Value| -> Vec<String> {
            page["parties"].as_array().unwrap().iter().map(|party| party["unit"]["name"].as_str().unwrap().to_owned()).collect()
        };
        let task = dispatched_with(app, json!({ "title": "修路", "parties": given(["bureau_b", "bureau_c", "bureau_d"]) })).await;
        let body = json!({ "version": version(&task), "parties": given(["bureau_b", "bureau_d", "bureau_c"]) });
        let page = app.as_user("centre1").patch(&format!("/tasks/{}", id(&task)), &body).await.assert(200);
        assert_eq!(names(&page), ["住房和城乡建设局", "社会事务局", "生态环境局"]);
        let body = json!({ "version": version(&page), "parties": given(["bureau_b", "bureau_a", "bureau_d"]) });
        let page = app.as_user("centre1").patch(&format!("/tasks/{}", id(&task)), &body).await.assert(200);
        assert_eq!(names(&page), ["住房和城乡建设局", "经济发展局", "社会事务局"]);
    }

    async fn a_signature_that_is_due_late_is_not_lost_behind_tasks_that_wait_for_nothing(app) {
        go_to(app, "2026-03-02");
        // More open tasks than the list is long, due before it, with nothing to do about most of them at present.
        let ctx = app.ctx("centre1").await;
        let mut tx = app.app.db.begin().await.unwrap();
        let units = [(app.unit("bureau_b"), Some(app.person("staff_b1")))];
        shibicheng::tasks::make_many(&mut tx, &ctx, &units, 1, 6000).await.unwrap();
        tx.commit().await.unwrap();
        let open = app.as_user("centre1").get("/tasks/count?state=active&due_to=2027-12-30").await.assert(200);
        assert!(open["total"].as_i64().unwrap() > 400, "{open}");
        let input = json!({ "title": "远期任务", "due": { "day": "2027-12-31" }, "parties": lead(app, "bureau_b") });
        dispatched_with(app, input).await;
        let todo = app.as_user("head_b").get("/todo").await.assert(200);
        assert!(todo["items"].as_array().unwrap().iter().any(|item| item["task"]["title"] == "远期任务"), "the signature is missing");
    }
}
