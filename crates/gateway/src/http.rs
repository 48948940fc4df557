use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use reqwest::{
    Client, RequestBuilder, Url,
    header::{HeaderMap, RETRY_AFTER},
};

use crate::{
    SendError,
    outward::{Inner, OuterNames, outer},
};

/// No gateway has more to say.
const MOST: usize = 1 << 20;

/// What a gateway answered, whatever its status.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, at most 1 MiB.
    pub body: Bytes,
}

impl Answer {
    /// How long the gateway asks to be left alone, where it says so in seconds; at most a day.
    pub fn retry_after(&self) -> Option<Duration> {
        let text = self.headers.get(RETRY_AFTER)?.to_str().ok()?;
        Some(Duration::from_secs(text.trim().parse::<u64>().ok()?.min(86_400)))
    }

    /// The body as text; what is no UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// What a status outside 2xx means where the gateway's own words say nothing better.
    pub fn refusal(&self) -> SendError {
        let (code, text) = (format!("HTTP {}", self.status), SendError::shorten(&self.text()));
        match self.status {
            401 | 403 => SendError::Barred { code, text },
            408 | 425 | 429 | 500..=599 => SendError::Busy { code, text, retry_after: self.retry_after() },
            _ => SendError::Refused { code, text },
        }
    }
}

/// An HTTP client for gateways: bounded in time and size, no redirects, no proxy of the environment.
#[derive(Clone, Debug)]
pub struct Http {
    client: Client,
    outward: bool,
}

impl Http {
    /// A client that gives a gateway `patience` for a whole exchange.
    ///
    /// # Errors
    /// When no client can be made, which is a fault of the machine.
    pub fn new(patience: Duration) -> Result<Self, reqwest::Error> {
        Self::made(patience, false)
    }

    /// As [`Http::new`], for addresses that others have told us: it calls nobody on this machine or in the house's own network, whatever
    /// a name stands for.
    ///
    /// # Errors
    /// As [`Http::new`].
    pub fn outward(patience: Duration) -> Result<Self, reqwest::Error> {
        Self::made(patience, true)
    }

    fn made(patience: Duration, outward: bool) -> Result<Self, reqwest::Error> {
        // Whoever is second finds the first one's, which is the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = Client::builder()
            .connect_timeout(Duration::from_secs(5).min(patience))
            .timeout(patience)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy();
        if outward {
            builder = builder.dns_resolver(OuterNames);
        }
        Ok(Self { client: builder.build()?, outward })
    }

    /// Whether it would call this address, as far as can be told before its name is looked up.
    pub fn may_call(&self, url: &Url) -> bool {
        !self.outward || outer(url)
    }

    /// Whether it calls the outer world only.
    pub const fn is_outward(&self) -> bool {
        self.outward
    }

    /// The client, to write a request with.
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// Sends a request and takes the whole answer.
    ///
    /// # Errors
    /// [`SendError::Unreachable`] when nobody was reached, [`SendError::Unknown`] when the line broke later, [`SendError::Refused`] where
    /// the address is one of the house and may not be.
    pub async fn send(&self, request: RequestBuilder) -> Result<Answer, SendError> {
        // An address may hold a key: it stays out of the words.
        let told = |error: reqwest::Error| {
            let unsent = error.is_connect() || error.is_builder();
            let error = error.without_url();
            let causes = || std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source());
            if causes().any(<dyn std::error::Error>::is::<Inner>) {
                return inner();
            }
            let text = SendError::shorten(&causes().map(ToString::to_string).collect::<Vec<_>>().join(": "));
            if unsent { SendError::Unreachable(text) } else { SendError::Unknown(text) }
        };
        let request = request.build().map_err(told)?;
        if !self.may_call(request.url()) {
            return Err(inner());
        }
        let response = self.client.execute(request).await.map_err(told)?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut body = Vec::new();
        let mut chunks = response.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            body.extend_from_slice(&chunk.map_err(told)?);
            if body.len() > MOST {
                return Err(SendError::Unknown("the answer is larger than 1 MiB".to_owned()));
            }
        }
        Ok(Answer { status, headers, body: body.into() })
    }
}

fn inner() -> SendError {
    SendError::Refused { code: "address".to_owned(), text: Inner.to_string() }
}

#[cfg(test)]
mod tests {
    use axum::{Router, http::StatusCode, routing::get};
    use tokio::{io::AsyncReadExt as _, net::TcpListener};

    use super::*;

    async fn serve(router: Router) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        format!("http://{at}/")
    }

    fn http() -> Http {
        Http::new(Duration::from_millis(500)).unwrap()
    }

    #[tokio::test]
    async fn nobody_there_is_certain_and_a_broken_line_is_not() {
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let http = http();
        let error = http.send(http.client().get(format!("http://{closed}/?key=secret"))).await.unwrap_err();
        assert!(matches!(&error, SendError::Unreachable(text) if !text.contains("secret")), "{error}");

        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut line, _) = listener.accept().await.unwrap();
            let _ = line.read(&mut [0; 1000]).await;
        });
        let error = http.send(http.client().get(format!("http://{at}/?key=secret"))).await.unwrap_err();
        assert!(matches!(&error, SendError::Unknown(text) if !text.contains("secret")), "{error}");
    }

    #[tokio::test]
    async fn who_goes_outward_calls_nobody_in_the_house() {
        let at = serve(Router::new().route("/", get(async || "here"))).await;
        assert_eq!(http().send(http().client().get(&at)).await.unwrap().text(), "here");
        let outward = Http::outward(Duration::from_millis(500)).unwrap();
        // By its number, and by a name that stands for it.
        for at in [at.clone(), at.replace("127.0.0.1", "localhost")] {
            let error = outward.send(outward.client().get(&at)).await.unwrap_err();
            assert!(matches!(&error, SendError::Refused { code, .. } if code == "address"), "{at}: {error}");
        }
    }

    #[tokio::test]
    async fn a_gateway_that_never_answers_or_never_ends_is_left() {
        let at = serve(
            Router::new().route("/", get(async || std::future::pending::<()>().await)).route("/long", get(async || vec![b'x'; MOST + 1])),
        )
        .await;
        let http = http();
        let error = http.send(http.client().get(&at)).await.unwrap_err();
        assert!(!error.is_certain(), "{error}");
        let error = http.send(http.client().get(format!("{at}long"))).await.unwrap_err();
        assert!(matches!(error, SendError::Unknown(_)), "{error}");
    }

    #[tokio::test]
    async fn a_status_says_what_to_do() {
        let status = |code: u16| get(async move || (StatusCode::from_u16(code).unwrap(), [("retry-after", "7")], "no\nway"));
        let router = [400, 401, 429, 503].into_iter().fold(Router::new(), |router, code| router.route(&format!("/{code}"), status(code)));
        let at = serve(router).await;
        let http = http();
        let asked = async |code: u16| http.send(http.client().get(format!("{at}{code}"))).await.unwrap().refusal();
        assert_eq!(asked(400).await, SendError::Refused { code: "HTTP 400".to_owned(), text: "noway".to_owned() });
        assert!(matches!(asked(401).await, SendError::Barred { .. }));
        for code in [429, 503] {
            assert!(matches!(asked(code).await, SendError::Busy { retry_after: Some(wait), .. } if wait == Duration::from_secs(7)));
        }
    }
}
