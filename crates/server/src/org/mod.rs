//! The organisation: units in a tree, persons, the posts they hold over time, liaisons, and what leaders are in charge of.
//!
//! Duty binds to the post, history to who held it then: nothing here is ever overwritten, a tenure, a charge or a
//! liaison *ends* on a day. A unit that has become obsolete is switched off, not removed.
//!
//! Tables: `unit`, `unit_above` (the tree's closure), `unit_alias`, `person`, `post`, `tenure`, `charge`, `liaison`, `delegation`, `org_import`.

mod contacts;
mod delegation;
mod http;
mod import;
mod model;
mod people;
mod store;
mod units;

pub use contacts::{
    Contact, Faces, charged, contacts, faces, in_charge, peers_of_person, peers_of_unit, phones_of, push_charged, roots, steps_below,
    with_parts,
};
pub use delegation::{Standing, away_behind, standing_in};
pub use http::routes;
pub use import::sweep;
pub use model::{
    DutyRole, DutyRow, Member, Person, PersonInput, PersonRef, PostId, PostKind, Tenure, TenureId, Unit, UnitId, UnitInput, UnitKind,
    UnitRef,
};
pub use people::{NewPerson, add_person, end_tenure, masked_phone, person, plain_phone, set_liaisons, update_person};
pub use store::{
    active_units, below, duties, find_by_name, heads_and_liaisons, holders, leaders, leaders_of_the_area, person_active, person_refs,
    persons_of_units, role_holders_above, similar_units, staff_of_centres, tops, unit_refs, units_of_persons, works_in,
};
pub use units::{add_unit, list_units, update_unit};

/// Ids of this room that rooms below `access` also use.
pub use model::PersonId;
