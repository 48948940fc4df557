//! Two nodes on one PostgreSQL database, as a province runs them: whichever one somebody comes to, it is one system.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    sync::{Barrier, mpsc},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::kit::{PASSWORD, Server, aside, say};

/// So long may anything take that happens by itself.
const PATIENCE: Duration = Duration::from_secs(30);

/// Two nodes, and who works there.
struct Pair {
    one: Option<Server>,
    two: Server,
    /// Session cookies by login.
    sessions: BTreeMap<&'static str, String>,
    bureau: Value,
    data: TempDir,
    url: String,
}

impl Pair {
    /// Starts both at once on an empty database and furnishes it, half through one node and half through the other.
    fn start(url: String) -> Self {
        let data = TempDir::new().unwrap();
        let starting = [(), ()].map(|()| node(data.path(), &url));
        let [one, two] = starting.map(|server| server.recv_timeout(Duration::from_secs(60)).unwrap());
        let told: Vec<String> =
            [&one, &two].into_iter().flat_map(|server| &server.said).filter_map(|line| initial(line)).map(str::to_owned).collect();
        let [password] = told.as_slice() else { panic!("the administrator is made once: {told:?}") };
        let mut pair = Self { one: Some(one), two, sessions: BTreeMap::new(), bureau: Value::Null, data, url };
        pair.come("admin", password);
        let unit = |server: &Server, name: &str, kind: &str| {
            let units = ok(pair.call(server, "admin", "GET", "/units", &Value::Null));
            let input = json!({ "name": name, "kind": kind, "parent_id": units["items"][0]["id"] });
            ok(pair.call(server, "admin", "POST", "/units", &input))["id"].clone()
        };
        let (centre, bureau) = (unit(pair.one(), "政务运营中心", "centre"), unit(&pair.two, "住房和城乡建设局", "bureau"));
        let mut liaisons = Vec::new();
        for (login, unit, kind) in
            [("centre1", &centre, "head"), ("centre2", &centre, "staff"), ("head", &bureau, "head"), ("liaison", &bureau, "staff")]
        {
            let input = json!({ "name": login, "login": login, "unit_id": unit, "post_name": "岗位", "post_kind": kind });
            let made = ok(pair.call(&pair.two, "admin", "POST", "/persons", &input));
            if unit == &bureau {
                liaisons.push(made["id"].clone());
            }
            pair.come(login, made["initial_password"].as_str().unwrap());
        }
        ok(pair.call(pair.one(), "admin", "PUT", &format!("/units/{}/liaisons", text(&bureau)), &json!({ "person_ids": liaisons })));
        pair.bureau = bureau;
        pair
    }

    /// The node that may have been killed.
    fn one(&self) -> &Server {
        self.one.as_ref().unwrap()
    }

    /// Signs in on the one node and chooses a password on the other.
    fn come(&mut self, login: &'static str, password: &str) {
        let cookie = sign_in(self.one(), login, password);
        let (status, me) = call(&self.two, &cookie, "GET", "/me", &Value::Null);
        assert_eq!((status, &me["login"], &me["must_change_password"]), (200, &json!(login), &json!(true)));
        assert_eq!(call(&self.two, &cookie, "PUT", "/me/password", &json!({ "current": password, "new": PASSWORD })).0, 204);
        let (status, me) = call(self.one(), &cookie, "GET", "/me", &Value::Null);
        assert_eq!((status, &me["must_change_password"]), (200, &json!(false)));
        self.sessions.insert(login, cookie);
    }

    fn call(&self, server: &Server, login: &str, method: &str, path: &str, body: &Value) -> (u16, Value) {
        call(server, &self.sessions[login], method, path, body)
    }

    /// Sends out a task to the bureau through this node; answers its page.
    fn dispatch(&self, server: &Server, title: &str) -> Value {
        let input = json!({ "title": title, "parties": [{ "unit_id": self.bureau, "role": "lead" }] });
        let draft = ok(self.call(server, "centre1", "POST", "/tasks", &input));
        let body = json!({ "version": draft["task"]["version"], "not_secret": true });
        ok(self.call(server, "centre1", "POST", &format!("/tasks/{}/submission", id(&draft)), &body))
    }

