use kit::{Moment, id_types, text_enum};

use crate::org::PersonId;

id_types! {
    /// An address.
    AddressId,
    /// An address that is about to be bound.
    BindingId,
}

text_enum! {
    /// What kind of address a gateway writes to.
    AddressKind {
        Phone = "phone", "手机";
        Openid = "openid", "微信";
        Userid = "userid", "办公通讯账号";
        Mailbox = "mailbox", "电子邮箱";
        Browser = "browser", "浏览器";
    }
}

/// An address as it stands in the database.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct AddressRow {
    pub(super) id: AddressId,
    pub(super) kind: AddressKind,
    pub(super) gateway: String,
    pub(super) value: String,
    pub(super) label: Option<String>,
    pub(super) created_at: Moment,
    pub(super) last_ok_at: Option<Moment>,
}

/// Something that is about to be bound.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct BindingRow {
    pub(super) id: BindingId,
    pub(super) person_id: PersonId,
    pub(super) value: Option<String>,
    pub(super) code: String,
    pub(super) tries: i64,
    pub(super) expires_at: Moment,
}
