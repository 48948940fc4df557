use std::collections::HashMap;

use db::Tx;

use super::gateway::Gateway;
use crate::{
    app::Outcome,
    notify::address::{self, AddressKind},
    org::{self, PersonId},
};

/// Where people are reached.
pub(super) struct Known {
    phones: HashMap<PersonId, String>,
    others: HashMap<PersonId, Vec<(String, String)>>,
}

impl Known {
    /// Of these.
    pub(super) async fn of(tx: &mut Tx, persons: &[PersonId]) -> Outcome<Self> {
        Ok(Self { phones: org::phones_of(tx, persons).await?, others: address::of(tx, persons).await? })
    }

    /// Where a gateway reaches somebody: the latest address it knows them by, or each browser on a line.
    pub(super) fn at(&self, gateway: &dyn Gateway, person: PersonId) -> Option<String> {
        let of = |code: &str| {
            let own = self.others.get(&person).into_iter().flatten();
            own.filter(|(gateway, _)| gateway == code).map(|(_, value)| value.clone()).collect::<Vec<_>>()
        };
        match gateway.writes_to() {
            AddressKind::Phone => self.phones.get(&person).cloned(),
            AddressKind::Openid | AddressKind::Userid => of(gateway.code()).into_iter().next(),
            AddressKind::Mailbox => of("").into_iter().next(),
            AddressKind::Browser => Some(of(gateway.code()).join("\n")).filter(|all| !all.is_empty()),
        }
    }
}
