//! What 公众号 and 企业微信 call us with.

use gateway::{Fate, Receipt, Reply, SendError, Told};
use kit::{Clock, Rng, Secret};
use quick_xml::{Reader, escape::resolve_predefined_entity, events::Event as Xml};

use crate::crypt::{Key, same, signature};

/// How far the clock of a call may be from ours: the signature of what comes unencrypted does not cover it, and addresses end up in logs.
const DRIFT: i64 = 15 * 60;
/// More is in no call.
const MOST_FIELDS: usize = 200;

/// What secures the address that is called: 服务器配置 of 公众号, 接收消息 of 企业微信.
#[derive(Clone, Debug)]
pub struct CallbackKeys {
    /// `Token`.
    pub token: Secret<String>,
    /// `EncodingAESKey`, 43 letters and digits. Where it is given, what comes unencrypted is refused. 企业微信 always has one.
    pub aes_key: Option<Secret<String>>,
}

/// A call: GET when the address is written down over there, POST later.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The query as it stands.
    pub query: &'a str,
    /// The body; empty with GET.
    pub body: &'a [u8],
}

/// A call that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// What it tells; nothing where it is about something that does not concern messages.
    pub events: Vec<Event>,
    /// What is to be answered once all of it is kept; until then an error (503), so that the house calls again.
    pub answer: CallAnswer,
    /// Who wrote, and what we are called.
    pub(crate) between: Option<(String, String)>,
}

/// The answer that a house expects, with status 200.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallAnswer {
    /// Its media type.
    pub content_type: &'static str,
    /// Its body.
    pub body: String,
}

impl CallAnswer {
    fn text(body: impl Into<String>) -> Self {
        Self { content_type: "text/plain; charset=utf-8", body: body.into() }
    }
}

/// What a call tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// What became of a message, or what somebody wrote.
    Told(Told),
    /// Somebody follows us, or has scanned a code of ours ([`crate::Official::qr_code`]).
    Came {
        /// Who.
        who: String,
        /// What the code stood for.
        scene: Option<String>,
    },
    /// Somebody follows us no more: nothing reaches them.
    Left {
        /// Who.
        who: String,
    },
}

/// A call that is not what the house sends, or not from it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the call cannot be read: {0}")]
pub struct Unreadable(&'static str);

impl Unreadable {
    pub(crate) const fn new(why: &'static str) -> Self {
        Self(why)
    }
}

/// Where calls come in.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    pub(crate) token: Secret<String>,
    pub(crate) key: Option<Key>,
    /// `AppID` or `corpid`, which stands in what is encrypted.
    pub(crate) id: String,
    /// 企业微信 encrypts its greeting, too, and is answered with nothing.
    pub(crate) corporate: bool,
    pub(crate) clock: Clock,
    pub(crate) rng: Rng,
}

impl Door {
    /// Nothing where the key is none.
    pub(crate) fn new(keys: &CallbackKeys, id: &str, corporate: bool, clock: Clock, rng: Rng) -> Option<Self> {
        let key = match &keys.aes_key {
            Some(text) => Some(Key::new(text.reveal())?),
            None if corporate => return None,
            None => None,
        };
        Some(Self { token: keys.token.clone(), key, id: id.to_owned(), corporate, clock, rng })
    }

