use axum::{
    extract::{FromRequest, FromRequestParts, Request, rejection::JsonRejection},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};

use super::Problem;
use crate::app::Refusal;

/// JSON in and out; what does not fit answers as a problem that names the field.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match axum::Json::<T>::from_request(request, state).await {
            Ok(axum::Json(value)) => Ok(Self(value)),
            Err(rejection) => Err(json_problem(&rejection)),
        }
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
            Refusal::field(field, format!("内容不符合要求（{reason}）")).into()
        }
        JsonRejection::JsonSyntaxError(error) => {
            Problem::new(StatusCode::BAD_REQUEST, "bad_json", format!("提交的内容不是有效的 JSON：{}", error.body_text()))
        }
        JsonRejection::MissingJsonContentType(_) => {
            Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", "请以 application/json 提交。")
        }
        other if other.status() == StatusCode::PAYLOAD_TOO_LARGE => Refusal::TooLarge("提交的内容过大。".to_owned()).into(),
        other => Problem::new(StatusCode::BAD_REQUEST, "bad_request", other.body_text()),
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

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(value)) => Ok(Self(value)),
            Err(rejection) => {
                let text = std::error::Error::source(&rejection).map_or_else(|| rejection.body_text(), ToString::to_string);
                let (field, reason) = text.split_once(": ").unwrap_or(("", &text));
                Err(Refusal::field(field, format!("查询条件不符合要求（{reason}）")).into())
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
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(_) => Err(Refusal::NotFound.into()),
        }
    }
}
