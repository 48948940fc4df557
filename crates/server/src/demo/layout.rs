//! What the fictitious area looks like: its units, who works in them and how much of the work falls to each. No such place
//! exists.

use super::field::{self, Field};
use crate::org::UnitKind;

/// The committee.
pub(super) const COMMITTEE: &str = "滨海临港经济开发区管委会";
/// What people call it.
pub(super) const COMMITTEE_SHORT: &str = "管委会";
/// The unit that sets and follows the tasks.
pub(super) const CENTRE: &str = "政务运营中心";

/// A unit that leads tasks.
#[derive(Debug)]
pub(super) struct UnitPlan {
    /// Before the dot of its people's logins.
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) short: &'static str,
    pub(super) alias: Option<&'static str>,
    pub(super) kind: UnitKind,
    /// Which deputy of the committee is in charge of it, from 1.
    pub(super) charge: usize,
    /// How much work falls to it, against the others.
    pub(super) load: u64,
    /// Deputies of its head.
    pub(super) deputies: usize,
    /// Staff besides the liaison, sections not counted.
    pub(super) staff: usize,
    /// Name, staff besides its head.
    pub(super) sections: &'static [(&'static str, usize)],
    /// What its tasks are about.
    pub(super) field: &'static Field,
}

const fn unit(
    code: &'static str,
    name: &'static str,
    short: &'static str,
    kind: UnitKind,
    charge: usize,
    load: u64,
    field: &'static Field,
) -> UnitPlan {
    UnitPlan { code, name, short, alias: None, kind, charge, load, deputies: 1, staff: 5, sections: &[], field }
}

impl UnitPlan {
    const fn known_as(self, alias: &'static str) -> Self {
        Self { alias: Some(alias), ..self }
    }

    const fn with(self, deputies: usize, staff: usize) -> Self {
        Self { deputies, staff, ..self }
    }

    const fn divided(self, sections: &'static [(&'static str, usize)]) -> Self {
        Self { sections, ..self }
    }
}

/// The units, in the order of every list; the first is the one the short demo logins belong to.
pub(super) const UNITS: &[UnitPlan] = &[
    unit("jfj", "经济发展局", "经发局", UnitKind::Bureau, 1, 12, &field::ECONOMY).known_as("发改局").with(2, 6).divided(&[
        ("综合运行科", 3),
        ("产业发展科", 3),
        ("统计科", 2),
    ]),
    unit("gjj", "规划建设局", "规建局", UnitKind::Bureau, 2, 12, &field::BUILDING).known_as("住建局").with(2, 6).divided(&[
        ("规划编制科", 3),
        ("工程建设科", 4),
        ("市政管理科", 3),
    ]),
    unit("czj", "财政金融局", "财金局", UnitKind::Bureau, 1, 7, &field::FINANCE).with(1, 7),
    unit("zsj", "招商促进局", "招商促进局", UnitKind::Bureau, 1, 9, &field::INVESTMENT).divided(&[("招商一科", 3), ("招商二科", 3)]),
    unit("zrj", "自然资源局", "自然资源局", UnitKind::Bureau, 2, 7, &field::LAND).with(1, 6),
    unit("hbj", "生态环境局", "环境局", UnitKind::Bureau, 3, 8, &field::ENVIRONMENT).known_as("环保局").with(1, 7),
    unit("yjj", "应急管理局", "应急局", UnitKind::Bureau, 3, 8, &field::SAFETY).known_as("安监局").with(1, 6),
    unit("shj", "社会事务局", "社务局", UnitKind::Bureau, 4, 9, &field::SOCIETY)
        .with(2, 5)
        .divided(&[("教育卫健科", 3), ("民政保障科", 3)]),
    unit("kxj", "科技和信息化局", "科信局", UnitKind::Bureau, 1, 6, &field::TECHNOLOGY).with(1, 6),
    unit("ghj", "港航管理局", "港航局", UnitKind::Bureau, 2, 8, &field::HARBOUR).divided(&[("港口建设科", 3), ("航运服务科", 2)]),
    unit("swj", "商务和口岸局", "商务口岸局", UnitKind::Bureau, 1, 6, &field::TRADE).with(1, 6),
    unit("sjj", "市场监督管理局", "市监局", UnitKind::Bureau, 3, 6, &field::MARKET).known_as("工商局").with(1, 8),
    unit("zfj", "综合执法局", "执法局", UnitKind::Bureau, 3, 6, &field::ENFORCEMENT).known_as("城管局").with(1, 9),
    unit("nyj", "农业农村局", "农业局", UnitKind::Bureau, 4, 6, &field::COUNTRYSIDE),
    unit("rsj", "人力资源和社会保障局", "人社局", UnitKind::Bureau, 4, 5, &field::LABOUR),
    unit("dzb", "党政办公室", "党政办", UnitKind::Office, 4, 5, &field::OFFICE).known_as("综合办").with(1, 6),
    unit("fgb", "法治和改革办公室", "法改办", UnitKind::Office, 4, 4, &field::REFORM).with(1, 3),
    unit("xfb", "信访工作办公室", "信访办", UnitKind::Office, 3, 4, &field::PETITIONS).with(0, 4),
    unit("xmb", "重大项目推进办公室", "项目办", UnitKind::Office, 2, 7, &field::PROJECTS).with(1, 5),
    unit("bgp", "北港片区管理处", "北港片区", UnitKind::Area, 2, 6, &field::AREA).with(1, 5),
    unit("nwp", "南湾片区管理处", "南湾片区", UnitKind::Area, 3, 6, &field::AREA).with(1, 5),
    unit("dyp", "东屿片区管理处", "东屿片区", UnitKind::Area, 4, 5, &field::AREA).with(1, 4),
    unit("chp", "潮湖片区管理处", "潮湖片区", UnitKind::Area, 4, 4, &field::AREA).with(0, 4),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_and_names_differ() {
        let mut seen = HashSet::new();
        for unit in UNITS {
            assert!(seen.insert(unit.code) && seen.insert(unit.name), "{}", unit.name);
            assert!((1..=4).contains(&unit.charge), "{}", unit.name);
        }
    }

    #[test]
    fn the_area_has_thirty_odd_units_and_three_hundred_people() {
        let sections: usize = UNITS.iter().map(|unit| unit.sections.len()).sum();
        assert!((30..=40).contains(&(UNITS.len() + sections + 2)));
        let people: usize =
            UNITS.iter().map(|unit| 2 + unit.deputies + unit.staff + unit.sections.iter().map(|(_, staff)| staff + 1).sum::<usize>()).sum();
        assert!((230..=300).contains(&people), "{people}");
    }
}
