//! The organisation every test begins with: 滨海新区管委会, which exists nowhere.
//!
//! | unit | key | people (login) |
//! | --- | --- | --- |
//! | 滨海新区管委会 | `root` | `leader` (王主任, in charge of everything), `deputy` (in charge of `bureau_a` and `bureau_b`), `admin` (administrator) |
//! | 政务运营中心 | `centre` | `centre1` (head), `centre2` (staff) |
//! | 经济发展局 | `bureau_a` | `head_a`, `liaison_a` (staff and liaison), `staff_a1`, `staff_a2` |
//! | └ 规划科 | `section_a1` | `head_a1`, `staff_a3` |
//! | └ 投资科 | `section_a2` | `head_a2`, `staff_a4` |
//! | 住房和城乡建设局 | `bureau_b` | `head_b`, `liaison_b`, `staff_b1`, `staff_b2` |
//! | 生态环境局 | `bureau_c` | `head_c`, `liaison_c`, `staff_c1`, `staff_c2` |
//! | 社会事务局 | `bureau_d` | `head_d`, `liaison_d`, `staff_d1`, `staff_d2` |
//!
//! Everybody's password is [`PASSWORD`] and need not be changed; everybody's telephone number is 1380000 and four digits.

use std::collections::HashMap;

use kit::Day;
use server::{
    access::{self, NewAccount},
    app::App,
    org::{self, NewPerson, PersonId, PostKind, UnitId, UnitInput, UnitKind},
};

/// Everybody's password.
pub const PASSWORD: &str = "Binhai-2026-xinqu";

/// Ids by the keys and logins of the table above.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fixture {
    pub(crate) units: HashMap<&'static str, UnitId>,
    pub(crate) persons: HashMap<&'static str, PersonId>,
}

type UnitLine = (&'static str, Option<&'static str>, &'static str, &'static str, UnitKind);

const UNITS: [UnitLine; 8] = [
    ("root", None, "滨海新区管委会", "管委会", UnitKind::Committee),
    ("centre", Some("root"), "政务运营中心", "运营中心", UnitKind::Centre),
    ("bureau_a", Some("root"), "经济发展局", "经发局", UnitKind::Bureau),
    ("section_a1", Some("bureau_a"), "规划科", "规划科", UnitKind::Section),
    ("section_a2", Some("bureau_a"), "投资科", "投资科", UnitKind::Section),
    ("bureau_b", Some("root"), "住房和城乡建设局", "住建局", UnitKind::Bureau),
    ("bureau_c", Some("root"), "生态环境局", "环境局", UnitKind::Bureau),
    ("bureau_d", Some("root"), "社会事务局", "社会局", UnitKind::Bureau),
];

type PersonLine = (&'static str, &'static str, &'static str, &'static str, PostKind);

const PERSONS: [PersonLine; 25] = [
    ("admin", "管理员", "root", "系统管理员", PostKind::Staff),
    ("leader", "王主任", "root", "主任", PostKind::Leader),
    ("deputy", "李副主任", "root", "副主任", PostKind::Leader),
    ("centre1", "周运", "centre", "主任", PostKind::Head),
    ("centre2", "吴营", "centre", "工作人员", PostKind::Staff),
    ("head_a", "郑经发", "bureau_a", "局长", PostKind::Head),
    ("liaison_a", "冯联", "bureau_a", "科员", PostKind::Staff),
    ("staff_a1", "陈一", "bureau_a", "科员", PostKind::Staff),
    ("staff_a2", "褚二", "bureau_a", "科员", PostKind::Staff),
    ("head_a1", "卫规划", "section_a1", "科长", PostKind::Head),
    ("staff_a3", "蒋三", "section_a1", "科员", PostKind::Staff),
    ("head_a2", "沈投资", "section_a2", "科长", PostKind::Head),
    ("staff_a4", "韩四", "section_a2", "科员", PostKind::Staff),
    ("head_b", "杨建设", "bureau_b", "局长", PostKind::Head),
    ("liaison_b", "朱联", "bureau_b", "科员", PostKind::Staff),
    ("staff_b1", "秦一", "bureau_b", "科员", PostKind::Staff),
    ("staff_b2", "尤二", "bureau_b", "科员", PostKind::Staff),
    ("head_c", "许环境", "bureau_c", "局长", PostKind::Head),
    ("liaison_c", "何联", "bureau_c", "科员", PostKind::Staff),
    ("staff_c1", "吕一", "bureau_c", "科员", PostKind::Staff),
    ("staff_c2", "施二", "bureau_c", "科员", PostKind::Staff),
    ("head_d", "孔社会", "bureau_d", "局长", PostKind::Head),
    ("liaison_d", "曹联", "bureau_d", "科员", PostKind::Staff),
    ("staff_d1", "严一", "bureau_d", "科员", PostKind::Staff),
    ("staff_d2", "华二", "bureau_d", "科员", PostKind::Staff),
];

const LIAISONS: [(&str, &str); 4] =
    [("bureau_a", "liaison_a"), ("bureau_b", "liaison_b"), ("bureau_c", "liaison_c"), ("bureau_d", "liaison_d")];

/// Furnishes a migrated database.
pub(crate) async fn furnish(app: &App) -> Fixture {
    let ctx = app.ctx(access::system_principal());
    let hash = access::hash_password(PASSWORD.to_owned()).await.unwrap();
    let since: Day = "2025-01-01".parse().unwrap();
    let mut fixture = Fixture::default();
    let mut tx = app.db.begin().await.unwrap();
    for (key, parent, name, short_name, kind) in UNITS {
        let input = UnitInput {
            parent_id: parent.map(|key| *fixture.units.get(key).unwrap()),
            name: Some(name.to_owned()),
            short_name: Some(short_name.to_owned()),
            kind: Some(kind),
            ..UnitInput::default()
        };
        fixture.units.insert(key, org::add_unit(&mut tx, &ctx, &input).await.unwrap());
    }
    for (number, (login, name, unit, post_name, post_kind)) in (1..).zip(PERSONS) {
        let unit_of = |key: &str| *fixture.units.get(key).unwrap();
        let charges = match login {
            "leader" => vec![unit_of("root")],
            "deputy" => vec![unit_of("bureau_a"), unit_of("bureau_b")],
            _ => Vec::new(),
        };
        let phone = format!("1380000{number:04}");
        let new = NewPerson { name, phone: Some(&phone), unit: unit_of(unit), post_name, post_kind, charges: &charges, from: since };
        let person = org::add_person(&mut tx, &ctx, &new).await.unwrap();
        let account = NewAccount { person, login, must_change: false, administrator: login == "admin" };
        access::create_account_with(&mut tx, &ctx, &account, &hash).await.unwrap();
        fixture.persons.insert(login, person);
    }
    for (unit, login) in LIAISONS {
        let person = *fixture.persons.get(login).unwrap();
        org::set_liaisons(&mut tx, &ctx, *fixture.units.get(unit).unwrap(), &[person]).await.unwrap();
    }
    tx.commit().await.unwrap();
    fixture
}
