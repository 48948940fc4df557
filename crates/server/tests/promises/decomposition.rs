use serde_json::{Value, json};
use testkit::both;

use crate::kit::*;

fn child(title: &str, unit: impl serde::Serialize, weight: f64) -> Value {
    json!({ "title": title, "weight": weight, "parties": [{ "unit_id": unit, "role": "lead" }] })
}

both! {
    async fn a_draft_tree_goes_out_in_one_go_with_numbers_below_the_roots(app) {
        let centre = app.as_user("centre1");
        let root = centre.post("/tasks", &json!({ "title": "会议议定事项", "source_kind": "meeting_decision" })).await.assert(201);
        let body = json!({ "version": version(&root), "children": [
            child("甲", app.unit("bureau_a"), 60.0), child("乙", app.unit("bureau_b"), 40.0),
        ] });
        let root = centre.put(&format!("/tasks/{}/children", id(&root)), &body).await.assert(200);
        let root = submit(app, "centre1", &root).await;
        assert_eq!(root["task"]["number"], "2026-0001");
        // Nobody leads a heading: it is under way at once.
        assert_eq!(root["task"]["state"], "active");
        let numbers: Vec<_> = root["children"].as_array().unwrap().iter().map(|c| c["number"].as_str().unwrap()).collect();
        assert_eq!(numbers, ["2026-0001-01", "2026-0001-02"]);
        app.run_jobs().await;
        assert_eq!(messages(app, "liaison_b").await, ["新任务待签收"]);
    }

    async fn drafts_stand_in_the_order_they_were_given_last(app) {
        let centre = app.as_user("centre1");
        let root = centre.post("/tasks", &json!({ "title": "总任务" })).await.assert(201);
        let path = format!("/tasks/{}/children", id(&root));
        let unit = app.unit("bureau_a");
        let body = json!({ "version": version(&root), "children": [child("甲", unit, 50.0), child("乙", unit, 50.0)] });
        let root = centre.put(&path, &body).await.assert(200);
        let (first, second) = (root["children"][0]["id"].clone(), root["children"][1]["id"].clone());
        let body = json!({ "version": version(&root), "children": [
            { "id": second, "version": 1, "weight": 20.0 }, child("丙", unit, 30.0), { "id": first, "version": 1, "weight": 50.0 },
        ] });
        let root = centre.put(&path, &body).await.assert(200);
        let titles: Vec<_> = root["children"].as_array().unwrap().iter().map(|c| c["title"].as_str().unwrap()).collect();
        assert_eq!(titles, ["乙", "丙", "甲"]);
    }

    async fn weights_that_do_not_add_up_are_refused(app) {
        let centre = app.as_user("centre1");
        let root = centre.post("/tasks", &json!({ "title": "总任务" })).await.assert(201);
        let path = format!("/tasks/{}/children", id(&root));
        let body = json!({ "version": version(&root), "children": [child("甲", app.unit("bureau_a"), 60.0), child("乙", app.unit("bureau_b"), 39.99)] });
        let message = centre.put(&path, &body).await.refused_field("children");
        assert!(message.contains("99.99%"), "{message}");
        let body = json!({ "version": version(&root), "children": [child("甲", app.unit("bureau_a"), 100.0), child("乙", app.unit("bureau_b"), 0.0)] });
        centre.put(&path, &body).await.refused_field("children[1].weight");
        assert_eq!(show(app, "centre1", &root).await["children"].as_array().unwrap().len(), 0);
    }

    async fn a_child_is_never_due_after_its_parent(app) {
        let centre = app.as_user("centre1");
        let root = centre.post("/tasks", &json!({ "title": "总任务", "due": { "day": "2026-03-31" } })).await.assert(201);
        let path = format!("/tasks/{}/children", id(&root));
        let mut late = child("甲", app.unit("bureau_a"), 100.0);
        late["due"] = json!({ "day": "2026-04-01" });
        centre.put(&path, &json!({ "version": version(&root), "children": [late] })).await.refused_field("children[0].due");
        let mut fits = child("甲", app.unit("bureau_a"), 100.0);
        fits["due"] = json!({ "day": "2026-03-31" });
        let root = centre.put(&path, &json!({ "version": version(&root), "children": [fits] })).await.assert(200);
        let earlier = json!({ "version": version(&root), "due": { "day": "2026-03-30" } });
        centre.patch(&format!("/tasks/{}", id(&root)), &earlier).await.refused_field("due");
    }

    async fn a_leaf_without_a_lead_does_not_go_out(app) {
        let centre = app.as_user("centre1");
        let root = centre.post("/tasks", &json!({ "title": "总任务" })).await.assert(201);
        let submission = json!({ "version": version(&root), "not_secret": true });
        centre.post(&format!("/tasks/{}/submission", id(&root)), &submission).await.refused_field("parties");
        let body = json!({ "version": version(&root), "children": [child("甲", app.unit("bureau_a"), 50.0), { "title": "乙", "weight": 50 }] });
        let root = centre.put(&format!("/tasks/{}/children", id(&root)), &body).await.assert(200);
        let submission = json!({ "version": version(&root), "not_secret": true });
        centre.post(&format!("/tasks/{}/submission", id(&root)), &submission).await.refused_field("children[1].parties");
        assert_eq!(show(app, "centre1", &root).await["task"]["state"], "draft");
    }

    async fn nothing_goes_out_before_somebody_confirms_that_it_is_not_secret(app) {
        let draft = app.as_user("centre1").post("/tasks", &json!({ "title": "甲", "parties": [{ "unit_id": app.unit("bureau_a"), "role": "lead" }] })).await.assert(201);
        let submission = json!({ "version": version(&draft) });
        app.as_user("centre1").post(&format!("/tasks/{}/submission", id(&draft)), &submission).await.refused_field("not_secret");
    }

    async fn a_unit_decomposes_inside_itself_and_only_there(app) {
        let task = dispatched(app, "优化营商环境", "bureau_a").await;
        let page = sign(app, "head_a", &task).await;
        let path = format!("/tasks/{}/children", id(&task));
        let body = json!({ "version": version(&page), "children": [child("外局的事", app.unit("bureau_b"), 100.0)] });
        let message = app.as_user("head_a").put(&path, &body).await.refused_field("children[0].parties[0].unit_id");
        assert!(message.contains("住房和城乡建设局"), "{message}");
        let body = json!({ "version": version(&page), "children": [
            child("规划科的事", app.unit("section_a1"), 70.0), child("投资科的事", app.unit("section_a2"), 30.0),
        ] });
        let page = app.as_user("head_a").put(&path, &body).await.assert(200);
        let page = submit(app, "head_a", &page).await;
        assert_eq!(page["children"][0]["state"], "dispatched");
        app.run_jobs().await;
        assert_eq!(messages(app, "head_a1").await, ["新任务待签收"]);
        // The centre sees it all; another bureau sees nothing.
        assert_eq!(show(app, "centre2", &task).await["children"].as_array().unwrap().len(), 2);
        app.as_user("head_b").get(&format!("/tasks/{}", id(&page["children"][0]))).await.refused(404, "not_found");
    }

    async fn progress_rolls_up_by_weight_through_every_level(app) {
        let task = dispatched(app, "优化营商环境", "bureau_a").await;
        let page = sign(app, "head_a", &task).await;
        let body = json!({ "version": version(&page), "children": [
            child("规划科的事", app.unit("section_a1"), 70.0), child("投资科的事", app.unit("section_a2"), 30.0),
        ] });
        let page = app.as_user("head_a").put(&format!("/tasks/{}/children", id(&task)), &body).await.assert(200);
        let page = submit(app, "head_a", &page).await;
        let first = page["children"][0].clone();
        let inner = sign(app, "head_a1", &first).await;
        let body = json!({ "version": version(&inner), "children": [
            child("一", app.unit("section_a1"), 33.3333), child("二", app.unit("section_a1"), 33.3333), child("三", app.unit("section_a1"), 33.3334),
        ] });
        let inner = app.as_user("head_a1").put(&format!("/tasks/{}/children", id(&first)), &body).await.assert(200);
        let inner = submit(app, "head_a1", &inner).await;
        for leaf in inner["children"].as_array().unwrap() {
            let body = json!({ "handler_id": app.person("staff_a3") });
            app.as_user("head_a1").post(&format!("/tasks/{}/signature", id(leaf)), &body).await.assert(200);
            report(app, "staff_a3", leaf, 50).await;
            accept(app, "head_a1", leaf).await;
        }
        assert_eq!(show(app, "head_a", &first).await["task"]["progress"], 50.0);
        assert_eq!(show(app, "leader", &task).await["task"]["progress"], 35.0);
    }

    async fn a_heading_closes_and_settles_with_the_tasks_below_and_reopens_with_one_of_them(app) {
        let centre = app.as_user("centre1");
        let root = centre.post("/tasks", &json!({ "title": "文件" })).await.assert(201);
        let body = json!({ "version": version(&root), "children": [child("甲", app.unit("bureau_a"), 50.0), child("乙", app.unit("bureau_b"), 50.0)] });
        let root = centre.put(&format!("/tasks/{}/children", id(&root)), &body).await.assert(200);
        let root = submit(app, "centre1", &root).await;
        let children = root["children"].as_array().unwrap().clone();
        for (leaf, head) in children.iter().zip(["head_a", "head_b"]) {
            sign(app, head, leaf).await;
            close(app, head, "centre1", leaf).await;
        }
        let page = show(app, "centre1", &root).await;
        assert_eq!((page["task"]["state"].as_str(), page["task"]["progress"].as_f64()), (Some("closed"), Some(100.0)));
        for (leaf, result) in children.iter().zip(["pass", "fail"]) {
            let page = show(app, "centre2", leaf).await;
            let body = json!({ "version": version(&page), "result": result, "text": "现场核查" });
            app.as_user("centre2").post(&format!("/tasks/{}/verification", id(leaf)), &body).await.assert(200);
        }
        assert_eq!(show(app, "centre1", &root).await["task"]["state"], "active");
        let page = show(app, "head_b", &children[1]).await;
        assert_eq!(page["task"]["state"], "active");
    }

    async fn ten_levels_are_enough_and_an_eleventh_is_refused(app) {
        let centre = app.as_user("centre1");
        let mut top = centre.post("/tasks", &json!({ "title": "第0级" })).await.assert(201);
        for level in 1..10 {
            let body = json!({ "version": version(&top), "children": [{ "title": format!("第{level}级"), "weight": 100 }] });
            let page = centre.put(&format!("/tasks/{}/children", id(&top)), &body).await.assert(200);
            top = show(app, "centre1", &page["children"][0]).await;
        }
        let body = json!({ "version": version(&top), "children": [{ "title": "第10级", "weight": 100 }] });
        centre.put(&format!("/tasks/{}/children", id(&top)), &body).await.refused_field("children[0].parent_id");
    }

    async fn decomposing_again_replaces_drafts_and_keeps_what_is_out(app) {
        let task = dispatched(app, "优化营商环境", "bureau_a").await;
        let page = sign(app, "head_a", &task).await;
        let path = format!("/tasks/{}/children", id(&task));
        let body = json!({ "version": version(&page), "children": [child("一", app.unit("section_a1"), 50.0), child("二", app.unit("section_a2"), 50.0)] });
        let page = app.as_user("head_a").put(&path, &body).await.assert(200);
        let page = submit(app, "head_a", &page).await;
        let out = page["children"][0]["id"].clone();
        let other = page["children"][1]["id"].clone();
        let body = json!({ "version": version(&page), "children": [
            { "id": out, "weight": 30 }, { "id": other, "weight": 30 }, child("三", app.unit("section_a2"), 40.0),
        ] });
        let page = app.as_user("head_a").put(&path, &body).await.assert(200);
        assert_eq!(page["children"].as_array().unwrap().len(), 3);
        assert_eq!(page["children"][0]["weight"], 30.0);
        assert_eq!(page["children"][2]["state"], "draft");
        let body = json!({ "version": version(&page), "children": [{ "id": out, "weight": 50 }, { "id": other, "weight": 50 }] });
        let page = app.as_user("head_a").put(&path, &body).await.assert(200);
        assert_eq!(page["children"].as_array().unwrap().len(), 2);
    }

    async fn a_part_without_a_day_is_due_with_the_whole(app) {
        let parties = json!([{ "unit_id": app.unit("bureau_a"), "role": "lead" }]);
        let draft = app.as_user("centre1").post("/tasks", &json!({ "title": "整体", "due": { "day": "2026-03-27" }, "parties": parties })).await.assert(201);
        let children = json!([{ "title": "没有期限的一部分", "weight": 100, "parties": [{ "unit_id": app.unit("bureau_b"), "role": "lead" }] }]);
        let body = json!({ "version": version(&draft), "children": children });
        let page = app.as_user("centre1").put(&format!("/tasks/{}/children", id(&draft)), &body).await.assert(200);
        let page = submit(app, "centre1", &page).await;
        let part = show(app, "centre1", &page["children"][0]).await;
        assert_eq!((&part["task"]["due_day"], &part["original_due_day"]), (&json!("2026-03-27"), &json!("2026-03-27")));
        assert!(part["due_explanation"].to_string().contains("随上级任务"), "{part}");
        go_to(app, "2026-03-30");
        assert_eq!(show(app, "centre1", &part).await["task"]["lamp"]["lamp"], "red");
    }
}
