//! A gateway with an HTTP interface of its own, described by a configuration instead of code.

mod answer;
mod callback;
mod config;
mod template;

use std::collections::BTreeSet;

use answer::Read;
use base64::{Engine as _, prelude::BASE64_STANDARD};
pub use config::{
    Body, Callbacks, Charset, ConfigError, Derived, Digest, Encoding, HttpGatewayConfig, Media, Method, Place, Receipts, Replies, Success,
    When,
};
use gateway::{Answer, Http, SendError, Taken};
use kit::{Clock, Rng};
use md5::{Digest as _, Md5};
use reqwest::{
    RequestBuilder, Url,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use template::{Json, Template, Values, xml};

use crate::{Callback, Client, Later, Outgoing, Unreadable, outgoing::refused, read::Kind, segments, sign::sha256_hex};

/// Names that every template may use.
const NAMES: &[&str] = &["to", "text", "whole", "signature", "id", "parts", "template", "nonce", "seconds", "millis", "datetime"];

/// A client of a gateway that is described by an [`HttpGatewayConfig`].
#[derive(Clone, Debug)]
pub struct HttpGateway {
    config: HttpGatewayConfig,
    url: Template,
    headers: Vec<(HeaderName, Template)>,
    body: Filled,
    derived: Vec<(String, Template, Digest)>,
    http: Http,
    clock: Clock,
    rng: Rng,
}

#[derive(Clone, Debug)]
enum Filled {
    Nothing,
    Form(Vec<(String, Template)>),
    Json(Json),
    Xml(Template),
}

impl HttpGateway {
    /// A client, once the description has been found to make sense.
    ///
    /// # Errors
    /// Names the field that does not.
    pub fn new(config: HttpGatewayConfig, http: Http, clock: Clock, rng: Rng) -> Result<Self, ConfigError> {
        let mut known: BTreeSet<String> = NAMES.iter().map(|name| (*name).to_owned()).collect();
        known.extend(config.secrets.keys().map(|name| format!("secret.{name}")));
        let mut derived = Vec::new();
        for (n, Derived { name, from, by }) in config.derived.iter().enumerate() {
            derived.push((format!("derived.{name}"), Template::read(&format!("derived[{n}].from"), from, &known)?, *by));
            known.insert(format!("derived.{name}"));
        }
        let url = read_url(&config.url, &known)?;
        let headers = config.headers.iter().map(|(name, value)| {
            let field = format!("headers.{name}");
            let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| ConfigError::new(&*field, "no name of a header"))?;
            Ok((header, Template::read(&field, value, &known)?))
        });
        let headers = headers.collect::<Result<Vec<_>, ConfigError>>()?;
        let body = match &config.body {
            None => Filled::Nothing,
            Some(_) if config.method == Method::Get => return Err(ConfigError::new("body", "GET has no body")),
            Some(Body::Form(fields)) => {
                let fields = fields.iter().enumerate();
                let read = |(n, (name, value)): (usize, &(String, String))| {
                    Ok((name.clone(), Template::read(&format!("body.form[{n}]"), value, &known)?))
                };
                Filled::Form(fields.map(read).collect::<Result<_, ConfigError>>()?)
            }
            Some(Body::Json(text)) => {
                let value = serde_json::from_str(text).map_err(|error| ConfigError::new("body.json", format!("no JSON: {error}")))?;
                Filled::Json(Json::read("body.json", value, &known)?)
            }
            Some(Body::Xml(text)) => Filled::Xml(Template::read("body.xml", text, &known)?),
        };
        match &config.success {
            Success::At { equals, .. } if equals.is_empty() => return Err(ConfigError::new("success.at.equals", "no value means success")),
            Success::At { place, .. } => place.check("success.at.place")?,
            Success::Contains(text) if text.is_empty() => {
                return Err(ConfigError::new("success.contains", "every answer holds the empty text"));
            }
            _ => {}
        }
        for (field, place) in [("provider_id", &config.provider_id), ("code", &config.code), ("message", &config.message)] {
            place.iter().try_for_each(|place| place.check(field))?;
        }
        if config.code.is_none() && !(config.busy.is_empty() && config.barred.is_empty()) && !matches!(config.success, Success::At { .. }) {
            return Err(ConfigError::new("code", "busy and barred are told by a code, and none is to be found"));
        }
        config.callbacks.iter().try_for_each(Callbacks::check)?;
        Ok(Self { config, url, headers, body, derived, http, clock, rng })
    }

    fn values(&self, message: &Outgoing) -> Result<Values, SendError> {
        let mut nonce = [0; 16];
        self.rng.fill(&mut nonce);
        let now = self.clock.now();
        let to = message.numbered(self.config.number)?;
        let whole = message.whole();
        let (template, params) = message.template.as_ref().map_or(("", [].as_slice()), |template| (&template.code, &template.params));
        let fixed = [
            ("to", to.to_owned()),
            ("text", message.text.clone()),
            ("signature", message.signature.clone().unwrap_or_default()),
            ("id", message.own_id.clone()),
            ("parts", segments::parts(&whole).to_string()),
            ("template", template.to_owned()),
            ("nonce", hex::encode(nonce)),
            ("seconds", (now.millis() / 1000).to_string()),
            ("millis", now.millis().to_string()),
            ("datetime", now.wall().format("%Y%m%d%H%M%S").to_string()),
            ("whole", whole),
        ];
        let mut values: Values = fixed.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        values.extend(params.iter().map(|(name, value)| (format!("param.{name}"), value.clone())));
        values.extend(self.config.secrets.iter().map(|(name, value)| (format!("secret.{name}"), value.reveal().clone())));
        for (name, from, by) in &self.derived {
            let from = self.config.charset.encode(&from.plain(&values).map_err(missing)?).ok_or_else(|| uncharted(self.config.charset))?;
            let made = match by {
                Digest::Md5 => hex::encode(Md5::digest(&from)),
                Digest::Md5Upper => hex::encode_upper(Md5::digest(&from)),
                Digest::Sha256 => sha256_hex(&from),
                Digest::Base64 => BASE64_STANDARD.encode(&from),
            };
            values.insert(name.clone(), made);
        }
        Ok(values)
    }

    fn request(&self, message: &Outgoing) -> Result<RequestBuilder, SendError> {
        let (values, charset) = (self.values(message)?, self.config.charset);
        let percent = |value: &str| charset.percent(value);
        let url = self.url.fill(&values, percent).map_err(missing)?;
        let client = self.http.client();
        let mut request = match self.config.method {
            Method::Get => client.get(url),
            Method::Post => client.post(url),
            Method::Put => client.put(url),
        };
        let (kind, body) = match &self.body {
            Filled::Nothing => ("", Vec::new()),
            Filled::Form(fields) => {
                let pair = |(name, value): &(String, Template)| {
                    let value = value.plain(&values).map_err(missing)?;
                    let both = percent(name).zip(percent(&value)).ok_or_else(|| uncharted(charset))?;
                    Ok(format!("{}={}", both.0, both.1))
                };
                let pairs = fields.iter().map(pair).collect::<Result<Vec<_>, SendError>>()?;
                ("application/x-www-form-urlencoded", pairs.join("&").into_bytes())
            }
            Filled::Json(json) => {
                let text = json.fill(&values).map_err(missing)?.to_string();
                ("application/json", charset.encode(&text).ok_or_else(|| uncharted(charset))?)
            }
            Filled::Xml(template) => ("application/xml", charset.encode_xml(&template.fill(&values, xml).map_err(missing)?)),
        };
        let mut headers = HeaderMap::new();
        if !kind.is_empty() {
            let value = format!("{kind}; charset={}", charset.name());
            headers.extend(HeaderValue::try_from(value).ok().map(|value| (reqwest::header::CONTENT_TYPE, value)));
        }
        for (name, value) in &self.headers {
            let value = value.plain(&values).map_err(missing)?;
            let mut value = HeaderValue::try_from(value).map_err(|_| refused("header", "a header cannot hold what it is to hold"))?;
            value.set_sensitive(true);
            headers.insert(name.clone(), value);
        }
        request = request.headers(headers);
        Ok(if matches!(self.body, Filled::Nothing) { request } else { request.body(body) })
    }

    fn understood(&self, answer: &Answer, message: &Outgoing) -> Result<Taken, SendError> {
        let read = Read::new(self.config.charset.decode(&answer.body));
        let good = (200..300).contains(&answer.status);
        let code = match (&self.config.code, &self.config.success) {
            (Some(place), _) | (None, Success::At { place, .. }) => read.at(place),
            _ => None,
        };
        let success = match &self.config.success {
            _ if !good => false,
            Success::Status => true,
            Success::At { place, equals } => {
                let Some(value) = read.at(place) else {
                    return Err(SendError::Unknown("an answer that does not say whether it is one".to_owned()));
                };
                equals.contains(&value)
            }
            Success::Contains(text) => read.text().contains(text),
        };
        if success {
            let provider_id = self.config.provider_id.as_ref().and_then(|place| read.at(place));
            return Ok(Taken { provider_id, parts: segments::parts(&message.whole()) });
        }
        let words = self.config.message.as_ref().and_then(|place| read.at(place));
        match code {
            Some(code) if self.config.busy.contains(&code) => Err(Kind::Busy.error(&code, &words.unwrap_or_default())),
            Some(code) if self.config.barred.contains(&code) => Err(Kind::Barred.error(&code, &words.unwrap_or_default())),
            Some(code) if good => Err(Kind::Refused.error(&code, &words.unwrap_or_default())),
            None if good => Err(Kind::Refused.error("answer", words.as_deref().unwrap_or(read.text()))),
            _ => Err(answer.refusal()),
        }
    }
}

