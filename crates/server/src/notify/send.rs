use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
};

use db::Tx;
use kit::uuid::Uuid;
use wording::{Words, say};

use super::{
    delivery,
    model::{Channel, MessageId},
    store,
};
use crate::{
    app::{Ctx, Outcome},
    org::{self, PersonId, Standing},
};

/// The signal that something about a person's messages has changed.
pub(super) const TOPIC: &str = "message";

/// A message to be sent.
#[derive(Clone, Copy, Debug)]
pub struct NewMessage<'a> {
    /// To whom; named twice is told once.
    pub to: &'a [PersonId],
    /// What it is, for programs.
    pub kind: &'a str,
    /// One line.
    pub title: &'a Words,
    /// What it says.
    pub text: &'a Words,
    /// The task it is about.
    pub task: Option<Uuid>,
    /// The urge it is about.
    pub urge: Option<Uuid>,
    /// What else it is about; who has read it can be asked by this.
    pub subject: Option<Uuid>,
    /// The occasion of a rule that reminds.
    pub occurrence: Option<Uuid>,
    /// The code of that rule.
    pub rule: Option<&'a str>,
    /// By which ways it is brought outside the system, too.
    pub channels: &'a [Channel],
    /// It waits for no hours and is never merged.
    pub critical: bool,
    /// Names the occasion: the same person is told of it at most once.
    pub dedupe: &'a str,
}

/// Sends a message; open pages of those it is for show it once this transaction commits.
pub async fn send(tx: &mut Tx, ctx: &Ctx, new: NewMessage<'_>) -> Outcome<()> {
    put(tx, ctx, &[new], false).await
}

/// Sends several, in as few statements as one.
pub async fn send_all(tx: &mut Tx, ctx: &Ctx, new: &[NewMessage<'_>]) -> Outcome<()> {
    put(tx, ctx, new, false).await
}

/// Leaves messages where they can be found: nobody's number of unread ones grows and no open page speaks of them.
pub async fn send_quietly(tx: &mut Tx, ctx: &Ctx, new: &[NewMessage<'_>]) -> Outcome<()> {
    put(tx, ctx, new, true).await
}

/// What these persons, and whoever acts for them, were told of a task in messages of these kinds asks for nothing any more, but where they
/// are among those who are still asked: what they have not read stays where it is, and counts as unread no longer; what has not left the
/// house does not leave it.
pub async fn hush(tx: &mut Tx, ctx: &Ctx, task: Uuid, kinds: &[&str], of: &[PersonId], still: &[PersonId]) -> Outcome<()> {
    let away = org::standing_in(tx, ctx.today()).await?;
    let with_deputies = |persons: &[PersonId]| -> BTreeSet<PersonId> {
        let deputies = away.iter().filter(|one| persons.contains(&one.person)).map(|one| one.deputy);
        persons.iter().copied().chain(deputies).collect()
    };
    let still = with_deputies(still);
    let of: Vec<PersonId> = with_deputies(of).into_iter().filter(|person| !still.contains(person)).collect();
    let asked = store::of_kinds(tx, task, kinds, &of).await?;
    delivery::take_back(tx, &asked, ctx.now()).await?;
    for person in store::hush(tx, task, kinds, &of).await? {
        tx.signal(TOPIC, &person.to_string());
    }
    Ok(())
}

/// What was asked about a thing in messages of these kinds has been answered: what of it has not left the house does not leave it.
pub async fn answered(tx: &mut Tx, ctx: &Ctx, subject: Uuid, kinds: &[&str]) -> Outcome<()> {
    let asked = store::about(tx, subject, kinds).await?;
    Ok(delivery::take_back(tx, &asked, ctx.now()).await?)
}

async fn put(tx: &mut Tx, ctx: &Ctx, new: &[NewMessage<'_>], quiet: bool) -> Outcome<()> {
    if new.is_empty() {
        return Ok(());
    }
    let away = if quiet { Vec::new() } else { org::standing_in(tx, ctx.today()).await? };
    let told = once(new.iter().flat_map(|message| told(message, &away)).collect());
    let new: Vec<NewMessage<'_>> = told.iter().map(Told::message).collect();
    let fresh = |(told, message)| {
        let Told { person, .. }: &Told<'_> = told;
        (MessageId::new(&ctx.rng, ctx.now()), *person, message)
    };
    let mut rows: Vec<_> = told.iter().zip(&new).map(fresh).collect();
    let written = store::insert(tx, &rows, quiet, ctx.now()).await?;
    if quiet {
        return Ok(());
    }
    rows.retain(|(id, ..)| written.contains(id));
    for (id, person, _) in &rows {
        tx.signal(TOPIC, &format!("{person} {id}"));
    }
    delivery::post(tx, ctx, &rows).await
}

/// What one person is told.
struct Told<'a> {
    person: PersonId,
    message: &'a NewMessage<'a>,
    /// In place of the message's own: it is for somebody who is away.
    title: Option<Words>,
    /// By which ways it is brought to them outside the system.
    channels: Cow<'a, [Channel]>,
}

impl Told<'_> {
    fn message(&self) -> NewMessage<'_> {
        NewMessage { title: self.title.as_ref().unwrap_or(self.message.title), channels: &self.channels, ..*self.message }
    }
}