    pub(crate) fn hear(&self, call: &Call<'_>) -> Result<Heard, Unreadable> {
        let query: Vec<_> = form_urlencoded::parse(call.query.as_bytes()).take(MOST_FIELDS).collect();
        let param = |name: &str| query.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_ref());
        self.in_time(param("timestamp"))?;
        if call.body.is_empty() {
            let greeting = param("echostr");
            let body = if self.corporate {
                self.opened(greeting, param("msg_signature"), param("timestamp"), param("nonce"))?
            } else {
                self.signed(param("signature"), &[param("timestamp"), param("nonce")])?;
                greeting.to_owned()
            };
            return Ok(Heard { events: Vec::new(), answer: CallAnswer::text(body), between: None });
        }
        let body = std::str::from_utf8(call.body).map_err(|_| Unreadable("no UTF-8"))?;
        let mut fields = fields(body)?;
        if self.key.is_some() {
            let encrypted = field(&fields, "Encrypt").ok_or(Unreadable("it is not encrypted, and has to be"))?;
            let opened = self.opened(&encrypted, param("msg_signature"), param("timestamp"), param("nonce"))?;
            fields = self::fields(&opened)?;
        } else {
            self.signed(param("signature"), &[param("timestamp"), param("nonce")])?;
        }
        let between = field(&fields, "FromUserName").zip(field(&fields, "ToUserName"));
        let answer = CallAnswer::text(if self.corporate { "" } else { "success" });
        Ok(Heard { events: event(&fields).into_iter().collect(), answer, between })
    }

    /// Words for whoever wrote.
    pub(crate) fn answer(&self, heard: &Heard, words: &str) -> Option<CallAnswer> {
        let (to, from) = heard.between.as_ref()?;
        let at = (self.now() / 1000).to_string();
        let xml = format!(
            "<xml><ToUserName>{}</ToUserName><FromUserName>{}</FromUserName><CreateTime>{at}</CreateTime><MsgType>{}</MsgType><Content>{}</Content></xml>",
            verbatim(to),
            verbatim(from),
            verbatim("text"),
            verbatim(words)
        );
        let body = match &self.key {
            None => xml,
            Some(key) => {
                let (mut chance, mut nonce) = ([0; 16], [0; 8]);
                self.rng.fill(&mut chance);
                self.rng.fill(&mut nonce);
                let nonce = u64::from_le_bytes(nonce).to_string();
                let encrypted = key.encrypt(chance, &xml, &self.id)?;
                let signed = signature(&[self.token.reveal(), &at, &nonce, &encrypted]);
                format!(
                    "<xml><Encrypt>{}</Encrypt><MsgSignature>{}</MsgSignature><TimeStamp>{at}</TimeStamp><Nonce>{}</Nonce></xml>",
                    verbatim(&encrypted),
                    verbatim(&signed),
                    verbatim(&nonce)
                )
            }
        };
        Some(CallAnswer { content_type: "text/xml; charset=utf-8", body })
    }

    fn opened(&self, encrypted: &str, signed: &str, timestamp: &str, nonce: &str) -> Result<String, Unreadable> {
        self.signed(signed, &[timestamp, nonce, encrypted])?;
        let key = self.key.as_ref().ok_or(Unreadable("there is no key"))?;
        key.decrypt(encrypted, &self.id).ok_or(Unreadable("it is encrypted by another key, or for somebody else"))
    }

    fn signed(&self, given: &str, words: &[&str]) -> Result<(), Unreadable> {
        let right = signature(&[&[self.token.reveal().as_str()], words].concat());
        if same(given, &right) { Ok(()) } else { Err(Unreadable("the signature is another")) }
    }

    fn in_time(&self, timestamp: &str) -> Result<(), Unreadable> {
        let at: i64 = timestamp.parse().map_err(|_| Unreadable("no timestamp"))?;
        let near = at.checked_sub(self.now() / 1000).is_some_and(|apart| (-DRIFT..=DRIFT).contains(&apart));
        if near { Ok(()) } else { Err(Unreadable("it is of another time, or the clocks are far apart")) }
    }

    /// The houses do not follow a clock that runs ahead.
    fn now(&self) -> i64 {
        let lead = self.clock.lead().map_or(0, |lead| i64::try_from(lead.as_millis()).unwrap_or(0));
        self.clock.now().millis().saturating_sub(lead)
    }
}

fn event(fields: &[(String, String)]) -> Option<Event> {
    let get = |name| field(fields, name);
    let who = get("FromUserName")?;
    let at = get("CreateTime").and_then(|at| at.parse::<i64>().ok()?.checked_mul(1000));
    let kind = get("MsgType")?;
    if kind == "text" {
        let reply = Reply { from: who, text: get("Content")?, reply_id: get("MsgId"), at, to: get("ToUserName") };
        return Some(Event::Told(Told::Reply(reply)));
    }
    match get("Event").filter(|_| kind == "event")?.as_str() {
        "subscribe" => {
            let scene = get("EventKey").and_then(|key| key.strip_prefix("qrscene_").map(str::to_owned));
            Some(Event::Came { who, scene })
        }
        "SCAN" => Some(Event::Came { who, scene: get("EventKey") }),
        "unsubscribe" => Some(Event::Left { who }),
        "TEMPLATESENDJOBFINISH" => {
            let status = get("Status").unwrap_or_default();
            let fate = match status.strip_prefix("failed:") {
                Some(why) => Fate::Failed { code: SendError::shorten(why.trim()), text: String::new() },
                None if status == "success" => Fate::Delivered,
                None => return None,
            };
            Some(Event::Told(Told::Receipt(Receipt { provider_id: get("MsgID"), own_id: None, to: who, fate, at })))
        }
        _ => None,
    }
}

fn field(fields: &[(String, String)], name: &str) -> Option<String> {
    fields.iter().find(|(known, value)| known == name && !value.is_empty()).map(|(_, value)| value.clone())
}

/// The elements right below the root with their texts. Nothing is expanded but the entities that XML itself knows.
fn fields(xml: &str) -> Result<Vec<(String, String)>, Unreadable> {
    const BROKEN: Unreadable = Unreadable("no XML");
    let mut reader = Reader::from_str(xml);
    let (mut depth, mut fields) = (0_u32, Vec::<(String, String)>::new());
    loop {
        let event = reader.read_event().map_err(|_| BROKEN)?;
        let mut add = |text: &str| {
            if let Some((_, value)) = fields.last_mut().filter(|_| depth == 2) {
                value.push_str(text);
            }
        };
        match event {
            Xml::Start(start) => {
                depth += 1;
                if depth == 2 {
                    fields.push((start.local_name().as_ref().to_owned(), String::new()));
                }
            }
            Xml::End(_) => depth = depth.saturating_sub(1),
            Xml::Text(words) => add(&words),
            Xml::CData(words) => add(&words),
            Xml::GeneralRef(entity) => match entity.resolve_char_ref() {
                Ok(Some(c)) => add(c.encode_utf8(&mut [0; 4])),
                _ => add(resolve_predefined_entity(&entity).ok_or(BROKEN)?),
            },
            Xml::Eof if depth == 0 && !fields.is_empty() => return Ok(fields),
            Xml::Eof => return Err(BROKEN),
            _ => {}
        }
        if fields.len() > MOST_FIELDS {
            return Err(BROKEN);
        }
    }
}

fn verbatim(text: &str) -> String {
    format!("<![CDATA[{}]]>", text.replace("]]>", "]]]]><![CDATA[>"))
}
