//! The one published month, as the demo set plays it.

use blob::Store;
use db::{Db, Options, Sync};
use kit::{Clock, Rng};
use shibicheng::{
    access,
    app::{self, Base},
    config::Config,
    demo,
    tasks::{self, FilterQuery},
};

#[tokio::test]
async fn june_2021_says_415_created_61_important_168_completed_27_overdue() {
    let folder = tempfile::TempDir::new().unwrap();
    let url = format!("sqlite:{}", folder.path().join("june.sqlite").display());
    let db = Db::open(&url, &Options { sync: Sync::Off, ..Options::default() }).await.unwrap();
    db.migrate(&app::MIGRATIONS).await.unwrap();
    let config = Config::load(None, [], &[("data_dir", folder.path().display().to_string())]).unwrap();
    let blobs = Store::at(folder.path().join("blobs")).await.unwrap();
    let end = "2021-06-30T23:59:59+08:00".parse().unwrap();
    let app = app::assemble(Base { db, clock: Clock::manual(end), rng: Rng::seeded(1), blobs, config, metrics: None });
    demo::load_june_2021(&app).await.unwrap();

    let ctx = app.ctx(access::system_principal());
    let mut tx = app.db.read().await.unwrap();
    let (first, last) = ("2021-06-01".parse().unwrap(), "2021-06-30".parse().unwrap());
    let s = tasks::summary(&mut tx, &ctx, first, last, Some(end)).await.unwrap();
    assert_eq!((s.created, s.important, s.completed, s.overdue), (415, 61, 168, 27));

    // Lists and boards agree at that moment.
    let period = FilterQuery { created_from: Some(first), created_to: Some(last), ..FilterQuery::default() };
    let cases = [
        (period.clone(), 415),
        (FilterQuery { importance: Some("important,major".to_owned()), ..period.clone() }, 61),
        (FilterQuery { state: Some("closed,settled".to_owned()), ..period.clone() }, 168),
        (FilterQuery { overdue: Some(true), ..period.clone() }, 27),
    ];
    for (query, n) in cases {
        assert_eq!(tasks::total(&mut tx, &ctx, &query.read().unwrap().0).await.unwrap(), n, "{query:?}");
        let mut rows = 0;
        let mut page = tasks::list(&mut tx, &ctx, &FilterQuery { limit: Some(200), ..query.clone() }).await.unwrap();
        loop {
            rows += page.items.len();
            let Some(cursor) = page.next_cursor else { break };
            page = tasks::list(&mut tx, &ctx, &FilterQuery { limit: Some(200), cursor: Some(cursor), ..query.clone() }).await.unwrap();
        }
        assert_eq!(i64::try_from(rows).unwrap(), n, "{query:?}");
    }
    let by_unit = tasks::by_unit(&mut tx, &ctx, &period.read().unwrap().0).await.unwrap();
    assert_eq!(by_unit.iter().map(|load| load.overdue).sum::<i64>(), 27);
    assert_eq!(by_unit.iter().map(|load| load.closed).sum::<i64>(), 168);
    // A year later the same moment is still answered the same way.
    app.clock.set("2022-06-30T12:00:00+08:00".parse().unwrap());
    let later = tasks::summary(&mut tx, &ctx, first, last, Some(end)).await.unwrap();
    assert_eq!((later.created, later.important, later.completed, later.overdue), (415, 61, 168, 27));
    drop(tx);
    app.db.close().await;
}
