//! What is to happen: tasks before they are set, tasks that are out, and who does what to them when.

use std::cmp::Ordering;

use kit::{Day, Moment};
use workdays::Cadence;

use super::{field::Field, people::Seat, shape::Fate, writing::Matter};
use crate::{
    org::PersonId,
    supervision::{OrderId, UrgeId},
    tasks::{Importance, MilestoneId, ReportId, RequestId, RequestKind, RiskId, TaskId, Urgency, WaitId},
};

/// A task to be set.
#[derive(Clone, Debug)]
pub(super) struct Spec {
    pub(super) creator: PersonId,
    /// Who reviews its reports and decides on its closing.
    pub(super) reviewer: PersonId,
    /// Which unit leads it, by its place in the area.
    pub(super) unit: usize,
    pub(super) seat: Seat,
    /// The handler is named by whoever sets it, and signs in person.
    pub(super) seated: bool,
    pub(super) co: Vec<usize>,
    pub(super) field: &'static Field,
    pub(super) matter: Matter,
    pub(super) kind: &'static str,
    pub(super) document: Option<String>,
    pub(super) clause: Option<String>,
    pub(super) importance: Importance,
    pub(super) urgency: Urgency,
    pub(super) term: Term,
    /// Dated steps it has.
    pub(super) steps: usize,
    pub(super) fate: Fate,
}

/// When a task is due.
#[derive(Clone, Debug)]
pub(super) enum Term {
    /// In words.
    Words(String),
    /// On a day.
    On(Day),
    /// Never.
    Standing,
}

/// Several tasks out of one document.
#[derive(Clone, Debug)]
pub(super) struct Bundle {
    pub(super) creator: PersonId,
    pub(super) title: String,
    pub(super) demand: String,
    pub(super) kind: &'static str,
    pub(super) document: Option<String>,
    pub(super) importance: Importance,
    pub(super) items: Vec<Spec>,
}

/// A task that is out.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) id: TaskId,
    /// Counted along with the verbs, so that nothing has to be read back.
    pub(super) version: i64,
    pub(super) spec: Spec,
    pub(super) above: Option<usize>,
    /// Tasks below that are not closed.
    pub(super) below: usize,
    pub(super) phase: Phase,
    pub(super) start: Day,
    pub(super) due: Option<Day>,
    /// Working days from start to due.
    pub(super) span: i64,
    pub(super) rule: Cadence,
    /// Its dated steps, by day.
    pub(super) steps: Vec<Milepost>,
    pub(super) has_handler: bool,
    /// Claimed progress, in percent.
    pub(super) claimed: i64,
    /// Verified progress, in percent.
    pub(super) verified: i64,
    /// Reports nobody has looked at.
    pub(super) unread: usize,
    /// A closing is undecided.
    pub(super) closing: bool,
}

/// A dated step that is not reached yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Milepost {
    pub(super) id: MilestoneId,
    pub(super) day: Day,
    /// Progress planned by then, in percent.
    pub(super) planned: i64,
}

/// Where a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Draft,
    Out,
    Active,
    Closed,
    Settled,
}

/// What becomes of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OrderFate {
    Closed,
    Answered,
    Silent,
}

/// Something that is to happen.
#[derive(Debug)]
pub(super) enum Act {
    Set(Box<Spec>),
    /// Written down and left for later.
    Jot(Box<Spec>),
    SetAll(Box<Bundle>),
    Submit,
    Approve,
    Sign,
    CoSign(usize),
    Assign,
    Decompose,
    Rule,
    /// For the duty of that day.
    Report(Day),
    /// Nearly done.
    LastReport,
    Review(ReportId, Day),
    Ask,
    Decide(RequestId),
    Verify,
    /// Somebody presses for it, and is answered or not.
    Urge(PersonId, bool),
    Reply(UrgeId),
    /// Whoever pressed finds the answer good.
    Accept(UrgeId, PersonId),
    /// A numbered order is issued.
    Order(PersonId, OrderFate),
    /// It is answered; whoever issued it may find that good.
    AnswerOrder(OrderId, Option<PersonId>),
    CloseOrder(OrderId, PersonId),
    /// A leader gives stars, perhaps for this report.
    Rate(PersonId, ReportId),
    /// The reviewer asks something, and is answered.
    Wonder,
    Answer,
    Follow(PersonId),
    /// Something is asked for, and left to whoever decides.
    AskFor(RequestKind),
    /// A unit that takes part does its part.
    CoDone(usize),
    /// The lead waits, for a unit that takes part or for somebody above.
    Wait(Option<usize>),
    WaitOver(WaitId),
    /// Something may go wrong.
    Risk,
    AnswerRisk(RiskId),
}

impl Act {
    /// For whoever looks for what went wrong.
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::Set(_) | Self::Jot(_) => "set",
            Self::SetAll(_) => "set all",
            Self::Submit => "submit",
            Self::Approve => "approve",
            Self::Sign => "sign",
            Self::CoSign(_) => "co-sign",
            Self::Assign => "assign",
            Self::Decompose => "decompose",
            Self::Rule => "rule",
            Self::Report(_) | Self::LastReport => "report",
            Self::Review(..) => "review",
            Self::Ask => "ask",
            Self::Decide(_) => "decide",
            Self::Verify => "verify",
            Self::Urge(..) => "urge",
            Self::Reply(_) => "reply",
            Self::Accept(..) => "accept",
            Self::Order(..) => "order",
            Self::AnswerOrder(..) => "answer an order",
            Self::CloseOrder(..) => "close an order",
            Self::Rate(..) => "rate",
            Self::Wonder | Self::Answer => "comment",
            Self::Follow(_) => "follow",
            Self::AskFor(_) => "ask for",
            Self::CoDone(_) => "co-done",
            Self::Wait(_) | Self::WaitOver(_) => "wait",
            Self::Risk | Self::AnswerRisk(_) => "risk",
        }
    }
}

/// When what happens to which task; the node is of no meaning for what is yet to be set.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) at: Moment,
    /// Tells apart what happens at the same moment.
    pub(super) turn: u64,
    pub(super) node: usize,
    pub(super) act: Act,
}

/// The earliest is the greatest, as a heap wants it.
impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.turn).cmp(&(self.at, self.turn))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Entry {}