    /// Sends out a plan of so many tasks at one stroke; answers their ids.
    fn dispatch_many(&self, count: u32) -> Vec<String> {
        let root = ok(self.call(self.one(), "centre1", "POST", "/tasks", &json!({ "title": "总任务" })));
        let parties = json!([{ "unit_id": self.bureau, "role": "lead" }]);
        let weight = 100.0 / f64::from(count);
        let children: Vec<_> = (0..count).map(|n| json!({ "title": format!("第{n}项"), "weight": weight, "parties": parties })).collect();
        let path = format!("/tasks/{}", id(&root));
        let body = json!({ "version": root["task"]["version"], "children": children });
        let root = ok(self.call(self.one(), "centre1", "PUT", &format!("{path}/children"), &body));
        let body = json!({ "version": root["task"]["version"], "not_secret": true });
        let root = ok(self.call(self.one(), "centre1", "POST", &format!("{path}/submission"), &body));
        root["children"].as_array().unwrap().iter().map(|child| text(&child["id"]).to_owned()).collect()
    }

    fn show(&self, server: &Server, login: &str, task: &Value) -> Value {
        ok(self.call(server, login, "GET", &format!("/tasks/{}", id(task)), &Value::Null))
    }

    /// How often this person was told of each task that it waits for a signature.
    fn told(&self, login: &str) -> BTreeMap<String, usize> {
        let mut found = BTreeMap::new();
        let mut path = "/messages?limit=200".to_owned();
        loop {
            let page = ok(self.call(&self.two, login, "GET", &path, &Value::Null));
            for message in page["items"].as_array().unwrap().iter().filter(|message| message["title"] == "新任务待签收") {
                *found.entry(text(&message["task_id"]).to_owned()).or_default() += 1;
            }
            let Some(cursor) = page["next_cursor"].as_str() else { return found };
            path = format!("/messages?limit=200&cursor={cursor}");
        }
    }

    /// Runs both at the same moment, one through each node.
    fn at_once<T: Send>(&self, each: impl Fn(&Server, usize) -> T + Sync) -> [T; 2] {
        let together = Barrier::new(2);
        let (each, together) = (&each, &together);
        std::thread::scope(|scope| {
            [self.one(), &self.two]
                .map(|server| (server, usize::from(std::ptr::eq(server, &self.two))))
                .map(|(server, place)| {
                    scope.spawn(move || {
                        together.wait();
                        each(server, place)
                    })
                })
                .map(|thread| thread.join().unwrap())
        })
    }
}

fn node(data: &Path, url: &str) -> mpsc::Receiver<Server> {
    let (data, url) = (data.to_owned(), url.to_owned());
    aside(move || Server::start(&data, &["--database-url", &url]))
}

fn on_two_nodes(name: &str, test: impl FnOnce(Pair)) {
    let Ok(base) = std::env::var("SHIBICHENG_TEST_POSTGRES") else { return };
    let scratch = db::Scratch::new(&base).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let name = format!("sbc_{}_nodes_{name}", std::process::id());
    runtime.block_on(scratch.create(&name, None)).unwrap();
    test(Pair::start(scratch.url_of(&name)));
    runtime.block_on(scratch.remove(&name)).unwrap();
}

fn initial(line: &str) -> Option<&str> {
    line.split("初始密码 ").nth(1)?.split('（').next()
}

fn sign_in(server: &Server, login: &str, password: &str) -> String {
    let body = json!({ "login": login, "password": password }).to_string();
    let mut answer = String::new();
    server.send("POST", "/api/v1/session", &[("content-type", "application/json")], body.as_bytes()).read_to_string(&mut answer).unwrap();
    let cookie = answer.lines().find_map(|line| line.strip_prefix("set-cookie: ")?.split(';').next());
    cookie.unwrap_or_else(|| panic!("{login}: {answer}")).to_owned()
}

fn call(server: &Server, cookie: &str, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let headers = [("cookie", cookie), ("content-type", "application/json")];
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let (status, answer) = server.ask(method, &format!("/api/v1{path}"), &headers, body.as_bytes());
    (status, serde_json::from_slice(&answer).unwrap_or(Value::Null))
}