impl Client for HttpGateway {
    fn send<'a>(&'a self, message: &'a Outgoing) -> Later<'a, Taken> {
        Box::pin(async move {
            let request = self.request(message)?;
            self.understood(&self.http.send(request).await?, message)
        })
    }

    fn read_callback(&self, _headers: &HeaderMap, body: &[u8]) -> Result<Callback, Unreadable> {
        let callbacks = self.config.callbacks.as_ref().ok_or_else(|| Unreadable("no callbacks are described".to_owned()))?;
        callbacks.read(self.config.charset, body)
    }
}

/// Placeholders may stand behind the host only: what a message says must not say where it goes.
fn read_url(text: &str, known: &BTreeSet<String>) -> Result<Template, ConfigError> {
    let wrong = |why: &str| ConfigError::new("url", why);
    let url = Url::parse(text).map_err(|_| wrong("no address"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("neither http nor https"));
    }
    let behind = text.find("://").map_or(0, |at| at + 3);
    let host = text[behind..].find(['/', '?']).map_or(text.len(), |at| behind + at);
    if Template::read("url", &text[..host], known)?.has_places() {
        return Err(wrong("a placeholder before the end of the host"));
    }
    Template::read("url", text, known)
}

fn missing(name: &str) -> SendError {
    refused("template", &format!("the message has no {name}, or it cannot be written"))
}

fn uncharted(charset: Charset) -> SendError {
    refused("charset", &format!("the text has characters that {} has not", charset.name()))
}
