use std::collections::BTreeMap;

use kit::Secret;
use serde::Deserialize;

use crate::Number;

/// How one gateway is spoken to, as an operator writes it down.
///
/// Texts may hold placeholders: `{to}`, `{text}`, `{whole}` (signature and text), `{signature}`, `{id}` (our own), `{parts}`,
/// `{template}`, `{param.NAME}`, `{secret.NAME}`, `{derived.NAME}`, `{nonce}` (32 hexadecimal digits), `{seconds}` and `{millis}` since 1970,
/// `{datetime}` (`YYYYMMDDhhmmss` in China). They are escaped as the place demands, so none needs quoting by hand.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpGatewayConfig {
    /// Where to; placeholders behind the host only.
    pub url: String,
    /// How.
    #[serde(default)]
    pub method: Method,
    /// Headers with their values.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// What is sent; nothing where all stands in the address.
    pub body: Option<Body>,
    /// In which characters both sides write.
    #[serde(default)]
    pub charset: Charset,
    /// How `{to}` is written.
    #[serde(default)]
    pub number: Number,
    /// What must not be seen in logs and pages.
    #[serde(default)]
    pub secrets: BTreeMap<String, Secret<String>>,
    /// Digests over other placeholders, made in this order.
    #[serde(default)]
    pub derived: Vec<Derived>,
    /// When a message counts as taken.
    pub success: Success,
    /// Where the answer names the message.
    pub provider_id: Option<Place>,
    /// Where the answer says why not.
    pub code: Option<Place>,
    /// Where it says so in words.
    pub message: Option<Place>,
    /// Codes that mean: not now.
    #[serde(default)]
    pub busy: Vec<String>,
    /// Codes that mean: nothing passes until a person mends it.
    #[serde(default)]
    pub barred: Vec<String>,
    /// What the gateway calls us with.
    pub callbacks: Option<Callbacks>,
}

/// The verb of a request.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// GET; there is no body then.
    Get,
    /// POST.
    #[default]
    Post,
    /// PUT.
    Put,
}

/// What is sent.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// Names and values, sent as `application/x-www-form-urlencoded`.
    Form(Vec<(String, String)>),
    /// JSON with placeholders inside its strings. A string that is one placeholder with `:number` behind its name becomes a number.
    Json(String),
    /// XML with placeholders in texts and attributes.
    Xml(String),
}

/// In which characters a gateway writes.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Charset {
    /// UTF-8.
    #[default]
    #[serde(alias = "utf8", alias = "utf-8")]
    Utf8,
    /// GBK, with which GB 2312 is read, too.
    #[serde(alias = "gb2312")]
    Gbk,
}

/// A digest over other placeholders: `{derived.NAME}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Derived {
    /// Its name.
    pub name: String,
    /// Over what.
    pub from: String,
    /// By what.
    pub by: Digest,
}

/// What [`Derived`] makes of a text.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Digest {
    /// MD5 as lower-case hexadecimal, which old gateways ask for.
    Md5,
    /// MD5 as upper-case hexadecimal.
    Md5Upper,
    /// SHA-256 as lower-case hexadecimal.
    Sha256,
    /// Base64 of the text itself.
    Base64,
}

/// When a message counts as taken.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Success {
    /// With every status 2xx.
    Status,
    /// With a status 2xx and one of these values at a place.
    At {
        /// The place.
        place: Place,
        /// The values.
        equals: Vec<String>,
    },
    /// With a status 2xx and a body that holds this text.
    Contains(String),
}

/// A place in an answer.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Place {
    /// A JSON pointer (RFC 6901): `/data/0/id`.
    Json(String),
    /// The text of the first XML element of this name, whatever its namespace.
    Xml(String),
    /// Between two texts, or from the first to the end of the line.
    Between {
        /// What stands before.
        after: String,
        /// What stands behind.
        until: Option<String>,
    },
}

/// What a gateway calls us with. An entry that has the text of an answer is one; every other is a receipt.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Callbacks {
    /// How it is written.
    pub encoding: Encoding,
    /// Where a JSON body has its entries; the whole body without it. A list holds several entries, anything else is one.
    pub list: Option<String>,
    /// Receipts, where there are any.
    pub receipts: Option<Receipts>,
    /// Answers, where there are any.
    pub replies: Option<Replies>,
    /// What is to be answered; a body without placeholders.
    #[serde(default)]
    pub answer: String,
    /// The media type of that.
    #[serde(default)]
    pub answer_type: Media,
}

/// How callbacks are written. Fields are named by JSON pointers below an entry, or by the names of the form's fields.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// JSON.
    Json,
    /// A form, in the body or in the address.
    Form,
}

/// The media type of an answer.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Media {
    /// `text/plain`.
    #[default]
    Text,
    /// `application/json`.
    Json,
    /// `application/xml`.
    Xml,
}

/// Where a receipt has what.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipts {
    /// The gateway's name for the message.
    pub provider_id: Option<String>,
    /// Our own.
    pub own_id: Option<String>,
    /// To whom it went.
    pub to: Option<String>,
    /// What became of it.
    pub state: String,
    /// That in words.
    pub text: Option<String>,
    /// When.
    pub at: Option<String>,
    /// How the moment is written.
    #[serde(default)]
    pub at_form: When,
    /// The states that mean: arrived.
    pub delivered: Vec<String>,
    /// The states that mean: on its way. Every other one means: failed.
    #[serde(default)]
    pub pending: Vec<String>,
}

/// Where an answer has what.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replies {
    /// From whom.
    pub from: String,
    /// What they say.
    pub text: String,
    /// The gateway's name for it.
    pub reply_id: Option<String>,
    /// To which number or suffix.
    pub to: Option<String>,
    /// When.
    pub at: Option<String>,
    /// How the moment is written.
    #[serde(default)]
    pub at_form: When,
}

/// How a moment is written.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum When {
    /// `YYYY-MM-DD hh:mm:ss` in China.
    #[default]
    Wall,
    /// `YYYYMMDDhhmmss` in China.
    Compact,
    /// `YYMMDDhhmm` in China, as operators write it.
    Short,
    /// RFC 3339.
    Rfc3339,
    /// Seconds since 1970.
    Seconds,
    /// Milliseconds since 1970.
    Millis,
}

/// A description of a gateway that cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {why}")]
pub struct ConfigError {
    /// The field, as it is written in the description: `callbacks.receipts.state`.
    pub field: String,
    /// What is wrong with it.
    pub why: String,
}

impl ConfigError {
    pub(super) fn new(field: impl Into<String>, why: impl Into<String>) -> Self {
        Self { field: field.into(), why: why.into() }
    }
}
