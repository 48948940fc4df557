//! Messages flow to a gateway while the process is killed: each arrives, and a crash repeats at most the one that was on its way.
//! `bin/chaos` runs the same with more messages and more kills, and lets a node stand still and the database be out of reach.

use std::{
    collections::{BTreeMap, HashSet},
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    killed::on_postgresql,
    kit::{Server, command, say},
};

/// How much: little here, more where `bin/chaos` says so.
fn measure(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// A gateway that takes everything and counts what came how often.
#[derive(Clone, Default)]
struct Counting(Arc<Mutex<BTreeMap<String, usize>>>);

impl Counting {
    /// Begins to listen; answers where.
    fn open(&self) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let counts = self.clone();
        std::thread::spawn(move || {
            for line in listener.incoming().flatten() {
                let counts = counts.clone();
                std::thread::spawn(move || while counts.take(&line).is_some() {});
            }
        });
        port
    }

    /// Takes one message; nothing when the line has ended.
    fn take(&self, mut line: &TcpStream) -> Option<()> {
        let mut reader = BufReader::new(line);
        let mut length = 0;
        loop {
            let mut head = String::new();
            if reader.read_line(&mut head).ok()? == 0 {
                return None;
            }
            if let Some(value) = head.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
            if head == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let said: Value = serde_json::from_slice(&body).ok()?;
        let id = said["id"].as_str()?.to_owned();
        *self.0.lock().unwrap().entry(id).or_default() += 1;
        let answer = r#"{"taken":"true"}"#;
        // In one piece: the rest would wait 40 ms for the other side to acknowledge the first.
        let text = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{answer}", answer.len());
        line.write_all(text.as_bytes()).ok()
    }

    fn came(&self) -> usize {
        self.0.lock().unwrap().values().sum()
    }
}

pub(crate) fn start(data: &TempDir, database: &[&str], gateways: &str) -> Server {
    let mut command = command(data.path(), &[&["serve", "--listen", "127.0.0.1:0"], database].concat());
    command.env("SHIBICHENG_GATEWAYS", gateways).env("SHIBICHENG_DEMO_CLOCK", "true");
    Server::start_by(command)
}

/// What time it is for the system: the day, and the hour.
pub(crate) fn now(server: &Server, token: &str) -> (String, u64) {
    let (status, clock) = server.api(token, "GET", "/demo/clock", b"");
    assert_eq!(status, 200, "{clock}");
    let text = clock["now"].as_str().unwrap();
    (text[..10].to_owned(), text[11..13].parse().unwrap())
}

pub(crate) fn forward(server: &Server, token: &str, hours: u64) {
    let (status, answer) = server.api(token, "POST", "/demo/clock", json!({ "hours": hours }).to_string().as_bytes());
    assert_eq!(status, 200, "{answer}");
}

/// Deliveries by SMS, all of them.
fn deliveries(server: &Server, token: &str) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let (status, page) = server.api(token, "GET", &format!("/deliveries?channel=sms&limit=200{cursor}"), b"");
        assert_eq!(status, 200, "{page}");
        all.extend(page["items"].as_array().unwrap().iter().cloned());
        let Some(next) = page["next_cursor"].as_str() else { return all };
        cursor = format!("&cursor={next}");
    }
}

