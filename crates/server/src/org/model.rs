use kit::{Day, id_types, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::Role;

id_types! {
    /// A unit.
    UnitId,
    /// A person.
    PersonId,
    /// A post in a unit.
    PostId,
    /// A person in a post from one day to another.
    TenureId,
}

text_enum! {
    /// What a unit is.
    UnitKind {
        Committee = "committee", "管委会";
        Centre = "centre", "运营中心";
        Bureau = "bureau", "局";
        Office = "office", "办";
        Section = "section", "科室";
        Area = "area", "片区";
        External = "external", "外部单位";
    }
}

text_enum! {
    /// What holding a post means for tasks.
    PostKind {
        Leader = "leader", "领导";
        Head = "head", "负责人";
        Deputy = "deputy", "副职";
        Staff = "staff", "工作人员";
    }
}

impl PostKind {
    /// The duty that comes with the post.
    pub const fn duty(self) -> DutyRole {
        match self {
            Self::Leader => DutyRole::Leader,
            Self::Head => DutyRole::Head,
            Self::Deputy => DutyRole::Deputy,
            Self::Staff => DutyRole::Staff,
        }
    }
}

text_enum! {
    /// Why a person has to do with a unit.
    DutyRole {
        Leader = "leader", "领导";
        Head = "head", "负责人";
        Deputy = "deputy", "副职";
        Staff = "staff", "工作人员";
        Liaison = "liaison", "联络员";
        Charge = "charge", "分管";
    }
}

/// One duty of a person towards one unit, today.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct DutyRow {
    /// Why.
    pub duty: DutyRole,
    /// Towards which unit.
    pub unit_id: UnitId,
    /// What that unit is.
    pub kind: UnitKind,
    /// It has no unit above it.
    pub is_root: bool,
}

/// A unit by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct UnitRef {
    /// Its id.
    pub id: UnitId,
    /// Its full name.
    pub name: String,
    /// Its short name.
    pub short_name: String,
}

/// A person by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct PersonRef {
    /// Their id.
    pub id: PersonId,
    /// Their name.
    pub name: String,
}

/// A unit with who stands for it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Unit {
    /// Its id.
    pub id: UnitId,
    /// The unit above it.
    pub parent_id: Option<UnitId>,
    /// 0 for the root.
    pub depth: i64,
    /// Its full name, unique among active units.
    pub name: String,
    /// Its short name.
    pub short_name: String,
    /// What it is.
    pub kind: UnitKind,
    /// Former and colloquial names.
    pub aliases: Vec<String>,
    /// Who signs for it.
    pub liaisons: Vec<PersonRef>,
    /// Who leads it.
    pub head: Option<PersonRef>,
    /// Persons with a post in it today.
    pub person_count: i64,
    /// Whether it still exists.
    pub active: bool,
    /// Counts changes.
    pub version: i64,
}

/// A unit to be made or changed.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitInput {
    /// The version that was looked at; only when changing.
    pub version: Option<i64>,
    /// The unit above it.
    pub parent_id: Option<UnitId>,
    /// Full name, at most 60 characters.
    pub name: Option<String>,
    /// Short name, at most 20 characters; the full name when missing.
    pub short_name: Option<String>,
    /// What it is.
    pub kind: Option<UnitKind>,
    /// Former and colloquial names; replaces all of them.
    pub aliases: Option<Vec<String>>,
    /// Whether it still exists.
    pub active: Option<bool>,
}

/// A post held by a person.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Tenure {
    /// Its id.
    pub id: TenureId,
    /// The post's id.
    pub post_id: PostId,
    /// The post's name.
    pub post_name: String,
    /// What holding it means.
    pub post_kind: PostKind,
    /// Where it is.
    pub unit: UnitRef,
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Option<Day>,
}

/// A person with posts.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Person {
    /// Their id.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// What they sign in with.
    pub login: Option<String>,
    /// Telephone number; the middle is masked unless the asker may see it.
    pub phone: Option<String>,
    /// Whether they still belong here.
    pub active: bool,
    /// Whether they keep the organisation.
    pub administrator: bool,
    /// What they are here, from their duties of today.
    pub roles: Vec<Role>,
    /// Posts held today.
    pub tenures: Vec<Tenure>,
    /// Units they sign for.
    pub liaison_of: Vec<UnitRef>,
    /// Units they are in charge of.
    pub charges: Vec<UnitRef>,
    /// Counts changes.
    pub version: i64,
}

/// Somebody with a post in a unit or below it: to choose from.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
pub struct Member {
    /// Their id.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// What the post is called.
    pub post_name: String,
    /// What holding it means.
    pub post_kind: PostKind,
    /// Where the post is.
    pub unit_id: UnitId,
    /// Whether they sign for that unit.
    pub is_liaison: bool,
}

/// A person to be made or changed.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonInput {
    /// The version that was looked at; only when changing.
    pub version: Option<i64>,
    /// Name, at most 30 characters.
    pub name: Option<String>,
    /// What they sign in with: 2 to 40 letters, digits, `.`, `_`, `-` or Chinese characters.
    pub login: Option<String>,
    /// Telephone number, digits and `+ - ( )`.
    pub phone: Option<String>,
    /// Where their post is.
    pub unit_id: Option<UnitId>,
    /// What the post is called.
    pub post_name: Option<String>,
    /// What holding it means.
    pub post_kind: Option<PostKind>,
    /// Units the post is in charge of.
    pub charge_unit_ids: Option<Vec<UnitId>>,
    /// Whether they keep the organisation.
    pub administrator: Option<bool>,
    /// Whether they still belong here.
    pub active: Option<bool>,
}
