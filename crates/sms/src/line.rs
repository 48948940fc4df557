//! A session with an operator that stays open: what SMPP and CMPP have in common.
//!
//! One background loop keeps one connection: it opens it anew with growing pauses, asks whether the other side still lives, keeps a
//! window of messages under way, and hands in what comes. What the other side tells is acknowledged only once whoever
//! listens has kept it; what nobody keeps is refused, so that it is told again.

use std::{
    collections::{HashMap, VecDeque},
    future::pending,
    pin::Pin,
    sync::atomic::{AtomicU8, Ordering},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use gateway::{SendError, Taken, Told};
use kit::Rng;
use tokio::{
    io::AsyncWriteExt as _,
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::{mpsc, oneshot},
    time::{Instant, MissedTickBehavior, interval_at, sleep_until, timeout},
};
use tokio_util::codec::{Decoder, FramedRead};

use crate::{outgoing::refused, segments::Alphabet};

/// A head of CMPP; that of SMPP is longer.
const SHORTEST_FRAME: usize = 12;
/// Neither protocol has a longer frame.
const LONGEST_FRAME: usize = 64 * 1024;
/// How many orders and how much news wait in memory at most.
const WAITING: usize = 256;
/// How much news waits to be kept at most.
const UNKEPT: usize = 1000;
/// Sequence numbers above belong to nobody (SMPP 3.4, 3.2).
const LAST_SEQUENCE: u32 = 0x7fff_ffff;

/// How a line is kept.
#[derive(Clone, Debug)]
pub struct LineSettings {
    /// `host:port`.
    pub address: String,
    /// How many messages may be under way without an answer; at least 1.
    pub window: usize,
    /// How many messages a second the operator allows; no limit at 0.
    pub per_second: u32,
    /// After how long the other side is asked whether it lives. After three times without a word the line is opened anew.
    pub beat: Duration,
    /// How long to wait for a connection, an answer, or room to write.
    pub patience: Duration,
}

impl LineSettings {
    /// What operators commonly allow: 16 under way, 30 seconds between questions, 30 seconds of patience.
    pub fn new(address: impl Into<String>) -> Self {
        let (beat, patience) = (Duration::from_secs(30), Duration::from_secs(30));
        Self { address: address.into(), window: 16, per_second: 0, beat, patience }
    }
}

/// What an operator tells. It is told again unless it is [kept](Self::kept).
#[derive(Debug)]
pub struct Incoming {
    /// What it is.
    pub told: Told,
    done: oneshot::Sender<()>,
}

impl Incoming {
    /// Acknowledges it: to be called once it is where it is not lost.
    pub fn kept(self) {
        // The line that told it may be gone; then it is told again.
        let _ = self.done.send(());
    }
}

/// Where what an operator tells comes in.
#[derive(Debug)]
pub struct Inbox(mpsc::Receiver<Incoming>);

impl Inbox {
    /// The next piece of news; nothing once the client is gone.
    pub async fn next(&mut self) -> Option<Incoming> {
        self.0.recv().await
    }
}

/// One part of a message.
pub(crate) struct Part {
    /// The digits of the number as this operator wants them.
    pub(crate) to: String,
    /// The text of this part in UTF-16, high octets first, without a header.
    pub(crate) content: Vec<u8>,
    /// What joins it to the others.
    pub(crate) long: Option<Long>,
    /// Whether a receipt is wanted: one for each message, that of its last part.
    pub(crate) last: bool,
}

/// Which part of which message.
#[derive(Clone, Copy)]
pub(crate) struct Long {
    pub(crate) reference: u8,
    pub(crate) total: u8,
    pub(crate) number: u8,
}

impl Long {
    /// The header of 3GPP TS 23.040, 9.2.3.24.1.
    pub(crate) const fn header(self) -> [u8; 6] {
        [5, 0, 3, self.reference, self.total, self.number]
    }
}

/// What a frame of the other side means.
pub(crate) enum Heard {
    /// The answer to the part with this sequence number: its name, or why not.
    Answer(u32, Result<Option<String>, SendError>),
    /// News, what to answer once it is kept, and what where it cannot be.
    News { told: Told, kept: Bytes, lost: Bytes },
    /// To be answered at once.
    Say(Bytes),
    /// To be answered; the line is closed then.
    Leave(Bytes),
    /// The line makes no sense any more.
    Broken(&'static str),
    /// Nothing to do.
    Nothing,
}

/// How one protocol writes and reads. Frames begin with their length in four octets, themselves included.
pub(crate) trait Protocol: Send + 'static {
    fn hello(&mut self, sequence: u32) -> Bytes;
    /// Reads the answer to the hello; nothing where the frame is another one.
    fn welcome(&mut self, frame: BytesMut) -> Option<Result<(), SendError>>;
    fn beat(&mut self, sequence: u32) -> Bytes;
    fn farewell(&mut self, sequence: u32) -> Bytes;
    fn submit(&mut self, part: &Part, sequence: u32) -> Bytes;
    fn hear(&mut self, frame: BytesMut) -> Heard;
}

type Answered = oneshot::Sender<Result<Option<String>, SendError>>;

struct Order {
    part: Part,
    done: Answered,
}

/// The near end of a line. The line is left once this is dropped.
#[derive(Debug)]
pub(crate) struct Line {
    orders: mpsc::Sender<Order>,
    reference: AtomicU8,
}

impl Line {
    /// Opens a line, from within a tokio runtime. It is connected by and by; what is sent meanwhile waits for the first attempt.
    pub(crate) fn open(protocol: impl Protocol, settings: LineSettings, rng: Rng) -> (Self, Inbox) {
        let (orders, taken) = mpsc::channel(WAITING);
        let (news, inbox) = mpsc::channel(WAITING);
        let mut reference = [0];
        rng.fill(&mut reference);
        tokio::spawn(keep(protocol, settings, taken, news, rng));
        (Self { orders, reference: AtomicU8::new(reference[0]) }, Inbox(inbox))
    }

    /// Sends a text in as many parts as it needs. The name of the last part stands for the message.
    pub(crate) async fn send(&self, to: &str, text: &str) -> Result<Taken, SendError> {
        let parts = Alphabet::Ucs2.split(text);
        let total = u8::try_from(parts.len()).map_err(|_| refused("length", "the text needs more than 255 parts"))?;
        let reference = self.reference.fetch_add(1, Ordering::Relaxed);
        let mut answers = Vec::new();
        for (part, number) in parts.iter().zip(1..=total) {
            let content = part.encode_utf16().flat_map(u16::to_be_bytes).collect();
            let long = (total > 1).then_some(Long { reference, total, number });
            let part = Part { to: to.to_owned(), content, long, last: number == total };
            let (done, answer) = oneshot::channel();
            let gone = || SendError::Unreachable("the line was left".to_owned());
            answers.push(self.orders.send(Order { part, done }).await.map(|()| answer).map_err(|_| gone()));
        }
        let (mut names, mut failed) = (Vec::new(), None);
        for answer in answers {
            let answer = match answer {
                Ok(answer) => answer.await.unwrap_or_else(|_| Err(SendError::Unknown("the line was left".to_owned()))),
                Err(gone) => Err(gone),
            };
            match answer {
                Ok(name) => names.push(name),
                Err(error) => failed = failed.filter(|known: &SendError| !known.is_certain()).or(Some(error)),
            }
        }
        match failed {
            None => Ok(Taken { provider_id: names.pop().flatten(), parts: u32::from(total) }),
            Some(error) if names.is_empty() => Err(error),
            // Some of it may arrive.
            Some(error) => Err(SendError::Unknown(format!("{} of {total} parts: {error}", names.len()))),
        }
    }
}

async fn keep(
    mut protocol: impl Protocol,
    settings: LineSettings,
    mut orders: mpsc::Receiver<Order>,
    news: mpsc::Sender<Incoming>,
    rng: Rng,
) {
    let mut failures = 0_u32;
    loop {
        let why = match open(&mut protocol, &settings).await {
            Ok(line) => {
                failures = 0;
                match talk(&mut protocol, line, &settings, &mut orders, &news).await {
                    Some(why) => SendError::Unreachable(why),
                    None => return,
                }
            }
            Err(why) => why,
        };
        // One second, two, four, up to a minute; at once a minute where we are not let in. Somewhat less, so that not all come at once.
        let seconds = if matches!(why, SendError::Barred { .. }) { 60 } else { 1 << failures.min(6) }.min(60);
        failures += 1;
        let until = Instant::now() + Duration::from_millis(seconds * 750 + rng.below(seconds * 250));
        loop {
            tokio::select! {
                () = sleep_until(until) => break,
                order = orders.recv() => match order {
                    Some(order) => { let _ = order.done.send(Err(why.clone())); }
                    None => return,
                },
            }
        }
    }
}

type Reader = FramedRead<OwnedReadHalf, Frames>;

/// Cuts what comes into whole frames.
struct Frames;

impl Decoder for Frames {
    type Item = BytesMut;
    type Error = std::io::Error;

    fn decode(&mut self, source: &mut BytesMut) -> Result<Option<BytesMut>, Self::Error> {
        let Some(length) = source.first_chunk().map(|length| u32::from_be_bytes(*length)) else { return Ok(None) };
        match usize::try_from(length).ok().filter(|length| (SHORTEST_FRAME..=LONGEST_FRAME).contains(length)) {
            Some(length) if source.len() >= length => Ok(Some(source.split_to(length))),
            Some(length) => {
                source.reserve(length - source.len());
                Ok(None)
            }
            None => Err(std::io::Error::other(format!("a frame of {length} octets"))),
        }
    }
}

/// An open line.
struct Open {
    reader: Reader,
    writer: OwnedWriteHalf,
    sequence: u32,
}

impl Open {
    fn next_sequence(&mut self) -> u32 {
        self.sequence = if self.sequence >= LAST_SEQUENCE { 1 } else { self.sequence + 1 };
        self.sequence
    }

    async fn write(&mut self, frame: &[u8], patience: Duration) -> Result<(), String> {
        match timeout(patience, self.writer.write_all(frame)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("the other side does not read".to_owned()),
        }
    }
}

async fn open(protocol: &mut impl Protocol, settings: &LineSettings) -> Result<Open, SendError> {
    let attempt = async {
        let unreachable = |error: String| SendError::Unreachable(SendError::shorten(&error));
        let stream = TcpStream::connect(&settings.address).await.map_err(|error| unreachable(error.to_string()))?;
        // Frames are short, and each is waited for.
        let _ = stream.set_nodelay(true);
        let (reader, writer) = stream.into_split();
        let mut line = Open { reader: FramedRead::new(reader, Frames), writer, sequence: 0 };
        let hello = protocol.hello(line.next_sequence());
        line.write(&hello, settings.patience).await.map_err(unreachable)?;
        loop {
            match line.reader.next().await {
                Some(Ok(frame)) => match protocol.welcome(frame) {
                    Some(Ok(())) => return Ok(line),
                    Some(Err(error)) => return Err(error),
                    None => {}
                },
                Some(Err(error)) => return Err(unreachable(error.to_string())),
                None => return Err(unreachable("the line was closed before a welcome".to_owned())),
            }
        }
    };
    timeout(settings.patience, attempt).await.unwrap_or_else(|_| Err(SendError::Unreachable("no welcome in time".to_owned())))
}

/// Parts under way, in the order in which they went.
#[derive(Default)]
struct UnderWay {
    parts: HashMap<u32, Answered>,
    due: VecDeque<(Instant, u32)>,
}

impl UnderWay {
    fn answer(&mut self, sequence: u32, answer: Result<Option<String>, SendError>) {
        if let Some(done) = self.parts.remove(&sequence) {
            let _ = done.send(answer);
        }
        while self.due.front().is_some_and(|(_, sequence)| !self.parts.contains_key(sequence)) {
            self.due.pop_front();
        }
    }

    fn next_due(&self) -> Option<(Instant, u32)> {
        self.due.front().copied()
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        for (_, done) in self.parts.drain() {
            let _ = done.send(Err(SendError::Unknown("the line broke before an answer".to_owned())));
        }
    }
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => pending().await,
    }
}

