//! PostgreSQL's own tools, where they are installed.

use std::{io::ErrorKind, path::Path};

use anyhow::Context as _;
use tokio::process::Command;

/// Writes a dump of the database at `url`; `false` when there is no `pg_dump` on this machine.
pub(super) async fn dump(url: &str, target: &Path) -> anyhow::Result<bool> {
    run("pg_dump", url, |command| command.arg("--format=custom").arg("--no-owner").arg("--file").arg(target)).await
}

/// Reads a dump into the empty database at `url`; `false` when there is no `pg_restore` on this machine.
pub(super) async fn restore(url: &str, source: &Path) -> anyhow::Result<bool> {
    run("pg_restore", url, |command| command.arg("--exit-on-error").arg("--no-owner").arg("--single-transaction").arg(source)).await
}

async fn run(program: &str, url: &str, arguments: impl FnOnce(&mut Command) -> &mut Command) -> anyhow::Result<bool> {
    let (url, password) = without_password(url);
    let mut command = Command::new(program);
    command.arg("--dbname").arg(url);
    // Arguments can be read by every user of the machine, the environment cannot.
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    match arguments(&mut command).status().await {
        Ok(status) if status.success() => Ok(true),
        Ok(status) => anyhow::bail!("{program}: {status}"),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error).context(program.to_owned()),
    }
}

/// The URL without its password, and the password.
fn without_password(url: &str) -> (String, Option<String>) {
    let parts = || {
        let (scheme, rest) = url.split_once("://")?;
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let (user, host) = authority.rsplit_once('@')?;
        let (name, password) = user.split_once(':')?;
        Some((format!("{scheme}://{name}@{host}{path}"), decoded(password)))
    };
    parts().map_or_else(|| (url.to_owned(), None), |(url, password)| (url, Some(password)))
}

/// `%40` is `@`.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = (*first == b'%').then(|| after.get(..2)).flatten().and_then(|code| hex::decode(code).ok());
        rest = match escaped {
            Some(byte) => {
                bytes.extend(byte);
                after.get(2..).unwrap_or_default()
            }
            None => {
                bytes.push(*first);
                after
            }
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn a_password_does_not_stand_in_the_arguments() {
        let split = |url| without_password(url);
        let (url, password) = split("postgres://sbc:p%40ss:w@db.example:5432/sbc?sslmode=require");
        assert_eq!(url, "postgres://sbc@db.example:5432/sbc?sslmode=require");
        assert_eq!(password.as_deref(), Some("p@ss:w"));
        assert_eq!(split("postgres://sbc@localhost/sbc"), ("postgres://sbc@localhost/sbc".to_owned(), None));
        assert_eq!(split("postgres:///sbc"), ("postgres:///sbc".to_owned(), None));
    }
}