/// Who is told, once each. Whoever is away finds it when they are back and is left in peace; who acts for them is told in their place,
/// unless it is about the acting itself.
fn told<'a>(message: &'a NewMessage<'a>, away: &[Standing]) -> Vec<Told<'a>> {
    let to: BTreeSet<PersonId> = message.to.iter().copied().collect();
    let away: Vec<&Standing> = away.iter().filter(|one| to.contains(&one.person)).collect();
    let mut deputies: Vec<&Standing> = away.iter().copied().filter(|one| !to.contains(&one.deputy)).collect();
    // For several it is told once, in the name of the first.
    let mut named = BTreeSet::new();
    deputies.retain(|one| named.insert(one.deputy));
    let is_away = |person| message.task.is_some() && away.iter().any(|one| one.person == person);
    let own = to.into_iter().map(|person| Told {
        person,
        message,
        title: None,
        channels: Cow::Borrowed(if is_away(person) { &[] } else { message.channels }),
    });
    let deputies = deputies.into_iter().filter(|_| message.task.is_some()).map(|Standing { name, deputy, .. }| Told {
        person: *deputy,
        message,
        title: Some(say!("（代{name}）{title}", title = message.title)),
        channels: Cow::Borrowed(message.channels),
    });
    own.chain(deputies).collect()
}

/// Steps of one moment mean people by different ways: whoever acts for one of them and is meant as well, or acts for several, is told
/// once, by all those ways.
fn once(all: Vec<Told<'_>>) -> Vec<Told<'_>> {
    let occasion = |one: &Told<'_>| Some((one.person, one.message.occurrence?));
    let mut place: HashMap<(PersonId, Uuid), usize> = HashMap::new();
    let (acting, mut kept): (Vec<Told<'_>>, Vec<Told<'_>>) = all.into_iter().partition(|one| one.title.is_some());
    for (index, own) in kept.iter().enumerate() {
        place.extend(occasion(own).map(|key| (key, index)));
    }
    for one in acting {
        match occasion(&one) {
            Some(key) if place.contains_key(&key) => {
                let first = place.get(&key).and_then(|index| kept.get_mut(*index));
                first.into_iter().for_each(|first| first.channels.to_mut().extend(one.channels.iter().copied()));
            }
            key => {
                place.extend(key.map(|key| (key, kept.len())));
                kept.push(one);
            }
        }
    }
    for one in &mut kept {
        if let Cow::Owned(channels) = &mut one.channels {
            channels.sort_unstable();
            channels.dedup();
        }
    }
    kept
}
