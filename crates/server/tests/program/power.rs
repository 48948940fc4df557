//! The power fails: of the database there is what was brought to the disk, and no more.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use crate::{
    killed::{Done, ask_again, write_until_killed, written},
    kit::{Server, command, say},
};

const DATABASE: [&str; 2] = ["shibicheng.sqlite", "shibicheng.sqlite-wal"];

/// What keeps the files as they were when they were last synced.
fn recorder(folder: &Path) -> PathBuf {
    let made = folder.join("power-cut.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/program/power-cut.c");
    let done = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-pthread", "-o"]).arg(&made).arg(source).status().unwrap();
    assert!(done.success());
    made
}

/// Writes until the power fails, so many times; answers what people were told, and the server that was started after it.
fn cut(times: usize, sync: &str) -> (Vec<Done>, Server, String, [TempDir; 2]) {
    let [data, kept] = [TempDir::new().unwrap(), TempDir::new().unwrap()];
    let recorder = recorder(kept.path());
    say(data.path(), &["demo", "--set", "june-2021"]);
    let token = say(data.path(), &["admin", "token", "--user", "centre1"]).trim().to_owned();
    let (mut all, mut carried) = (Vec::new(), false);
    for round in 0..times {
        for name in DATABASE {
            let _ = std::fs::remove_file(kept.path().join(name));
        }
        // On the disk from before.
        let before = std::fs::read(data.path().join(DATABASE[0])).unwrap();
        std::fs::write(kept.path().join(DATABASE[0]), &before).unwrap();
        let mut serve = command(data.path(), &["serve", "--listen", "127.0.0.1:0"]);
        serve.env("LD_PRELOAD", &recorder).env("POWER_CUT_KEEPS", kept.path()).env("SHIBICHENG_SQLITE_SYNC", sync);
        all.extend(write_until_killed(Server::start_by(serve), &token, round, 40 + round * 200));
        let now = std::fs::read(kept.path().join(DATABASE[0])).unwrap();
        carried |= now != before;
        let _ = std::fs::remove_file(data.path().join("shibicheng.sqlite-shm"));
        for name in DATABASE {
            let _ = std::fs::remove_file(data.path().join(name));
            let _ = std::fs::copy(kept.path().join(name), data.path().join(name));
        }
        // Whoever opens it carries the log into it.
        say(data.path(), &["verify"]);
        assert!(!data.path().join(DATABASE[1]).exists());
    }
    assert!(carried || times == 1, "the log was never carried into the database");
    let server = Server::start(data.path(), &[]);
    (all, server, token, [data, kept])
}

#[test]
fn what_was_acknowledged_survives_a_power_cut() {
    let (done, server, token, _folders) = cut(3, "full");
    let acknowledged: Vec<&String> = done.iter().flat_map(|done| &done.acknowledged).collect();
    assert!(acknowledged.len() > 150);
    let found = written(&server, &token);
    let missing: Vec<&&String> = acknowledged.iter().filter(|title| found.get(**title) != Some(&1)).collect();
    assert!(missing.is_empty(), "{} of {} are not there, or twice: {missing:?}", missing.len(), acknowledged.len());
    ask_again(&server, &token, &done);
    let expected: BTreeMap<String, usize> =
        done.into_iter().flat_map(|done| done.acknowledged.into_iter().chain([done.unknown])).map(|title| (title, 1)).collect();
    assert_eq!(written(&server, &token), expected);
    server.stop();
}

/// That the one above can fail.
#[test]
fn without_syncs_a_power_cut_takes_what_was_acknowledged() {
    let (done, server, token, _folders) = cut(1, "normal");
    let found = written(&server, &token);
    assert!(done.iter().flat_map(|done| &done.acknowledged).any(|title| !found.contains_key(title)));
    server.stop();
}
