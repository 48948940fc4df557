use std::sync::{Arc, LazyLock};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use kit::Rng;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::app::{Fields, Outcome, Refusal};

/// Seconds after which somebody who found the line full may come again: it has moved on by then.
const COME_AGAIN: i64 = 2;

/// One for the process, whose memory it guards.
static GATE: LazyLock<Gate> = LazyLock::new(|| {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    // At 20 ms a password, who stands at the end of the line waits about two thirds of a second.
    Gate::new(2 * cores, 32 * cores)
});

/// Holds down how many passwords are worked on at once: each takes 19 MiB and a core, and anybody may ask.
#[derive(Debug)]
struct Gate {
    work: Arc<Semaphore>,
    /// Those at work and those in the line.
    places: Arc<Semaphore>,
}

/// Held while a password is worked on, by the work itself: it goes on when whoever asked has gone.
#[derive(Debug)]
struct Turn {
    _work: OwnedSemaphorePermit,
    _place: Option<OwnedSemaphorePermit>,
}

impl Gate {
    fn new(at_once: usize, waiting: usize) -> Self {
        Self { work: Arc::new(Semaphore::new(at_once)), places: Arc::new(Semaphore::new(at_once.saturating_add(waiting))) }
    }

    /// Waits for a turn, or is sent away where the line is full.
    async fn enter(&self) -> Outcome<Turn> {
        let Ok(place) = self.places.clone().try_acquire_owned() else { return Err(Refusal::TooMany(COME_AGAIN)) };
        Ok(Turn { _place: Some(place), ..self.wait().await? })
    }

    /// Waits for a turn however long the line is.
    async fn wait(&self) -> Outcome<Turn> {
        let work = self.work.clone().acquire_owned().await.map_err(Refusal::internal)?;
        Ok(Turn { _work: work, _place: None })
    }
}

/// Refuses passwords that are too easy: 10 to 128 characters, of three kinds out of four (or 16 and more of any), not
/// containing a login of four characters or more.
pub(super) fn check_password_rules(field: &str, password: &str, login: &str) -> Outcome<()> {
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
fn initial_password(rng: &Rng) -> String {
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

/// An initial password with its hash, both made before the transaction that needs them: hashing takes its time.
#[derive(Debug)]
pub struct InitialPassword {
    /// To be shown once.
    pub password: String,
    /// To be kept.
    pub hash: String,
}

impl InitialPassword {
    /// Makes one.
    pub async fn make(rng: &Rng) -> Outcome<Self> {
        let password = initial_password(rng);
        let hash = hash(password.clone()).await?;
        Ok(Self { password, hash })
    }
}

/// Argon2id with the parameters OWASP recommends; about 20 ms and 19 MiB a try, off the async threads. For those who have
/// proved who they are: they wait for their turn however long it takes.
pub async fn hash(password: String) -> Outcome<String> {
    hash_in(GATE.wait().await?, password).await
}

async fn hash_in(turn: Turn, password: String) -> Outcome<String> {
    tokio::task::spawn_blocking(move || {
        let _turn = turn;
        Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string())
    })
    .await
    .map_err(Refusal::internal)?
    .map_err(Refusal::internal)
}

/// Whether the password is the one of the hash. Anybody may ask, so it is refused when too many ask at once.
pub(super) async fn verify(password: String, hash: String) -> Outcome<bool> {
    let turn = GATE.enter().await?;
    tokio::task::spawn_blocking(move || {
        let _turn = turn;
        PasswordHash::new(&hash).is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
    })
    .await
    .map_err(Refusal::internal)
}

/// Takes as long as [`verify`], and is refused when that is, where there is no hash to compare with.
pub(super) async fn pretend(password: String) -> Outcome<()> {
    hash_in(GATE.enter().await?, password).await.map(drop)
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

    #[tokio::test]
    async fn a_full_line_sends_people_away_and_moves_on() {
        let gate = Gate::new(1, 1);
        let at_work = gate.enter().await.unwrap();
        let next = tokio::spawn({
            let (work, places) = (gate.work.clone(), gate.places.clone());
            async move { Gate { work, places }.enter().await.map(drop) }
        });
        tokio::task::yield_now().await;
        assert!(matches!(gate.enter().await, Err(Refusal::TooMany(COME_AGAIN))));
        drop(at_work);
        assert!(next.await.unwrap().is_ok());
        assert!(gate.enter().await.is_ok());
    }

    #[tokio::test]
    async fn whoever_tries_a_password_stands_in_the_line() {
        let known = hash("a password".to_owned()).await.unwrap();
        assert!(verify("a password".to_owned(), known.clone()).await.unwrap());
        let places = GATE.places.clone().acquire_many_owned(u32::try_from(GATE.places.available_permits()).unwrap()).await.unwrap();
        assert!(matches!(verify("a password".to_owned(), known.clone()).await, Err(Refusal::TooMany(_))));
        assert!(matches!(pretend("a password".to_owned()).await, Err(Refusal::TooMany(_))));
        // An administrator's work goes on.
        hash("another".to_owned()).await.unwrap();
        drop(places);
        assert!(verify("a password".to_owned(), known).await.unwrap());
    }
}
