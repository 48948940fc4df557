//! What was seen to while it was in a sender's hands. Who ends an occasion withdraws what is queued of it; what is in hand then is found
//! here, when it is taken in hand once more and before its turn comes.

use std::collections::BTreeSet;

use db::Tx;
use kit::{Moment, uuid::Uuid};

use super::{
    gateway::Letter,
    model::{DeliveryId, Suppression},
    sent::Sent,
    store,
};
use crate::app::{App, Outcome};

/// Of these, which are queued, suppresses those that ask for nothing any more; the others go on without what is over. Answers those that
/// are suppressed.
pub(super) async fn leave_out(tx: &mut Tx, app: &App, ids: &[DeliveryId], now: Moment) -> Outcome<BTreeSet<DeliveryId>> {
    let parts = store::parts(tx, ids).await?;
    let asked: BTreeSet<Uuid> = parts.iter().filter_map(|part| part.occurrence_id).collect();
    let asked: Vec<Uuid> = asked.into_iter().collect();
    let open = (app.still_open)(tx, &asked).await?;
    let over: Vec<Uuid> = asked.into_iter().filter(|occasion| !open.contains(occasion)).collect();
    if over.is_empty() {
        return Ok(BTreeSet::new());
    }
    let (mut ended, mut going) = (BTreeSet::new(), BTreeSet::new());
    for part in &parts {
        let is_over = part.occurrence_id.is_some_and(|occasion| !open.contains(&occasion));
        (if is_over { &mut ended } else { &mut going }).insert(part.delivery_id);
    }
    let shorter: Vec<DeliveryId> = ended.intersection(&going).copied().collect();
    ended.retain(|id| !going.contains(id));
    store::suppress(tx, &ended.iter().copied().collect::<Vec<_>>(), Suppression::Answered, now).await?;
    store::leave_out(tx, &shorter, &over).await?;
    Ok(ended)
}

/// Of letters in this sender's hands whose turn has come, suppresses those that ask for nothing any more, and answers the others.
pub(super) async fn spare(tx: &mut Tx, app: &App, letters: Vec<(Sent, Letter)>, now: Moment) -> Outcome<Vec<(Sent, Letter)>> {
    let asked: Vec<Uuid> = letters.iter().flat_map(|(sent, _)| sent.occasions.iter().copied()).collect();
    let open = (app.still_open)(tx, &asked).await?;
    let goes = |sent: &Sent| sent.occasions.is_empty() || sent.occasions.iter().any(|occasion| open.contains(occasion));
    let (going, ended): (Vec<_>, Vec<_>) = letters.into_iter().partition(|(sent, _)| goes(sent));
    for (sent, _) in ended {
        store::spare(tx, sent.id, sent.lease, now).await?;
    }
    Ok(going)
}