#[track_caller]
fn ok((status, body): (u16, Value)) -> Value {
    assert!((200..300).contains(&status), "{status} {body}");
    body
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn id(page: &Value) -> &str {
    text(&page["task"]["id"])
}

/// Looks again and again until it is so.
#[track_caller]
fn until(what: &str, mut so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !so() {
        assert!(begun.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// An open page: events as they come, name and data. The channel closes when the stream ends.
fn listen(server: &Server, cookie: &str) -> mpsc::Receiver<(String, Value)> {
    let stream = server.send("GET", "/api/v1/live", &[("cookie", cookie)], b"");
    stream.set_read_timeout(None).unwrap();
    let (tell, hear) = mpsc::channel();
    std::thread::spawn(move || {
        let mut name = String::new();
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if let Some(event) = line.strip_prefix("event: ") {
                event.clone_into(&mut name);
            } else if let Some(data) = line.strip_prefix("data: ")
                && tell.send((name.clone(), serde_json::from_str(data).unwrap())).is_err()
            {
                break;
            }
        }
    });
    hear
}

/// Whether such an event comes in time; others are passed over.
fn heard(events: &mpsc::Receiver<(String, Value)>, within: Duration, such: impl Fn(&str, &Value) -> bool) -> bool {
    let begun = Instant::now();
    while let Some(left) = within.checked_sub(begun.elapsed()) {
        match events.recv_timeout(left) {
            Ok((name, data)) if such(&name, &data) => return true,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
    false
}

#[test]
fn what_is_done_on_one_node_is_seen_and_heard_on_the_other() {
    on_two_nodes("seen", |pair| {
        // A page that is open on the one hears of what is done on the other. The node's listener needs a moment to connect:
        // only what is sent afterwards arrives.
        let page = listen(&pair.two, &pair.sessions["liaison"]);
        assert!(heard(&page, PATIENCE, |name, _| name == "unread"));
        let heard_of = |task: &Value| heard(&page, Duration::from_secs(3), |name, data| name == "task" && text(&data["id"]) == id(task));
        let task = (0..10).map(|n| pair.dispatch(pair.one(), &format!("修路{n}"))).find(heard_of).unwrap();
        let next = pair.dispatch(pair.one(), "架桥");
        assert!(heard(&page, PATIENCE, |name, data| name == "message" && text(&data["task_id"]) == id(&next)));

        // Every step on the other node than the one before, read where it was not done.
        assert_eq!(pair.show(&pair.two, "liaison", &task)["task"]["state"], "dispatched");
        ok(pair.call(&pair.two, "liaison", "POST", &format!("/tasks/{}/signature", id(&task)), &json!({})));
        assert_eq!(pair.show(pair.one(), "centre1", &task)["task"]["state"], "active");
        let report = json!({ "claimed_progress": 40, "text": "已完成路基" });
        let page_one = ok(pair.call(pair.one(), "liaison", "POST", &format!("/tasks/{}/reports", id(&task)), &report));
        let review = format!("/reports/{}/review", text(&page_one["reports"][0]["id"]));
        ok(pair.call(&pair.two, "centre1", "POST", &review, &json!({ "decision": "accept" })));
        assert_eq!(pair.show(pair.one(), "liaison", &task)["task"]["progress"], 40.0);

        // Whoever signs out on the one node is out on the other, and the page that is open there ends.
        assert_eq!(pair.call(pair.one(), "liaison", "DELETE", "/session", &Value::Null).0, 204);
        assert_eq!(pair.call(&pair.two, "liaison", "GET", "/me", &Value::Null).0, 401);
        until("the page of whoever has signed out ends", || matches!(page.try_recv(), Err(mpsc::TryRecvError::Disconnected)));
    });
}

#[test]
fn through_both_nodes_at_once_nothing_is_lost_and_the_second_learns_of_the_first() {
    const REPORTS: usize = 12;
    on_two_nodes("together", |pair| {
        let task = pair.dispatch(pair.one(), "修路");
        let path = format!("/tasks/{}", id(&task));
        let before = ok(pair.call(&pair.two, "head", "POST", &format!("{path}/signature"), &json!({})));
        let said: Vec<String> = pair
            .at_once(|server, place| {
                let login = ["head", "liaison"][place];
                let report = |n: usize| {
                    let words = format!("{login}的第{n}次上报");
                    ok(pair.call(server, login, "POST", &format!("{path}/reports"), &json!({ "claimed_progress": 50, "text": words })));
                    words
                };
                (0..REPORTS).map(report).collect::<Vec<_>>()
            })
            .concat();
        for server in [pair.one(), &pair.two] {
            let page = pair.show(server, "centre1", &task);
            let mut found: Vec<&str> = page["reports"].as_array().unwrap().iter().map(|report| text(&report["text"])).collect();
            found.sort_unstable();
            let mut said: Vec<&str> = said.iter().map(String::as_str).collect();
            said.sort_unstable();
            assert_eq!(found, said);
            let version = |page: &Value| page["task"]["version"].as_u64().unwrap();
            assert_eq!(version(&page), version(&before) + 2 * REPORTS as u64, "each stands on the one before");
            let line = ok(pair.call(server, "centre1", "GET", &format!("{path}/timeline"), &Value::Null));
            let steps = line["items"].as_array().unwrap().iter().filter(|step| step["action"] == "reported").count();
            assert_eq!(steps, 2 * REPORTS);
        }

        for round in 0..5 {
            let version = pair.show(pair.one(), "centre1", &task)["task"]["version"].clone();
            let title = |place: usize| format!("第{round}轮由{place}号改名");
            let answers = pair.at_once(|server, place| {
                pair.call(server, ["centre1", "centre2"][place], "PATCH", &path, &json!({ "version": version, "title": title(place) }))
            });
            let won = answers.iter().position(|(status, _)| *status == 200).unwrap();
            let (status, problem) = &answers[1 - won];
            assert_eq!((*status, &problem["code"]), (409, &json!("stale_version")), "{problem}");
            assert_eq!(problem["current"]["task"]["title"], title(won));
            for server in [pair.one(), &pair.two] {
                assert_eq!(pair.show(server, "centre1", &task)["task"]["title"], title(won));
            }
        }

        let reports = pair.show(&pair.two, "centre1", &task)["reports"].as_array().unwrap().clone();
        for report in &reports[..4] {
            let path = format!("/reports/{}/review", text(&report["id"]));
            let decisions = [json!({ "decision": "accept" }), json!({ "decision": "send_back", "text": "缺少佐证" })];
            let answers = pair.at_once(|server, place| pair.call(server, ["centre1", "centre2"][place], "POST", &path, &decisions[place]));
            let won = answers.iter().position(|(status, _)| *status == 200).unwrap();
            let (status, problem) = &answers[1 - won];
            assert_eq!((*status, &problem["code"]), (409, &json!("decided")), "{problem}");
            let now = problem["current"]["reports"].as_array().unwrap().iter().find(|now| now["id"] == report["id"]).unwrap();
            assert_eq!(now["state"], ["accepted", "sent_back"][won]);
        }
    });
}

/// How many jobs that tell people something this node has begun.
fn jobs(server: &Server) -> u64 {
    let (status, metrics) = server.ask("GET", "/metrics", &[], b"");
    assert_eq!(status, 200);
    let metrics = String::from_utf8(metrics).unwrap();
    let count = metrics.lines().find_map(|line| line.strip_prefix(r#"job_seconds_count{kind="supervision.notices"} "#));
    count.map_or(0, |count| count.parse().unwrap())
}

/// What a dead node had in hand is another's when its lease ends; that is not waited for.
fn end_leases(url: &str) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let db = db::Db::open(url, &db::Options::default()).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        db::execute!(tx, |c| db::sqlx::query("update job set lease_until = 0 where lease_until is not null").execute(c)).unwrap();
        tx.commit().await.unwrap();
        db.close().await;
    });
}

/// So many tasks in one plan; a hundred divides by it.
const PLAN: u32 = 50;

#[test]
fn jobs_are_done_once_and_when_one_node_is_killed_the_other_goes_on() {
    on_two_nodes("killed", |mut pair| {
        let mut tasks: Vec<String> = Vec::new();
        let all_told = |pair: &Pair, tasks: &[String]| {
            let each: BTreeMap<String, usize> = tasks.iter().map(|id| (id.clone(), 1)).collect();
            ["head", "liaison"].iter().all(|login| pair.told(login) == each)
        };
        // A whole plan goes out at one stroke: every worker of both nodes wants each job. Once is enough as a rule for both to
        // have had a share in it.
        for round in 1..=5_u64 {
            tasks.extend(pair.dispatch_many(PLAN));
            let shares = || [jobs(pair.one()), jobs(&pair.two)];
            // One for each task, and two for the plan as a whole, of which nobody has to be told: it was divided, and it went out.
            let events = round * (u64::from(PLAN) + 2);
            until("each event has its job", || shares().iter().sum::<u64>() >= events);
            until("everybody is told", || all_told(&pair, &tasks));
            assert_eq!(shares().iter().sum::<u64>(), events, "no job is begun twice");
            if shares().iter().all(|share| *share > 0) {
                break;
            }
        }
        assert!(jobs(pair.one()) > 0 && jobs(&pair.two) > 0, "both nodes work");

        // It dies with requests and jobs in hand.
        let page = listen(&pair.two, &pair.sessions["head"]);
        let (tell, told) = mpsc::channel();
        let begun = std::thread::scope(|scope| {
            let (one, pair) = (pair.one(), &pair);
            let busy = scope.spawn(move || {
                let mut begun = Vec::new();
                loop {
                    let input = json!({ "title": "断电", "parties": [{ "unit_id": pair.bureau, "role": "lead" }] }).to_string();
                    let Some(draft) = risky(one, &pair.sessions["centre1"], "/tasks", &input) else { return begun };
                    begun.push(id(&draft).to_owned());
                    let body = json!({ "version": draft["task"]["version"], "not_secret": true }).to_string();
                    if risky(one, &pair.sessions["centre1"], &format!("/tasks/{}/submission", id(&draft)), &body).is_none() {
                        return begun;
                    }
                    let _ = tell.send(());
                }
            });
            for _ in 0..5 {
                told.recv_timeout(PATIENCE).unwrap();
            }
            one.signal("KILL");
            busy.join().unwrap()
        });
        assert!(!pair.one.take().unwrap().ended(Duration::from_secs(15)).success());

        // What was acknowledged is there; of what was not, either all or nothing: it is out, or still a draft.
        let mut out = 0;
        for (place, task) in begun.iter().enumerate() {
            let page = pair.show(&pair.two, "centre1", &json!({ "task": { "id": task } }));
            if page["task"]["state"] == "dispatched" {
                out += 1;
                tasks.push(task.clone());
            } else {
                assert_eq!((page["task"]["state"].as_str(), place), (Some("draft"), begun.len() - 1));
            }
        }
        assert!(out >= 5, "{out}");
        let after = pair.dispatch(&pair.two, "照常办理");
        tasks.push(id(&after).to_owned());
        assert!(heard(&page, PATIENCE, |name, data| name == "task" && text(&data["id"]) == id(&after)));
        end_leases(&pair.url);
        until("everybody is told once of all", || all_told(&pair, &tasks));

        // Another one takes its place.
        pair.one = Some(node(pair.data.path(), &pair.url).recv_timeout(Duration::from_secs(60)).unwrap());
        assert_eq!(pair.show(pair.one(), "head", &after)["task"]["title"], "照常办理");
        assert!(all_told(&pair, &tasks));
        pair.one.take().unwrap().stop();
        pair.two.stop();
        assert!(say(pair.data.path(), &["verify", "--database-url", &pair.url]).contains("均与写入时一致"));
    });
}

/// A request to a node that may die over it: nothing then.
fn risky(server: &Server, cookie: &str, path: &str, body: &str) -> Option<Value> {
    let mut stream = std::net::TcpStream::connect(server.address()).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let head = format!(
        "POST /api/v1{path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncookie: {cookie}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        server.address(),
        body.len()
    );
    std::io::Write::write_all(&mut stream, head.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let page = serde_json::from_str(body).ok()?;
    assert!(head.starts_with("HTTP/1.1 20"), "{answer}");
    Some(page)
}
