use workdays::*;
#[test]
fn survey() {
    let from: chrono::NaiveDate = "2026-04-15".parse().unwrap();
    for t in std::fs::read_to_string("/tmp/phrases.txt").unwrap().lines() {
        let r = deadline::read(t, from, Calendar::official());
        println!(
            "{t}\n    day={:?} ms={:?} st={} rule={:?}\n    {:?}\n    !{:?}",
            r.day.map(|d| d.to_string()),
            r.milestone_days
                .iter()
                .map(|d| d.to_string())
                .collect::<Vec<_>>(),
            r.standing,
            r.report_rule,
            r.explanation,
            r.warnings
        );
    }
    let c = Calendar::official();
    let t = std::time::Instant::now();
    let mut x = 0i64;
    for i in 0..1_000_000i64 {
        let d = c.add_workdays(from, i % 500 - 200);
        x += c.workdays_between(from, d);
    }
    println!("1M add+between {:?} {x}", t.elapsed());
    let t = std::time::Instant::now();
    for _ in 0..10_000 {
        std::hint::black_box(deadline::read(
            "请于2021年6月底前；12月底前完成，每月25日前报送",
            from,
            c,
        ));
    }
    println!("10k reads {:?}", t.elapsed());
}
#[test]
fn texts() {
    let from: chrono::NaiveDate = "2022-02-15".parse().unwrap();
    for f in std::fs::read_dir("/work/shared/data/division_texts").unwrap() {
        let p = f.unwrap().path();
        println!("## {}", p.display());
        for s in std::fs::read_to_string(&p)
            .unwrap()
            .split(['。', '\n', ';', '；'])
        {
            let r = deadline::read(s, from, Calendar::official());
            if r.matched || !r.explanation.is_empty() {
                println!(
                    "{:?} | {:?} st={} {:?}",
                    s.chars().take(200).collect::<String>(),
                    r.explanation,
                    r.standing,
                    r.report_rule
                );
            }
        }
    }
}
