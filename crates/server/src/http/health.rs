use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use db::run;

use crate::app::App;

/// The process lives.
pub async fn healthz() -> &'static str {
    "ok"
}

/// The process can serve: its database answers, and has not failed to take what was written.
pub async fn readyz(State(app): State<App>) -> Response {
    let probe = async {
        app.db.check()?;
        let mut tx = app.db.read().await?;
        let (one,): (i64,) = run!(tx, |c| sqlx::query_as("select cast(1 as bigint)").fetch_one(c))?;
        db::Result::Ok(one)
    };
    match probe.await {
        Ok(_) => "ready".into_response(),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "database unavailable").into_response()
        }
    }
}
