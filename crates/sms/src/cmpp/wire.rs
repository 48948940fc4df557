use bytes::{Bytes, BytesMut};
use chrono::NaiveDateTime;
use gateway::{Receipt, Reply, SendError, Told};
use kit::Clock;
use md5::{Digest as _, Md5};

use super::{
    CmppAccount,
    pdu::{Deliver, Pdu, Report, Submit},
};
use crate::{
    line::{Heard, Part, Protocol},
    read::{Kind, fate, wide},
};

/// UCS-2.
const WIDE: u8 = 8;
/// An error of no other kind, with which the gateway tells again.
const NOT_KEPT: u32 = 9;

pub(super) struct Wire {
    pub(super) account: CmppAccount,
    pub(super) clock: Clock,
}

impl Wire {
    fn frame(&self, pdu: &Pdu, sequence: u32) -> Bytes {
        pdu.write(self.account.version, sequence).into()
    }

    fn news(&self, deliver: &Deliver, sequence: u32) -> Heard {
        let answer = |result| self.frame(&Pdu::DeliverResp { id: deliver.id, result }, sequence);
        match self.read(deliver) {
            Some(told) => Heard::News { told, kept: answer(0), lost: answer(NOT_KEPT) },
            // For good: told again it would make no more sense. 1: the message is not built as it should be.
            None => Heard::Say(answer(1)),
        }
    }

    fn read(&self, deliver: &Deliver) -> Option<Told> {
        if deliver.is_receipt {
            let report = Report::read(self.account.version, &deliver.content)?;
            let at = NaiveDateTime::parse_from_str(&format!("{}00", report.done), "%y%m%d%H%M%S").ok();
            return Some(Told::Receipt(Receipt {
                provider_id: Some(report.id.to_string()),
                own_id: None,
                to: if report.to.is_empty() { deliver.from.clone() } else { report.to },
                fate: fate(&report.state, ""),
                at: at.map(|at| at.and_utc().timestamp_millis() - i64::from(kit::AREA_OFFSET_SECONDS) * 1000),
            }));
        }
        let mut content = deliver.content.as_slice();
        if deliver.header {
            content = content.first().and_then(|length| content.get(usize::from(*length) + 1..)).unwrap_or_default();
        }
        let text = match deliver.format {
            WIDE => wide(content),
            15 => encoding_rs::GBK.decode_without_bom_handling(content).0.into_owned(),
            _ => String::from_utf8_lossy(content).into_owned(),
        };
        let to = Some(deliver.to.clone()).filter(|to| !to.is_empty());
        Some(Told::Reply(Reply { from: deliver.from.clone(), text, reply_id: Some(deliver.id.to_string()), at: None, to }))
    }
}

impl Protocol for Wire {
    fn hello(&mut self, sequence: u32) -> Bytes {
        let stamp = self.clock.now().wall().format("%m%d%H%M%S").to_string();
        let mut digest = Md5::new();
        digest.update(&self.account.provider);
        digest.update([0; 9]);
        digest.update(self.account.secret.reveal());
        digest.update(&stamp);
        let connect = Pdu::Connect {
            source: self.account.provider.clone(),
            authenticator: digest.finalize().into(),
            version: self.account.version.byte(),
            timestamp: stamp.parse().unwrap_or_default(),
        };
        self.frame(&connect, sequence)
    }

    fn welcome(&mut self, frame: BytesMut) -> Option<Result<(), SendError>> {
        let (_, Pdu::ConnectResp { status, .. }) = Pdu::read(self.account.version, &frame)? else { return None };
        let words = match status {
            0 => return Some(Ok(())),
            1 => "消息结构错",
            2 => "非法源地址",
            3 => "认证错",
            4 => "版本太高",
            _ => return Some(Err(Kind::Busy.error(&format!("connect {status}"), "其他错误"))),
        };
        Some(Err(Kind::Barred.error(&format!("connect {status}"), words)))
    }

    fn beat(&mut self, sequence: u32) -> Bytes {
        self.frame(&Pdu::ActiveTest, sequence)
    }

    fn farewell(&mut self, sequence: u32) -> Bytes {
        self.frame(&Pdu::Terminate, sequence)
    }

    fn submit(&mut self, part: &Part, sequence: u32) -> Bytes {
        let mut content = part.long.map(|long| long.header().to_vec()).unwrap_or_default();
        content.extend(&part.content);
        let submit = Submit {
            total: part.long.map_or(1, |long| long.total),
            number: part.long.map_or(1, |long| long.number),
            receipt: part.last,
            service: self.account.service.clone(),
            header: part.long.is_some(),
            format: WIDE,
            provider: self.account.provider.clone(),
            source: self.account.source.clone(),
            to: part.to.clone(),
            content,
        };
        self.frame(&Pdu::Submit(Box::new(submit)), sequence)
    }

    fn hear(&mut self, frame: BytesMut) -> Heard {
        let Some((sequence, pdu)) = Pdu::read(self.account.version, &frame) else { return Heard::Broken("a frame that is too short") };
        match pdu {
            Pdu::SubmitResp { id, result: 0 } => Heard::Answer(sequence, Ok(Some(id.to_string()))),
            Pdu::SubmitResp { result, .. } => Heard::Answer(sequence, Err(refusal(result))),
            Pdu::Deliver(deliver) => self.news(&deliver, sequence),
            Pdu::ActiveTest => Heard::Say(self.frame(&Pdu::ActiveTestResp, sequence)),
            Pdu::Terminate => Heard::Leave(self.frame(&Pdu::TerminateResp, sequence)),
            _ => Heard::Nothing,
        }
    }
}

/// The results of CMPP_SUBMIT_RESP; from 10 on gateways have their own.
fn refusal(result: u32) -> SendError {
    let (kind, words) = match result {
        1 => (Kind::Refused, "消息结构错"),
        2 => (Kind::Refused, "命令字错"),
        3 => (Kind::Busy, "消息序号重复"),
        4 => (Kind::Refused, "消息长度错"),
        5 => (Kind::Barred, "资费代码错"),
        6 => (Kind::Refused, "超过最大信息长"),
        7 => (Kind::Barred, "业务代码错"),
        8 => (Kind::Busy, "流量控制错"),
        9 => (Kind::Barred, "本网关不负责服务此计费号码"),
        10 => (Kind::Barred, "Src_Id 错误"),
        11 => (Kind::Barred, "Msg_src 错误"),
        12 => (Kind::Barred, "Fee_terminal_Id 错误"),
        13 => (Kind::Refused, "Dest_terminal_Id 错误"),
        _ => (Kind::Refused, "其他错误"),
    };
    kind.error(&format!("submit {result}"), words)
}
