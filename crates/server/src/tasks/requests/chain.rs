//! Who decides on what is asked for: one or two, by importance, and never somebody who asked, does it or took part.

use kit::text_enum;

use super::{
    super::{
        model::{Importance, Task},
        policy::{self, Situation},
        rules::TaskRules,
    },
    RequestKind, RequestRow, RequestState,
};
use crate::access::{Principal, Role};

text_enum! {
    /// Who has to agree, in this order.
    Chain {
        Issuer = "issuer", "交办方";
        IssuerHead = "issuer_head", "交办方，再由交办单位负责人";
        IssuerLeader = "issuer_leader", "交办方，再由管委会领导";
    }
}

text_enum! {
    /// Which requests follow the chain of their task's importance; the rest needs one to agree.
    Chained {
        Terms = "terms", "延期、中止和终止";
        Contents = "contents", "延期、中止、终止、恢复、转办和变更";
        All = "all", "全部申请，包括退回和办结";
    }
}

impl Chained {
    const fn holds(self, kind: RequestKind) -> bool {
        match kind {
            RequestKind::Extend | RequestKind::Suspend | RequestKind::Terminate => true,
            RequestKind::Transfer | RequestKind::Resume | RequestKind::Amend => !matches!(self, Self::Terms),
            RequestKind::Return | RequestKind::Close => matches!(self, Self::All),
            // Decided as high as the first decision had to be, whatever the rules say.
            RequestKind::Recheck => false,
        }
    }
}

/// The chain for a request on a task of this importance, where its kind follows one; otherwise one is enough.
pub(in crate::tasks) fn of(kind: RequestKind, importance: Importance, rules: &TaskRules) -> Chain {
    if !rules.chained.holds(kind) {
        return Chain::Issuer;
    }
    match importance {
        Importance::Normal => rules.chain_normal,
        Importance::Important => rules.chain_important,
        Importance::Major => rules.chain_major,
    }
}

/// The chain for this request: by how much depended on the task when it was asked for, or by how much does now, whichever is more.
pub(in crate::tasks) fn of_request(request: &RequestRow, task: &Task, rules: &TaskRules) -> Chain {
    of(request.kind, weightier(request, task), rules)
}

fn weightier(request: &RequestRow, task: &Task) -> Importance {
    request.importance.filter(|then| *then as i64 > task.importance as i64).unwrap_or(task.importance)
}

/// Whether the person could do alone what such a request asks for: they may decide on it, and nobody has to agree after them.
pub(in crate::tasks) fn alone(s: &Situation<'_>, kind: RequestKind, who: &Principal) -> bool {
    let chain = of(kind, s.task.importance, &s.rules);
    let decides = policy::is_issuer(s.task, who) || is_leader(who);
    decides && !leads_in_person(s, who) && (chain == Chain::Issuer || has_last_rank(chain, s.task, who))
}

fn leads_in_person(s: &Situation<'_>, who: &Principal) -> bool {
    s.parties.iter().any(|party| party.role.leads() && party.person_id.is_some_and(|person| who.acts_as(person)))
}

/// Whether another has to agree after this person. Who has the rank that is asked for last covers the one before: otherwise
/// a request on which the only leader agreed first would wait for ever.
pub(in crate::tasks) fn goes_on(chain: Chain, task: &Task, request: &RequestRow, who: &Principal) -> bool {
    chain != Chain::Issuer && request.agreed_by.is_none() && !has_last_rank(chain, task, who)
}

/// Whether it is this person's turn to decide on a return or a closing: `first` says who may by their post where nobody has agreed.
pub(in crate::tasks) fn has_turn(s: &Situation<'_>, request: &RequestRow, who: &Principal, first: bool) -> bool {
    if request.agreed_by.is_some_and(|by| who.acts_as(by)) {
        return false;
    }
    let chain = of_request(request, s.task, &s.rules);
    let ranks = chain != Chain::Issuer && has_last_rank(chain, s.task, who);
    // Where the rules ask for one by now, it is the one they ask for.
    ranks || (first && (request.agreed_by.is_none() || chain == Chain::Issuer))
}

fn has_last_rank(chain: Chain, task: &Task, who: &Principal) -> bool {
    match chain {
        Chain::Issuer => policy::is_issuer(task, who) || is_leader(who),
        Chain::IssuerHead => policy::may_approve(task, who),
        Chain::IssuerLeader => is_leader(who),
    }
}

fn is_leader(who: &Principal) -> bool {
    who.is(Role::Leader) && who.scope.sees_everything()
}

/// Whether the person may decide on the request now. Returns and closings have rules of their own.
pub(in crate::tasks) fn may_decide(s: &Situation<'_>, request: &RequestRow, who: &Principal) -> bool {
    let took_part = who.acts_as(request.person_id)
        || request.agreed_by.is_some_and(|by| who.acts_as(by))
        || who.scope.persons().any(|person| request.bars(person))
        || leads_in_person(s, who);
    if request.state != RequestState::Open || took_part {
        return false;
    }
    let leader = is_leader(who);
    let issuer = policy::is_issuer(s.task, who);
    match request.kind {
        RequestKind::Return | RequestKind::Close => false,
        // As high as whoever decided first had to be; the centre's head where no leader is left who took no part.
        RequestKind::Recheck => {
            let ranks = has_last_rank(of(RequestKind::Extend, weightier(request, s.task), &s.rules), s.task, who);
            ranks || (who.is(Role::Centre) && (s.task.importance == Importance::Normal || who.is(Role::Head)))
        }
        kind if request.agreed_by.is_some() => has_last_rank(of(kind, weightier(request, s.task), &s.rules), s.task, who),
        _ => issuer || leader,
    }
}
