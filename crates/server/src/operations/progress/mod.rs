//! Progress for those who lead: figures by unit, leader, source and period, what is overdue and who holds it, a unit or a person at a
//! glance. Each figure comes with the query of `/tasks` that lists exactly the tasks it counts.

mod figures;
mod glance;
mod http;
mod overdue;
mod rows;

pub(super) use http::routes;
