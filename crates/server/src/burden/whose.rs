//! Whose a duty is: the named handler's; where nobody is named, each one's who stands for the unit.

use std::collections::HashMap;

use db::Tx;

use crate::{
    app::{Ctx, Outcome},
    org::{self, DutyRole, PersonId, UnitId},
};

/// Who stands for units, looked up once each.
#[derive(Debug, Default)]
pub(super) struct Whose {
    units: HashMap<UnitId, Vec<PersonId>>,
}

impl Whose {
    /// Whose a part is.
    pub(super) async fn part(&mut self, tx: &mut Tx, ctx: &Ctx, person: Option<PersonId>, unit: UnitId) -> Outcome<Vec<PersonId>> {
        if let Some(person) = person {
            return Ok(vec![person]);
        }
        if let Some(known) = self.units.get(&unit) {
            return Ok(known.clone());
        }
        let stand = org::heads_and_liaisons(tx, unit, ctx.today()).await?;
        Ok(self.units.entry(unit).or_insert(stand).clone())
    }
}

/// The units whose parts may be a person's without naming them: those they are head or liaison of, and all below.
pub(super) async fn units_of(tx: &mut Tx, ctx: &Ctx, person: PersonId) -> Outcome<Vec<UnitId>> {
    let duties = org::duties(tx, person, ctx.today()).await?;
    let stand: Vec<UnitId> =
        duties.iter().filter(|duty| matches!(duty.duty, DutyRole::Head | DutyRole::Liaison)).map(|duty| duty.unit_id).collect();
    Ok(org::below(tx, &stand).await?)
}
