use db::{Db, sqlx::migrate::Migrator};

/// Every version of the schema, compiled in.
static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// What counts the changes of everything that stands in [`HOUSE_TABLES`].
pub const HOUSE: &str = "house";

/// Whence follows who somebody is and what they see (`access::Principal`), and what the house goes by ([`super::Standing`]). A table
/// that is left out changes both a day late.
pub const HOUSE_TABLES: [&str; 11] =
    ["account", "person", "unit", "unit_above", "post", "tenure", "charge", "liaison", "delegation", "calendar_version", "rule_version"];

/// Brings the schema up to date. Nodes that start together take turns.
///
/// # Errors
/// A migration failed, or one that was applied has since been altered or removed.
pub async fn migrate(db: &Db) -> db::Result<()> {
    db.migrate(&MIGRATIONS).await?;
    db.count_changes(HOUSE, &HOUSE_TABLES).await
}

/// Versions that are not applied yet.
pub async fn pending(db: &Db) -> db::Result<Vec<i64>> {
    let applied = db.applied().await?;
    Ok(MIGRATIONS.iter().map(|migration| migration.version).filter(|version| !applied.contains(version)).collect())
}
