//! What happens now, for pages that are open: server-sent events.

use std::{
    collections::{BTreeSet, VecDeque},
    convert::Infallible,
    future,
    time::Duration,
};

use axum::response::{
    IntoResponse as _, Response,
    sse::{Event, KeepAlive, Sse},
};
use db::Signal;
use futures_util::{Stream, stream};
use kit::uuid::Uuid;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::{Instant, Interval, interval_at, sleep_until},
};
use utoipa::{IntoParams, ToSchema};
use wording::Lang;

use super::{http::Unread, model::MessageId, send::TOPIC, store};
use crate::{
    access::{Permitted, SESSION_TOPIC, SignedIn},
    app::{Outcome, Refusal},
    http::{Problem, Query},
};

/// Proxies close connections on which nothing is said.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// A session that has ended by itself, and a change of duties, is noticed after so long.
const RECHECK: Duration = Duration::from_secs(30);
/// Tasks that change are looked at together after so long: one that changes ten times in a moment is looked at once.
const TOGETHER: Duration = Duration::from_millis(200);

/// A language that is spoken.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Spoken {
    Zh,
    En,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct LiveQuery {
    /// The language of the messages, for browsers, which send no `Accept-Language` of one's choice with a stream; that of the
    /// request when missing.
    #[param(inline)]
    lang: Option<Spoken>,
}

/// Tells what happens while the page is open: `unread` (at once, and whenever it changes), `message` for new ones of one's
/// own, `task` when a task that one sees has changed, as ids to be read again. Ends with the session.
#[utoipa::path(get, path = "/live", tag = "notify", params(LiveQuery),
    responses((status = 200, body = String, content_type = "text/event-stream")))]
pub(super) async fn live(me: Permitted<SignedIn>, Query(query): Query<LiveQuery>) -> Result<Response, Problem> {
    let lang = match query.lang {
        Some(Spoken::Zh) => Lang::Zh,
        Some(Spoken::En) => Lang::En,
        None => Lang::current(),
    };
    // Listening begins before the first look, so nothing falls between the two.
    let signals = me.app.db.signals().subscribe();
    let recheck = interval_at(Instant::now() + RECHECK, RECHECK);
    let mut line = Line { recheck, me, lang, signals, unread: None, changed: BTreeSet::new(), look: None, ready: VecDeque::new() };
    line.refresh(true).await?;
    let events = Sse::new(line.events()).keep_alive(KeepAlive::new().interval(HEARTBEAT));
    // nginx would keep the events until a buffer is full.
    Ok(([("x-accel-buffering", "no")], events).into_response())
}

/// One open page.
struct Line {
    me: Permitted<SignedIn>,
    /// The stream is written when the request, and with it its language, has gone.
    lang: Lang,
    signals: Receiver<Signal>,
    recheck: Interval,
    unread: Option<i64>,
    /// Tasks that have changed, each behind its root, and when to look which of them the actor sees.
    changed: BTreeSet<(Uuid, Uuid)>,
    look: Option<Instant>,
    ready: VecDeque<Event>,
}

impl Line {
    fn events(self) -> impl Stream<Item = Result<Event, Infallible>> {
        stream::unfold(self, |mut line| async move {
            let event = line.next().await?;
            Some((Ok(event), line))
        })
    }

    /// The next event, or nothing when the line is to be closed; a browser then tries again by itself.
    async fn next(&mut self) -> Option<Event> {
        let stop = self.me.app.stop.clone();
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            let look = self.look;
            let done = tokio::select! {
                () = stop.cancelled() => return None,
                () = at(look) => self.tell_changed().await,
                _ = self.recheck.tick() => self.check().await,
                signal = self.signals.recv() => match signal {
                    Ok(signal) => self.hear(&signal).await,
                    // Too many at once: what was missed is in the list, the number says that it is there.
                    Err(RecvError::Lagged(_)) => self.refresh(true).await,
                    Err(RecvError::Closed) => return None,
                },
            };
            if let Err(refusal) = done {
                tracing::debug!(%refusal, "a live stream ends");
                return None;
            }
        }
    }

    async fn check(&mut self) -> Outcome<()> {
        if self.me.still_holds().await? { Ok(()) } else { Err(Refusal::forbidden("the session has ended")) }
    }

    async fn hear(&mut self, signal: &Signal) -> Outcome<()> {
        let (first, second) = signal.payload.split_once(' ').unwrap_or((&signal.payload, ""));
        let mine = || first == self.me.actor().person.to_string();
        match signal.topic.as_str() {
            "task" => {
                if let (Ok(root), Ok(id)) = (first.parse(), second.parse()) {
                    self.changed.insert((root, id));
                    self.look.get_or_insert_with(|| Instant::now() + TOGETHER);
                }
            }
            SESSION_TOPIC if mine() => self.check().await?,
            TOPIC if mine() => {
                if let Ok(id) = second.parse() {
                    self.tell(id).await?;
                }
                self.refresh(false).await?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Tells which tasks have changed of those the actor sees; that there are others is not told.
    async fn tell_changed(&mut self) -> Outcome<()> {
        self.look = None;
        let sees = self.me.app.file_access;
        let mut tx = self.me.app.db.read().await?;
        for (root, id) in std::mem::take(&mut self.changed) {
            if sees(&mut tx, &self.me.ctx, id).await? {
                self.say("task", &json!({ "id": id, "root_id": root }))?;
            }
        }
        Ok(())
    }

    async fn tell(&mut self, id: MessageId) -> Outcome<()> {
        let mut tx = self.me.app.db.read().await?;
        if let Some(message) = store::message(&mut tx, self.me.actor().person, id).await? {
            self.say("message", &message)?;
        }
        Ok(())
    }

    /// Says how many messages are unread, when that is news or somebody wants to know.
    async fn refresh(&mut self, anyway: bool) -> Outcome<()> {
        let mut tx = self.me.app.db.read().await?;
        let unread = store::unread(&mut tx, self.me.actor().person).await?;
        if self.unread.replace(unread) != Some(unread) || anyway {
            self.say("unread", &Unread { unread })?;
        }
        Ok(())
    }

    fn say(&mut self, name: &'static str, data: &impl Serialize) -> Outcome<()> {
        let text = self.lang.within(|| serde_json::to_string(data)).map_err(Refusal::internal)?;
        self.ready.push_back(Event::default().event(name).data(text));
        Ok(())
    }
}

/// Waits for the moment; for ever when there is none.
async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => future::pending().await,
    }
}
