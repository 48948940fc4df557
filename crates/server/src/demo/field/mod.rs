//! What a unit's tasks are about: word lists from which titles, steps and reports are put together. Everything is invented.
//!
//! A *matter* reads `verb|object|demand`: the object is what reports, steps and urges speak of. `{p}` is a place, `{k}` one
//! of the field's own projects, `{q}` a quarter, `{m}` a month, `{y}` the year, `{n}` a number.

mod building;
mod economy;
mod office;
mod society;

pub(super) use building::{BUILDING, ENVIRONMENT, HARBOUR, LAND, PROJECTS};
pub(super) use economy::{ECONOMY, FINANCE, INVESTMENT, TECHNOLOGY, TRADE};
pub(super) use office::{AREA, OFFICE, PETITIONS, REFORM};
pub(super) use society::{COUNTRYSIDE, ENFORCEMENT, LABOUR, MARKET, SAFETY, SOCIETY};

/// One unit's line of work.
#[derive(Debug)]
pub(super) struct Field {
    /// What `{k}` stands for.
    pub(super) projects: &'static [&'static str],
    /// `verb|object|demand`.
    pub(super) matters: &'static [&'static str],
    /// What was done, in reports.
    pub(super) works: &'static [&'static str],
    /// What stands in the way.
    pub(super) obstacles: &'static [&'static str],
}

/// Places, for `{p}`.
pub(super) const PLACES: &[&str] = &[
    "北港片区",
    "南湾片区",
    "东屿片区",
    "潮湖片区",
    "临港产业园",
    "综合保税区",
    "科创新城",
    "滨海新市镇",
    "沙咀作业区",
    "三号港池",
    "望海路沿线",
    "潮声大道沿线",
    "锦屿岛",
    "海晏湾",
    "云帆湖",
    "龙沙村",
    "白鹭村",
    "渔沙社区",
    "海棠社区",
    "观澜社区",
    "七号路以东地块",
    "老码头片区",
    "青螺湾岸段",
    "物流大道两侧",
];

/// Every field.
#[cfg(test)]
pub(super) const ALL: &[&Field] = &[
    &BUILDING,
    &ENVIRONMENT,
    &HARBOUR,
    &LAND,
    &PROJECTS,
    &ECONOMY,
    &FINANCE,
    &INVESTMENT,
    &TECHNOLOGY,
    &TRADE,
    &AREA,
    &OFFICE,
    &PETITIONS,
    &REFORM,
    &COUNTRYSIDE,
    &ENFORCEMENT,
    &LABOUR,
    &MARKET,
    &SAFETY,
    &SOCIETY,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_matter_names_a_verb_an_object_and_a_demand() {
        for field in ALL {
            assert!(field.matters.len() >= 8 && field.projects.len() >= 6 && field.works.len() >= 4 && field.obstacles.len() >= 3);
            for matter in field.matters {
                let parts: Vec<_> = matter.split('|').collect();
                assert_eq!(parts.len(), 3, "{matter}");
                assert!(!parts[0].is_empty() && !parts[1].is_empty(), "{matter}");
            }
        }
    }
}
