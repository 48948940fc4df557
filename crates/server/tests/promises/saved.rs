use serde_json::{Value, json};
use testkit::{TestApp, both};

async fn views(app: &TestApp, login: &str) -> Vec<Value> {
    app.as_user(login).get("/views").await.assert(200)["items"].as_array().unwrap().clone()
}

async fn names(app: &TestApp, login: &str) -> Vec<String> {
    views(app, login).await.iter().map(|view| view["name"].as_str().unwrap().to_owned()).collect()
}

fn input(name: &str, shared: &str) -> Value {
    json!({ "name": name, "filter": "lamp=red%2Corange&sort=-lamp", "columns": ["lamp", "lead"], "grouping": "unit", "mode": "board", "shared": shared })
}

async fn kept(app: &TestApp, login: &str, name: &str, shared: &str) -> Value {
    app.as_user(login).post("/views", &input(name, shared)).await.assert(201)
}

both! {
    async fn a_view_comes_back_as_it_was_kept(app) {
        let view = kept(app, "centre1", "红橙灯", "own").await;
        assert_eq!(views(app, "centre1").await, std::slice::from_ref(&view));
        for (field, value) in input("红橙灯", "own").as_object().unwrap() {
            assert_eq!(&view[field], value, "{field}");
        }
        assert_eq!((&view["mine"], &view["opens"], &view["version"]), (&json!(true), &json!(false), &json!(1)));
        // And its filter is a query of the list.
        app.as_user("centre1").get(&format!("/tasks?{}", view["filter"].as_str().unwrap())).await.assert(200);
    }

    async fn a_view_is_seen_by_those_it_is_shared_with(app) {
        kept(app, "head_a", "自己的", "own").await;
        kept(app, "head_a", "甲局的", "unit").await;
        kept(app, "centre1", "大家的", "all").await;
        assert_eq!(names(app, "head_a").await, ["自己的", "甲局的", "大家的"]);
        assert_eq!(names(app, "staff_a1").await, ["甲局的", "大家的"]);
        assert_eq!(names(app, "head_b").await, ["大家的"]);
        assert_eq!(views(app, "head_b").await[0]["mine"], false);
        app.as_user("head_a").post("/views", &input("太大", "all")).await.assert(403);
        app.anonymous().get("/views").await.assert(401);
    }

    async fn only_its_owner_changes_a_view(app) {
        let view = kept(app, "centre1", "大家的", "all").await;
        let secret = kept(app, "centre1", "自己的", "own").await;
        let path = |view: &Value, version: i64| format!("/views/{}?version={version}", view["id"].as_str().unwrap());
        app.as_user("head_a").put(&path(&view, 1), &input("改名", "own")).await.assert(403);
        app.as_user("head_a").delete(&path(&view, 1)).await.assert(403);
        app.as_user("head_a").delete(&path(&secret, 1)).await.assert(404);
        let changed = app.as_user("centre1").put(&path(&view, 1), &input("改名", "own")).await.assert(200);
        assert_eq!((&changed["name"], &changed["version"]), (&json!("改名"), &json!(2)));
        app.as_user("centre1").put(&path(&view, 1), &input("再改", "own")).await.assert(409);
        assert_eq!(names(app, "head_a").await, Vec::<String>::new());
        app.as_user("centre1").delete(&path(&view, 2)).await.assert(204);
        assert_eq!(names(app, "centre1").await, ["自己的"]);
        app.as_user("centre1").delete(&path(&view, 2)).await.assert(404);
    }

    async fn everybody_arranges_their_own(app) {
        let (one, two) = (kept(app, "centre1", "一", "all").await, kept(app, "centre1", "二", "all").await);
        let mine = kept(app, "head_a", "三", "own").await;
        let order = json!({ "order": [mine["id"], two["id"]], "opens": two["id"] });
        let arranged = app.as_user("head_a").put("/view-arrangement", &order).await.assert(200);
        let opens: Vec<bool> = arranged["items"].as_array().unwrap().iter().map(|view| view["opens"].as_bool().unwrap()).collect();
        assert_eq!(names(app, "head_a").await, ["三", "二", "一"]);
        assert_eq!(opens, [false, true, false]);
        assert_eq!(names(app, "centre1").await, ["一", "二"]);
        // What is gone is gone from every order.
        app.as_user("centre1").delete(&format!("/views/{}?version=1", two["id"].as_str().unwrap())).await.assert(204);
        assert_eq!(names(app, "head_a").await, ["三", "一"]);
        app.as_user("head_b").put("/view-arrangement", &json!({ "order": [mine["id"]], "opens": null })).await.refused_field("order");
        app.as_user("head_a").put("/view-arrangement", &json!({ "order": [mine["id"], mine["id"]], "opens": null })).await.refused_field("order");
        app.as_user("head_a").put("/view-arrangement", &json!({ "order": [mine["id"]], "opens": one["id"] })).await.refused_field("opens");
    }

    async fn what_no_list_understands_is_not_kept(app) {
        let with = |field: &str, value: Value| {
            let mut body = input("视图", "own");
            body[field] = value;
            body
        };
        let centre = app.as_user("centre1");
        for filter in ["lamp=purple", "unknown=1", "cursor=00", "limit=5", "sort=secret", "state=%00"] {
            centre.post("/views", &with("filter", json!(filter))).await.refused_field("filter");
        }
        centre.post("/views", &with("name", json!("  "))).await.refused_field("name");
        centre.post("/views", &with("columns", json!(["a b"]))).await.refused_field("columns");
        centre.post("/views", &with("mode", json!("cube"))).await.assert(422);
        for n in 0..50 {
            kept(app, "centre1", &format!("第{n}个"), "own").await;
        }
        centre.post("/views", &input("多了", "own")).await.refused(409, "too_many");
    }
}
