//! All SQL of tasks.

mod alike;
mod bulk;
mod figures;
mod lanes;
mod latest;
mod life;
mod list;
mod marks;
mod narrow;
mod nodes;
mod owing;
mod parts;
mod progress;
mod record;
mod requests;
mod saved;
mod series;
mod shapes;
mod tags;
mod task;
mod templates;
mod texts;

pub(super) use alike::*;
pub(super) use bulk::*;
pub(super) use figures::*;
pub(super) use latest::*;
pub(super) use life::*;
pub(super) use list::*;
pub(super) use marks::*;
pub(super) use narrow::*;
pub(super) use nodes::*;
pub(super) use owing::*;
pub(super) use parts::*;
pub(super) use progress::*;
pub(super) use record::*;
pub(super) use requests::*;
pub(super) use saved::*;
pub(super) use series::*;
pub(super) use shapes::*;
pub(super) use tags::*;
pub(super) use task::*;
pub(super) use templates::*;
pub(super) use texts::*;

pub use figures::Summary;
