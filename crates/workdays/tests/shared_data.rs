//! Agreement with the published data and the real ledger, where the shared folder is present.

use std::path::PathBuf;

use chrono::{Datelike, NaiveDate};
use workdays::{Calendar, DayKind, deadline};

fn shared(path: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(path);
    if path.exists() {
        return Some(path);
    }
    eprintln!("SKIPPED: {} is not here", path.display());
    None
}

#[test]
fn the_compiled_in_years_agree_day_by_day_with_the_published_data() {
    let Some(folder) = shared("holidays") else {
        return;
    };
    let calendar = Calendar::official();
    let mut published = std::collections::BTreeMap::new();
    for year in 2018..=2026 {
        let text = std::fs::read_to_string(folder.join(format!("{year}.json"))).expect("a file a year");
        let file: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        for day in file["days"].as_array().expect("days") {
            let date: NaiveDate = day["date"].as_str().expect("date").parse().expect("ISO date");
            let name = day["name"].as_str().expect("name").to_owned();
            published.insert(date, (day["isOffDay"].as_bool().expect("isOffDay"), name));
        }
        let official = calendar.official_year(year).expect("compiled in");
        let papers: Vec<&str> = file["papers"].as_array().expect("papers").iter().filter_map(|paper| paper.as_str()).collect();
        assert_eq!(official.papers, papers);
    }
    assert!(published.len() > 250);
    let (first, last) = (NaiveDate::from_ymd_opt(2018, 1, 1), NaiveDate::from_ymd_opt(2026, 12, 31));
    let mut workdays = 0;
    for date in first.expect("day").iter_days().take_while(|date| Some(*date) <= last) {
        let weekend = date.weekday().number_from_monday() > 5;
        let day = calendar.day(date);
        let known = published.get(&date);
        let off = known.map_or(weekend, |(off, _)| *off);
        assert_eq!(calendar.is_workday(date), !off, "{date}");
        assert_eq!(day.holiday, known.map(|(_, name)| name.as_str()), "{date}");
        assert_eq!(day.kind == DayKind::Holiday, known.is_some_and(|(off, _)| *off), "{date}");
        assert_eq!(day.kind == DayKind::MakeUp, weekend && !off, "{date}");
        assert!(day.published && !day.local);
        workdays += i64::from(!off);
    }
    let before = NaiveDate::from_ymd_opt(2017, 12, 31).expect("day");
    assert_eq!(calendar.workdays_between(before, last.expect("day")), workdays);
}

#[test]
fn every_deadline_of_the_real_ledger_is_read() {
    let Some(path) = shared("real_ledger.csv") else {
        return;
    };
    let text = std::fs::read_to_string(path).expect("readable");
    let mut rows = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let column = rows.headers().expect("header").iter().position(|name| name == "时限表述").expect("column");
    // 国办发〔2020〕43号 was issued on 29 October 2020.
    let from = NaiveDate::from_ymd_opt(2020, 10, 29).expect("day");
    let mut read = 0;
    for row in rows.records() {
        let row = row.expect("row");
        let words = row.get(column).expect("column");
        if words.is_empty() {
            continue;
        }
        let reading = deadline::read(words, from, Calendar::official());
        assert!(reading.matched, "{words}: {reading:?}");
        assert_eq!(reading.standing, words == "持续推进", "{words}: {reading:?}");
        assert_eq!(reading.day.is_none(), reading.standing, "{words}: {reading:?}");
        let parts = words.split('；').count();
        assert_eq!(reading.explanation.len(), parts, "{words}: {reading:?}");
        assert_eq!(reading.milestone_days.len(), if parts > 1 { parts } else { 0 }, "{words}: {reading:?}");
        // Every warning left is about dates listed out of order.
        assert!(reading.warnings.iter().all(|warning| warning.zh().contains("先后")), "{words}: {reading:?}");
        read += 1;
    }
    assert!(read >= 30, "{read}");
}