/// Waits until something holds, but not for ever.
pub(crate) fn until(what: &str, minutes: usize, mut holds: impl FnMut() -> bool) {
    for _ in 0..minutes * 120 {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    panic!("not within {minutes} minutes: {what}");
}

/// Adds tasks that are due on this day to an area that nobody serves.
pub(crate) fn fall_overdue(data: &TempDir, database: &[&str], day: &str, tasks: usize, priority: usize) {
    let mut lines = String::from(
        "id,dept_id,assignee_id,author_id,status_id,priority_id,progress,hours,created_at,due_date,closed_at,title,description\n",
    );
    for n in 0..tasks {
        lines.push_str(&format!("{n},{n},{n},0,2,{priority},30,0,2021-06-01,{day},,送达{n},须按期完成\n"));
    }
    let ledger = data.path().join("open.csv");
    std::fs::write(&ledger, lines).unwrap();
    say(data.path(), &[&["bench-data", "--from-csv", ledger.to_str().unwrap()], database].concat());
}

/// An area whose tasks fall overdue, and a gateway that counts what comes of it.
struct Flow {
    data: TempDir,
    database: Vec<String>,
    counting: Counting,
    gateways: String,
    admin: String,
    centre: String,
    tasks: usize,
    minutes: usize,
    /// So many hundredths of a second may pass without one more having gone.
    patience: usize,
}

impl Flow {
    /// Makes the area, and lets time pass until messages flow.
    fn begin(database: &[&str]) -> (Self, Server) {
        let tasks = measure("CHAOS_TASKS", 300);
        // No day has room for many messages to one person, but for critical ones; and many take longer until the first of them goes.
        let (priority, patience) = if tasks > 1000 { (5, 500) } else { (2, 100) };
        let data = TempDir::new().unwrap();
        let run = |arguments: &[&str]| say(data.path(), &[arguments, database].concat());
        run(&["demo", "--set", "june-2021"]);
        let counting = Counting::default();
        let gateways = data.path().join("gateways.toml");
        let text = format!(
            "[[gateway]]\ncode = \"sms\"\n[gateway.http]\nurl = \"http://127.0.0.1:{}/\"\n\
             body = {{ json = '{{\"id\": \"{{id}}\", \"to\": \"{{to}}\", \"text\": \"{{text}}\"}}' }}\n\
             success = {{ at = {{ place = {{ json = \"/taken\" }}, equals = [\"true\"] }} }}\n",
            counting.open()
        );
        std::fs::write(&gateways, text).unwrap();
        let token = |login: &str| run(&["admin", "token", "--user", login]).trim().to_owned();
        let (admin, centre) = (token("admin"), token("centre1"));
        let flow = Self {
            database: database.iter().map(|word| (*word).to_owned()).collect(),
            gateways: gateways.to_str().unwrap().to_owned(),
            minutes: 3 + tasks / 1000,
            data,
            counting,
            admin,
            centre,
            tasks,
            patience,
        };

        // Tasks that fall overdue tomorrow.
        let server = flow.start();
        let (today, _) = now(&server, &flow.admin);
        server.stop();
        fall_overdue(&flow.data, database, &today, tasks, priority);

        let server = flow.start();
        let (admin, centre) = (&flow.admin, &flow.centre);
        let (_, page) = server.api(centre, "GET", "/delivery-rules", b"");
        let mut rules = page["rules"].clone();
        for channel in rules["channels"].as_array_mut().unwrap() {
            (channel["merge_from"], channel["daily"]) = (json!(0), json!(1000));
        }
        let body = json!({ "rules": rules, "reason": "逐条发送", "version": page["version"] }).to_string();
        assert_eq!(server.api(centre, "POST", "/delivery-rules", body.as_bytes()).0, 201);
        // What came without an event is found within the hour.
        forward(&server, admin, 1);
        // Whoever is found after time has passed is looked at from then on: what was due before is past.
        let (_, open) = server.api(centre, "GET", "/tasks/count?state=dispatched,active", b"");
        let open = open["total"].as_u64().unwrap();
        assert!(open >= tasks as u64, "{open} open tasks");
        until("every task is looked out for", flow.minutes, || {
            let (_, state) = server.api(centre, "GET", "/reminders/state", b"");
            state["tasks"].as_u64().is_some_and(|n| n >= open)
        });
        // To the afternoon, and then day by day until a working day has come.
        let (_, hour) = now(&server, admin);
        forward(&server, admin, (15 + 24 - hour) % 24 + 24);
        for _ in 0..12 {
            for _ in 0..60 {
                if flow.counting.came() > 0 {
                    break;
                }
                std::thread::sleep(Duration::from_millis(500));
            }
            if flow.counting.came() > 0 {
                break;
            }
            forward(&server, admin, 24);
        }
        assert!(flow.counting.came() > 0, "nothing went out");
        (flow, server)
    }

    fn start(&self) -> Server {
        start(&self.data, &self.database.iter().map(String::as_str).collect::<Vec<_>>(), &self.gateways)
    }

    /// Waits until so many more have come, or nothing more comes.
    fn some_more(&self, more: usize) {
        let mut came = self.counting.came();
        let (enough, mut quiet) = (came + more, 0);
        while came < enough && quiet < self.patience {
            std::thread::sleep(Duration::from_millis(10));
            let now = self.counting.came();
            quiet = if now > came { 0 } else { quiet + 1 };
            came = now;
        }
    }

    /// Waits until everything has gone out: each came, and no more came twice than may have.
    fn end(self, server: Server, what: &str, may_twice: usize) {
        let (centre, tasks) = (&self.centre, self.tasks);
        until("everything has gone out", self.minutes, || {
            let (_, state) = server.api(centre, "GET", "/reminders/state", b"");
            let waits = |state: &str| {
                server.api(centre, "GET", &format!("/deliveries?channel=sms&state={state}&limit=1"), b"").1["items"] != json!([])
            };
            state["due"] == 0 && !waits("queued") && !waits("sending")
        });
        let all = deliveries(&server, centre);
        let sent: Vec<&str> =
            all.iter().filter(|delivery| delivery["state"] == "sent").map(|delivery| delivery["id"].as_str().unwrap()).collect();
        assert!(sent.len() >= tasks, "only {} of {} were sent: {:?}", sent.len(), all.len(), all.first());
        // Each task was told of, nothing was given up, and what did not leave says that it was seen to.
        let told: HashSet<&str> = all
            .iter()
            .filter(|delivery| delivery["state"] == "sent")
            .filter_map(|delivery| delivery["text"].as_str()?.split(['“', '”']).nth(1))
            .collect();
        let untold: Vec<String> = (0..tasks).map(|n| format!("送达{n}")).filter(|title| !told.contains(title.as_str())).collect();
        let of_one = untold.first().map(|title| {
            let (_, found) = server.api(centre, "GET", &format!("/tasks?q={title}&limit=1"), b"");
            let (_, reminders) = server.api(centre, "GET", &format!("/tasks/{}/reminders", found["items"][0]["id"].as_str().unwrap()), b"");
            (title, reminders)
        });
        assert!(untold.is_empty(), "nobody was told of {} tasks: {of_one:#?}", untold.len());
        let odd =
            |delivery: &&Value| delivery["state"] != "sent" && (delivery["state"] != "suppressed" || delivery["reason"] != "answered");
        let odd: Vec<&Value> = all.iter().filter(odd).collect();
        assert!(odd.is_empty(), "{} neither left nor were seen to: {:?}", odd.len(), odd.first());
        let counts = self.counting.0.lock().unwrap();
        let lost: Vec<_> = sent.iter().filter(|id| !counts.contains_key(**id)).collect();
        assert!(lost.is_empty(), "said to be sent and never came: {lost:?}");
        let unknown: Vec<_> = counts.keys().filter(|id| !sent.contains(&id.as_str())).collect();
        assert!(unknown.is_empty(), "came and are not known as sent: {unknown:?}");
        let twice: usize = counts.values().map(|n| n - 1).sum();
        eprintln!("{} messages, {what}, {twice} came twice", sent.len());
        assert!(twice <= may_twice, "{twice} came twice, {what}");
        server.stop();
    }
}

fn arrive(database: &[&str]) {
    let kills = measure("CHAOS_KILLS", 5);
    let (flow, server) = Flow::begin(database);
    let mut server = Some(server);
    for _ in 0..kills {
        let running = server.take().unwrap();
        // The flow lasts as long as the kills do.
        flow.some_more((flow.tasks / kills.max(1)).max(5));
        running.signal("KILL");
        assert!(!running.ended(Duration::from_secs(15)).success());
        let again = flow.start();
        // What the dead one had in hand is free after two minutes.
        forward(&again, &flow.admin, 1);
        server = Some(again);
    }
    flow.end(server.unwrap(), &format!("{kills} kills"), kills);
}

/// One of two nodes stands still for a while and goes on as if nothing had been: what it had in hand is the other's by then.
fn outlives_a_pause(database: &[&str]) {
    let (flow, one) = Flow::begin(database);
    let two = flow.start();
    flow.some_more(5);
    one.signal("STOP");
    forward(&two, &flow.admin, 1);
    std::thread::sleep(Duration::from_secs(measure("CHAOS_AWAY", 5) as u64));
    one.signal("CONT");
    flow.some_more(5);
    one.stop();
    // The letter that was on its way when the node stood still, of each kind of sending.
    flow.end(two, "a node stood still", 1);
}

/// A way to a database that can be cut: everything on it breaks, and nobody comes through until it is mended.
struct Cable {
    port: u16,
    cut: Arc<AtomicBool>,
    lines: Arc<Mutex<Vec<TcpStream>>>,
}

impl Cable {
    fn to(database: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let cable = Self { port: listener.local_addr().unwrap().port(), cut: Arc::default(), lines: Arc::default() };
        let (cut, lines) = (cable.cut.clone(), cable.lines.clone());
        std::thread::spawn(move || {
            for near in listener.incoming().flatten() {
                if cut.load(Ordering::SeqCst) {
                    continue;
                }
                let Ok(far) = TcpStream::connect(&database) else { continue };
                for (mut from, mut to) in
                    [(near.try_clone().unwrap(), far.try_clone().unwrap()), (far.try_clone().unwrap(), near.try_clone().unwrap())]
                {
                    std::thread::spawn(move || {
                        let _ = std::io::copy(&mut from, &mut to);
                        let _ = to.shutdown(Shutdown::Both);
                    });
                }
                lines.lock().unwrap().extend([near, far]);
            }
        });
        cable
    }

    fn cut(&self) {
        self.cut.store(true, Ordering::SeqCst);
        for line in self.lines.lock().unwrap().drain(..) {
            let _ = line.shutdown(Shutdown::Both);
        }
    }

    fn mend(&self) {
        self.cut.store(false, Ordering::SeqCst);
    }
}

/// The database is out of reach for a while, in the middle of sending.
fn outlives_the_database(database: &[&str]) {
    let [option, url] = database else { panic!("a database that can be out of reach") };
    let (_, rest) = url.split_once("//").unwrap();
    let place = rest.split('/').next().unwrap().rsplit('@').next().unwrap();
    let cable = Cable::to(place.to_owned());
    let through = url.replacen(place, &format!("127.0.0.1:{}", cable.port), 1);
    let (flow, server) = Flow::begin(&[option, &through]);
    flow.some_more(5);
    cable.cut();
    std::thread::sleep(Duration::from_secs(measure("CHAOS_AWAY", 5) as u64));
    cable.mend();
    until("the database is found again", 2, || server.ask("GET", "/readyz", &[], b"").0 == 200);
    forward(&server, &flow.admin, 1);
    flow.end(server, "the database was away", 1);
}

#[test]
fn every_message_arrives_and_a_kill_repeats_at_most_one() {
    arrive(&[]);
}

#[test]
fn on_postgresql_every_message_arrives_and_a_kill_repeats_at_most_one() {
    on_postgresql("flow", arrive);
}

#[test]
#[ignore = "bin/chaos runs it"]
fn on_postgresql_a_node_that_stood_still_brings_nothing_that_the_other_brought() {
    on_postgresql("pause", outlives_a_pause);
}

#[test]
#[ignore = "bin/chaos runs it"]
fn on_postgresql_every_message_arrives_when_the_database_was_out_of_reach() {
    on_postgresql("away", outlives_the_database);
}
