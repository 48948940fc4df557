use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use kit::Rng;

use crate::app::{Fields, Outcome, Refusal};

/// Refuses passwords that are too easy: 10 to 128 characters, of three kinds out of four (or 16 and more of any), not
/// containing a login of four characters or more.
pub fn check_password_rules(field: &str, password: &str, login: &str) -> Outcome<()> {
    let mut fields = Fields::default();
    let length = password.chars().count();
    if !(10..=128).contains(&length) {
        fields.add(field, "密码应为 10 至 128 位");
    }
    let kinds = [
        password.chars().any(|c| c.is_ascii_lowercase()),
        password.chars().any(|c| c.is_ascii_uppercase()),
        password.chars().any(|c| c.is_ascii_digit()),
        password.chars().any(|c| !c.is_ascii_alphanumeric()),
    ];
    if length < 16 && kinds.iter().filter(|&&kind| kind).count() < 3 {
        fields.add(field, "密码应含大写字母、小写字母、数字、符号中的三类，或不少于 16 位");
    }
    // A login of a few letters stands in many a good password.
    if login.chars().count() >= 4 && password.to_lowercase().contains(&login.to_lowercase()) {
        fields.add(field, "密码不能包含登录名");
    }
    fields.finish()
}

/// An initial password that meets the rules and can be read over the telephone.
pub fn initial_password(rng: &Rng) -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz";
    let pick = |set: &[u8]| {
        let index = usize::try_from(rng.below(set.len() as u64)).unwrap_or(0);
        set.get(index).map_or('x', |byte| char::from(*byte))
    };
    let mut password = String::new();
    for block in 0..3 {
        for _ in 0..3 {
            password.push(pick(LETTERS));
        }
        password.push(if block < 2 { '-' } else { pick(b"23456789") });
    }
    let mut chars = password.chars();
    chars.next().map(|first| first.to_ascii_uppercase().to_string() + chars.as_str()).unwrap_or_default()
}

/// Argon2id with the parameters OWASP recommends; about 20 ms and 19 MiB a try, off the async threads.
pub async fn hash(password: String) -> Outcome<String> {
    tokio::task::spawn_blocking(move || Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()))
        .await
        .map_err(Refusal::internal)?
        .map_err(Refusal::internal)
}

/// Whether the password is the one of the hash.
pub(super) async fn verify(password: String, hash: String) -> Outcome<bool> {
    tokio::task::spawn_blocking(move || {
        PasswordHash::new(&hash).is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
    })
    .await
    .map_err(Refusal::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initial_passwords_meet_the_rules() {
        let rng = Rng::seeded(1);
        for _ in 0..200 {
            let password = initial_password(&rng);
            assert!(check_password_rules("new", &password, "zhang").is_ok(), "{password}");
        }
    }

    #[test]
    fn easy_passwords_are_refused() {
        for password in ["short1!A", "alllowercase", "Zhangsan-2026", "12345678901"] {
            assert!(check_password_rules("new", password, "zhangsan").is_err(), "{password}");
        }
        assert!(check_password_rules("new", "correct horse battery staple", "zhangsan").is_ok());
    }
}
