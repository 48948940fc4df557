use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, FromRequestParts, Request, rejection::JsonRejection},
    http::{StatusCode, Uri, request::Parts},
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use wording::{Words, say};

use super::{Problem, heard::Heard};
use crate::app::Refusal;

/// JSON in and out; what does not fit answers as a problem that names the field.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = Bytes::from_request(Request::from_parts(parts.clone(), body), state).await;
        let bytes = bytes.map_err(|rejection| json_problem(&rejection.into()))?;
        if bytes.contains(&0) {
            return Err(Refusal::field("", NUL).into());
        }
        Heard::of(&parts).json(&bytes);
        let value = axum::Json::<T>::from_request(Request::from_parts(parts, Body::from(bytes.clone())), state).await;
        let axum::Json(value) = value.map_err(|rejection| json_problem(&rejection))?;
        match nul_in_json(&bytes) {
            Some(field) => Err(Refusal::field(field, NUL).into()),
            None => Ok(Self(value)),
        }
    }
}

/// PostgreSQL keeps no text with U+0000 and calls it a fault of the program, so none gets past the edge.
const NUL: &str = "含有不能保存的控制字符";

/// Where a JSON text that could be read holds a U+0000: the path of the field, empty when that cannot be said.
pub(super) fn nul_in_json(bytes: &[u8]) -> Option<String> {
    // Most texts are looked through once and not taken apart. `\\u0000` is a backslash and five harmless characters.
    if !bytes.windows(6).any(|six| six == br"\u0000") {
        return None;
    }
    match serde_json::from_slice(bytes) {
        Ok(value) => nul_in(&value).map(|path| path.trim_start_matches('.').to_owned()),
        // What was passed over when it was read for its fields, a number without end for example, hides nothing from here.
        Err(_) => Some(String::new()),
    }
}

fn nul_in(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => text.contains('\0').then(String::new),
        Value::Array(items) => items.iter().enumerate().find_map(|(n, item)| Some(format!("[{n}]{}", nul_in(item)?))),
        Value::Object(fields) => fields.iter().find_map(|(name, value)| {
            if name.contains('\0') {
                return Some(format!(".{}", name.replace('\0', "")));
            }
            Some(format!(".{name}{}", nul_in(value)?))
        }),
        _ => None,
    }
}

fn json_problem(rejection: &JsonRejection) -> Problem {
    match rejection {
        JsonRejection::JsonDataError(error) => {
            // "Failed to deserialize the JSON body into the target type: children[2].weight: invalid type: …"
            let text = std::error::Error::source(error).map_or_else(|| error.body_text(), ToString::to_string);
            let (field, reason) = match text.split_once(": ") {
                Some((path, reason)) if !path.contains(' ') => (path.to_owned(), reason.to_owned()),
                _ => (missing_field(&text).unwrap_or_default(), text.clone()),
            };
            Refusal::field(field, say!("内容不符合要求（{reason}）")).into()
        }
        JsonRejection::JsonSyntaxError(error) => {
            Problem::new(StatusCode::BAD_REQUEST, "bad_json", say!("提交的内容不是有效的 JSON：{why}", why = error.body_text()))
        }
        JsonRejection::MissingJsonContentType(_) => {
            Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", "请以 application/json 提交。")
        }
        other if other.status() == StatusCode::PAYLOAD_TOO_LARGE => Refusal::TooLarge("提交的内容过大。".into()).into(),
        other => Problem::new(StatusCode::BAD_REQUEST, "bad_request", Words::raw(other.body_text())),
    }
}

fn missing_field(text: &str) -> Option<String> {
    let (_, rest) = text.split_once('`')?;
    rest.split_once('`').map(|(name, _)| name.to_owned())
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// Query parameters; what does not fit answers as a problem.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::read(parts.uri.query().unwrap_or_default())
    }
}

impl<T: DeserializeOwned> Query<T> {
    /// Reads what stands behind the question mark.
    pub fn read(query: &str) -> Result<Self, Problem> {
        if let Some(pair) = query.split('&').find(|pair| pair.contains("%00")) {
            return Err(Refusal::field(pair.split('=').next().unwrap_or_default(), NUL).into());
        }
        let uri = Uri::builder().path_and_query(format!("/?{query}")).build().map_err(Refusal::internal)?;
        match axum::extract::Query::<T>::try_from_uri(&uri) {
            Ok(axum::extract::Query(value)) => Ok(Self(value)),
            Err(rejection) => {
                let text = std::error::Error::source(&rejection).map_or_else(|| rejection.body_text(), ToString::to_string);
                let (field, reason) = text.split_once(": ").unwrap_or(("", &text));
                Err(Refusal::field(field, say!("查询条件不符合要求（{reason}）")).into())
            }
        }
    }
}

/// Path parameters; what is no id answers 404, as an unknown id does.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        if parts.uri.path().contains("%00") {
            return Err(Refusal::field("path", NUL).into());
        }
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(_) => Err(Refusal::NotFound.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::nul_in_json;

    #[test]
    fn a_nul_is_found_wherever_it_stands() {
        for (text, field) in [
            (r#"{"name":"a\u0000"}"#, Some("name")),
            (r#"{"children":[{"title":"a"},{"title":"\u0000"}]}"#, Some("children[1].title")),
            (r#"{"na\u0000me":1}"#, Some("name")),
            (r#""\u0000""#, Some("")),
            (r#"{"name":"C:\\u0000"}"#, None),
            (r#"{"name":"a\\\u0000"}"#, Some("name")),
            (r#"{"name":"a\u0001"}"#, None),
            (r#"{"name":"\u0000","other":1e999}"#, Some("")),
        ] {
            assert_eq!(nul_in_json(text.as_bytes()).as_deref(), field, "{text}");
        }
    }
}
