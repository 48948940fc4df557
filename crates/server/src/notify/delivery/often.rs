//! How often one task is spoken of by one way in a day, whoever is spoken to.

use std::collections::{BTreeSet, HashMap};

use db::Tx;
use kit::uuid::Uuid;

use super::{
    model::{DeliveryId, QueuedRow},
    rules::DeliveryRules,
    store,
};
use crate::{
    app::{Ctx, Outcome},
    notify::model::Channel,
};

/// What was said of tasks today by ways that are limited.
pub(super) struct Often {
    tasks: HashMap<DeliveryId, Uuid>,
    said: HashMap<(Channel, Uuid), i64>,
}

impl Often {
    /// As far as it concerns these rows.
    pub(super) async fn of(tx: &mut Tx, ctx: &Ctx, rules: &DeliveryRules, rows: &[QueuedRow]) -> Outcome<Self> {
        let (mut tasks, mut said) = (HashMap::new(), HashMap::new());
        for channel in rules.channels.iter().filter(|rules| rules.per_task > 0).map(|rules| rules.channel) {
            let ids: Vec<DeliveryId> = rows.iter().filter(|row| row.channel == channel).map(|row| row.id).collect();
            if ids.is_empty() {
                continue;
            }
            let of: HashMap<DeliveryId, Uuid> =
                store::parts(tx, &ids).await?.into_iter().filter_map(|part| Some((part.delivery_id, part.task_id?))).collect();
            let about: BTreeSet<Uuid> = of.values().copied().collect();
            for (task, n) in store::said_of(tx, channel, &about.into_iter().collect::<Vec<_>>(), ctx.today().start()).await? {
                said.insert((channel, task), n);
            }
            tasks.extend(of);
        }
        Ok(Self { tasks, said })
    }

    /// Whether the task of this row has been spoken of as often as it may be.
    pub(super) fn is_enough(&self, rules: &DeliveryRules, row: &QueuedRow) -> bool {
        let most = rules.of(row.channel).map_or(0, |rules| rules.per_task);
        let task = self.tasks.get(&row.id).filter(|_| most > 0);
        task.is_some_and(|task| self.said.get(&(row.channel, *task)).is_some_and(|said| *said >= most))
    }

    /// One more.
    pub(super) fn count(&mut self, row: &QueuedRow) {
        if let Some(task) = self.tasks.get(&row.id) {
            *self.said.entry((row.channel, *task)).or_default() += 1;
        }
    }
}