/// Whether news was kept, and the frames to answer with.
type Kept = Pin<Box<dyn Future<Output = Bytes> + Send>>;

/// Talks until the line breaks, and says why; nothing where it was left by us.
async fn talk(
    protocol: &mut impl Protocol,
    mut line: Open,
    settings: &LineSettings,
    orders: &mut mpsc::Receiver<Order>,
    news: &mpsc::Sender<Incoming>,
) -> Option<String> {
    let mut under_way = UnderWay::default();
    let mut unkept: FuturesUnordered<Kept> = FuturesUnordered::new();
    let (mut heard_at, mut free_at) = (Instant::now(), None::<Instant>);
    let mut beats = interval_at(Instant::now() + settings.beat, settings.beat);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let room = under_way.parts.len() < settings.window.max(1);
        let due = under_way.next_due();
        let frame = tokio::select! {
            frame = line.reader.next() => {
                heard_at = Instant::now();
                match frame {
                    None => return Some("the other side closed the line".to_owned()),
                    Some(Err(error)) => return Some(format!("the other side makes no sense: {error}")),
                    Some(Ok(frame)) => match protocol.hear(frame) {
                        Heard::Answer(sequence, answer) => { under_way.answer(sequence, answer); continue }
                        Heard::News { told, kept, lost } => {
                            let (done, answered) = oneshot::channel();
                            if unkept.len() >= UNKEPT || news.try_send(Incoming { told, done }).is_err() {
                                lost
                            } else {
                                unkept.push(Box::pin(async move { if answered.await.is_ok() { kept } else { lost } }));
                                continue;
                            }
                        }
                        Heard::Say(frame) => frame,
                        Heard::Leave(frame) => {
                            let _ = line.write(&frame, settings.patience).await;
                            return Some("the other side left".to_owned());
                        }
                        Heard::Broken(why) => return Some(why.to_owned()),
                        Heard::Nothing => continue,
                    },
                }
            }
            Some(frame) = unkept.next(), if !unkept.is_empty() => frame,
            order = orders.recv(), if room && free_at.is_none() => {
                let Some(Order { part, done }) = order else {
                    let farewell = protocol.farewell(line.next_sequence());
                    let _ = line.write(&farewell, settings.patience).await;
                    return None;
                };
                let sequence = line.next_sequence();
                under_way.parts.insert(sequence, done);
                under_way.due.push_back((Instant::now() + settings.patience, sequence));
                free_at = (settings.per_second > 0).then(|| Instant::now() + Duration::from_secs(1) / settings.per_second);
                protocol.submit(&part, sequence)
            }
            () = until(free_at) => { free_at = None; continue }
            () = until(due.map(|(at, _)| at)) => {
                let sequence = due.map_or(0, |(_, sequence)| sequence);
                under_way.answer(sequence, Err(SendError::Unknown("no answer in time".to_owned())));
                continue;
            }
            _ = beats.tick() => {
                if heard_at.elapsed() > settings.beat * 3 {
                    return Some("the other side is silent".to_owned());
                }
                protocol.beat(line.next_sequence())
            }
        };
        if let Err(error) = line.write(&frame, settings.patience).await {
            return Some(error);
        }
    }
}
