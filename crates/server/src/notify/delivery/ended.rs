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
use crate::{
    app::{App, Outcome},
    notify::model::MessageId,
};

/// Of what deliveries bring, what asks for nothing any more.
pub(super) struct Over {
    /// They bring nothing else.
    pub(super) whole: BTreeSet<DeliveryId>,
    /// What is over in those that bring something else, too.
    shorter: BTreeSet<(DeliveryId, MessageId)>,
}

/// Looks what of these deliveries was seen to.
pub(super) async fn over(tx: &mut Tx, app: &App, ids: &[DeliveryId]) -> Outcome<Over> {
    let parts = store::parts(tx, ids).await?;
    let asked: BTreeSet<Uuid> = parts.iter().filter_map(|part| part.occurrence_id).collect();
    let open = (app.still_open)(tx, &asked.into_iter().collect::<Vec<_>>()).await?;
    let (ended, going): (Vec<_>, Vec<_>) =
        parts.iter().partition(|part| part.over || part.occurrence_id.is_some_and(|occasion| !open.contains(&occasion)));
    let going: BTreeSet<DeliveryId> = going.into_iter().map(|part| part.delivery_id).collect();
    let (shorter, whole): (Vec<_>, Vec<_>) = ended.into_iter().partition(|part| going.contains(&part.delivery_id));
    Ok(Over {
        whole: whole.into_iter().map(|part| part.delivery_id).collect(),
        shorter: shorter.into_iter().map(|part| (part.delivery_id, part.message_id)).collect(),
    })
}

/// Of these, which are queued, suppresses those that ask for nothing any more; the others go on without what is over. Answers those that
/// are suppressed.
pub(super) async fn leave_out(tx: &mut Tx, app: &App, ids: &[DeliveryId], now: Moment) -> Outcome<BTreeSet<DeliveryId>> {
    let Over { whole, shorter } = over(tx, app, ids).await?;
    let (part, messages): (Vec<_>, Vec<_>) = shorter.into_iter().unzip();
    store::suppress(tx, &whole.iter().copied().collect::<Vec<_>>(), Suppression::Answered, now).await?;
    store::leave_out(tx, &part, &messages).await?;
    Ok(whole)
}

/// Of letters in this sender's hands whose turn has come, suppresses those that ask for nothing any more, and answers the others.
pub(super) async fn spare(tx: &mut Tx, app: &App, letters: Vec<(Sent, Letter)>, now: Moment) -> Outcome<Vec<(Sent, Letter)>> {
    let ids: Vec<DeliveryId> = letters.iter().map(|(sent, _)| sent.id).collect();
    let over = over(tx, app, &ids).await?;
    let (ended, going): (Vec<_>, Vec<_>) = letters.into_iter().partition(|(sent, _)| over.whole.contains(&sent.id));
    for (sent, _) in ended {
        store::spare(tx, sent.id, sent.lease, now).await?;
    }
    Ok(going)
}
