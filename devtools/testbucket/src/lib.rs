//! A store with the S3 protocol on the loopback, for tests: a server that is not ours (`s3s-fs`) over a directory.
//!
//! It can stop listening to what is sent to it in the middle of an upload, and it can go away.

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
};

use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use s3s::{auth::SimpleAuth, service::S3ServiceBuilder};
use s3s_fs::FileSystem;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    runtime::Runtime,
    sync::watch,
};

/// The one bucket that it has.
pub const BUCKET: &str = "files";
/// Who may come in.
pub const ACCESS_KEY: &str = "tester";
/// What they sign with.
pub const SECRET_KEY: &str = "not-a-secret";

/// A server that runs until it is dropped.
pub struct TestBucket {
    address: SocketAddr,
    folder: PathBuf,
    gate: Arc<Gate>,
    runtime: Option<Runtime>,
}

impl TestBucket {
    /// Starts one on a free port over a directory, in which it makes the bucket.
    ///
    /// # Errors
    /// What the system refuses.
    pub fn start(folder: &Path) -> io::Result<Self> {
        Self::start_at(folder, SocketAddr::from(([127, 0, 0, 1], 0)))
    }

    /// The same at an address where one was before.
    ///
    /// # Errors
    /// What the system refuses.
    pub fn start_at(folder: &Path, address: SocketAddr) -> io::Result<Self> {
        std::fs::create_dir_all(folder.join(BUCKET))?;
        let mut service = S3ServiceBuilder::new(FileSystem::new(folder).map_err(|error| io::Error::other(format!("{error:?}")))?);
        service.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        let service = service.build();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let listener = std::net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let gate = Arc::new(Gate { received: AtomicU64::new(0), limit: AtomicU64::new(u64::MAX), reached: watch::Sender::new(false) });
        let shared = gate.clone();
        runtime.spawn(async move {
            let Ok(listener) = TcpListener::from_std(listener) else { return };
            while let Ok((stream, _)) = listener.accept().await {
                let (service, gate) = (service.clone(), shared.clone());
                tokio::spawn(async move {
                    let builder = Builder::new(TokioExecutor::new());
                    let _ = builder.serve_connection(TokioIo::new(Gated { stream, gate }), service).await;
                });
            }
        });
        Ok(Self { address, folder: folder.join(BUCKET), gate, runtime: Some(runtime) })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same as a client wants it.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where the objects lie, under their keys.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Hears nothing any more after so many further bytes, on any connection; the answer tells when it has come to that.
    #[must_use]
    pub fn deaf_after(&self, bytes: u64) -> watch::Receiver<bool> {
        self.gate.reached.send_replace(false);
        self.gate.limit.store(self.gate.received.load(Ordering::SeqCst) + bytes, Ordering::SeqCst);
        self.gate.reached.subscribe()
    }

    /// Hears again, on new connections.
    pub fn hear_again(&self) {
        self.gate.limit.store(u64::MAX, Ordering::SeqCst);
    }
}

impl Drop for TestBucket {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // A test may be asynchronous itself, where waiting is not allowed.
            runtime.shutdown_background();
        }
    }
}

struct Gate {
    received: AtomicU64,
    limit: AtomicU64,
    reached: watch::Sender<bool>,
}

/// A connection that counts what comes in.
struct Gated {
    stream: TcpStream,
    gate: Arc<Gate>,
}

impl AsyncRead for Gated {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.gate.received.load(Ordering::SeqCst) >= self.gate.limit.load(Ordering::SeqCst) {
            self.gate.reached.send_replace(true);
            // Nothing wakes this connection again.
            return Poll::Pending;
        }
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.gate.received.fetch_add((buffer.filled().len() - before) as u64, Ordering::SeqCst);
        polled
    }
}

impl AsyncWrite for Gated {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
