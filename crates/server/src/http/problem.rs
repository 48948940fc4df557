use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;
use wording::{Join, Words, say};

use crate::app::{FieldError, Refusal};

/// An error as RFC 9457 `application/problem+json`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`; `code` says which problem it is.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The status in words.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// Stable, for programs.
    pub code: &'static str,
    /// For people: what happened and what to do.
    pub detail: Words,
    /// What is wrong field by field, on 422.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldError>,
    /// Names this request in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The present state of what was to be changed, on 409 `stale_version` and `decided`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub current: Option<serde_json::Value>,
    #[serde(skip)]
    retry_after: Option<i64>,
    #[serde(skip)]
    internal: Option<String>,
}

impl Problem {
    /// A problem with a stable code and words for people.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<Words>) -> Self {
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            code,
            detail: detail.into(),
            fields: Vec::new(),
            request_id: None,
            current: None,
            retry_after: None,
            internal: None,
        }
    }

    /// Nobody is signed in.
    pub fn unauthenticated() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", "请先登录。")
    }

    /// Adds the present state, so that the second of two people sees what the first did.
    #[must_use]
    pub fn with_current(mut self, current: serde_json::Value) -> Self {
        self.current = Some(current);
        self
    }

    /// Whether somebody else was faster, so that the present state should be added: they changed it (`stale_version`) or
    /// settled what was asked (`decided`).
    pub fn is_late(&self) -> bool {
        matches!(self.code, "stale_version" | "decided")
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotFound => Self::new(StatusCode::NOT_FOUND, "not_found", "没有找到，或不在您的查看范围内。"),
            Refusal::Forbidden(detail) => Self::new(StatusCode::FORBIDDEN, "forbidden", detail),
            Refusal::Stale => Self::new(
                StatusCode::CONFLICT,
                "stale_version",
                "在您查看之后，别人已经改动了它。您的修改没有保存，请核对最新内容后再提交。",
            ),
            Refusal::Conflict { code, detail } => Self::new(StatusCode::CONFLICT, code, detail),
            Refusal::Invalid(fields) => {
                let words = Words::join(Join::Clauses, fields.iter().take(3).map(|f| f.message.clone()));
                let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", say!("填写有误：{words}"));
                problem.fields = fields;
                problem
            }
            Refusal::Secret { is_marked, fields } => {
                let words = Words::join(Join::Clauses, fields.iter().take(3).map(|f| f.message.clone()));
                let (code, detail) = if is_marked {
                    ("secret_mark", say!("没有保存：{words}。请按保密规定办理。"))
                } else {
                    ("secret_words", say!("尚未保存：{words}。请核对内容，确认不涉及国家秘密和工作秘密后再提交。"))
                };
                let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail);
                problem.fields = fields;
                problem
            }
            Refusal::TooMany(seconds) => {
                let minutes = (seconds + 59) / 60;
                let wait = if seconds < 60 { say!("{seconds} 秒") } else { say!("{minutes} 分钟") };
                let mut problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many", say!("尝试次数过多，请 {wait}后再试。"));
                problem.retry_after = Some(seconds);
                problem
            }
            Refusal::Full { code, detail } => Self::new(StatusCode::PAYLOAD_TOO_LARGE, code, detail),
            Refusal::TooLarge(detail) => Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail),
            Refusal::Db(error) => error.into(),
            Refusal::Internal(cause) => Self::internal(cause),
        }
    }
}

impl From<db::Error> for Problem {
    fn from(error: db::Error) -> Self {
        if error.is_unavailable() || error.is_conflict() {
            let (words, seconds) = if error.is_full() {
                ("服务器存储空间已满，您的操作没有保存，请联系系统管理员，稍后再试。", 60)
            } else {
                ("系统暂时连接不上数据库，您的操作没有保存，请稍后再试。", 2)
            };
            let mut problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", words);
            problem.retry_after = Some(seconds);
            problem.internal = Some(error.to_string());
            return problem;
        }
        if error.is_unique_violation() {
            return Self::new(StatusCode::CONFLICT, "duplicate", "同样的内容已经存在，请刷新后核对。");
        }
        Self::internal(error.to_string())
    }
}

impl Problem {
    fn internal(cause: String) -> Self {
        let mut problem = Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "系统出现故障，您的操作没有保存。请稍后再试；若仍不行，请把请求编号告诉管理员。",
        );
        problem.internal = Some(cause);
        problem
    }
}

impl IntoResponse for Problem {
    fn into_response(mut self) -> Response {
        self.request_id = super::layers::current_request_id();
        if let Some(cause) = &self.internal {
            tracing::error!(error.cause = %cause, http.status = self.status, "a request failed");
        }
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = self.retry_after;
        let mut response = (status, Json(self)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
