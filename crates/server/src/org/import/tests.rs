//! What is wrong with a table, said in English.

use serde_json::{Value, json};

const TABLE: &str = "单位全称,上级单位,类型,姓名,登录名,单位,岗位类型,联络员\n\
    招商局,没有局,公司,,,,,\n\
    ,,,田新,tianxin,经发局,官,也许\n\
    ,,,石敢,shigan,经发局,Deputy,Yes\n";

testkit::both! {
    async fn an_english_page_reads_english(app) {
        let admin = app.as_user("admin").header("accept-language", "en");
        let import = admin.post_bytes("/org-imports?name=a.csv", TABLE).await.assert(201);
        let problems: Vec<_> = import["rows"].as_array().unwrap().iter().map(|row| row["problem"].as_str().unwrap_or_default()).collect();
        assert_eq!(
            problems,
            [
                "Kind “公司” should be one of: Committee, Centre, Bureau, Office, Section, Area, External; Parent unit: “没有局” does not exist",
                "Kind of post “官” should be one of: Leader, Head, Deputy, Staff; Liaison “也许” should be yes or no",
                "",
            ]
        );
        let commit = format!("/org-imports/{}/commit", import["id"].as_str().unwrap());
        let refused = admin.post(&commit, &json!(null)).await.refused(409, "import_errors");
        assert!(refused["detail"].as_str().unwrap().starts_with("2 rows cannot be imported, so nothing was. Row 2: Kind “公司”"));
    }

    async fn what_could_not_be_read_is_kept_in_every_language(app) {
        let long = format!("单位全称,上级单位,别名\n招商局,管委会,{}\n", "招".repeat(1_001));
        let problem = |import: &Value| import["rows"][0]["problem"].as_str().unwrap().to_owned();
        let import = app.as_user("admin").post_bytes("/org-imports?name=a.csv", long).await.assert(201);
        assert_eq!(problem(&import), "第 2 行“别名”列（C2）文字超过 1000 个字，请缩短");
        let commit = format!("/org-imports/{}/commit", import["id"].as_str().unwrap());
        let refused = app.as_user("admin").header("accept-language", "en").post(&commit, &json!(null)).await.refused(409, "import_errors");
        let detail = refused["detail"].as_str().unwrap();
        assert!(detail.contains("“别名”") && detail.contains("1000") && !detail.contains("个字"), "{detail}");
    }
}
