use db::{Db, sqlx::migrate::Migrator};

/// Every version of the schema, compiled in.
pub static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// Versions that are not applied yet.
pub async fn pending(db: &Db) -> db::Result<Vec<i64>> {
    let applied = db.applied().await?;
    Ok(MIGRATIONS.iter().map(|migration| migration.version).filter(|version| !applied.contains(version)).collect())
}
