use bytes::{BufMut as _, Bytes, BytesMut};
use gateway::{Fate, Receipt, Reply, SendError, Told};
use rusmpp::{
    Command, CommandId, CommandStatus, Pdu,
    decode::DecodeWithLength as _,
    encode::{Encode as _, Length as _},
    pdus::{BindTransceiver, DeliverSm, DeliverSmResp, SubmitSm},
    tlvs::{MessageSubmissionRequestTlvValue, TlvValue},
    types::{COctetString, OctetString},
    values::{DataCoding, EsmClass, InterfaceVersion, MessageState, Npi, RegisteredDelivery, Ton},
};

use super::{Ids, Joined, SmppAccount, receipt};
use crate::{
    line::{Heard, Part, Protocol},
    outgoing::Number,
    read::{Kind, fate, wide},
};

pub(super) struct Wire {
    account: SmppAccount,
    bind: BindTransceiver,
    source: COctetString<1, 21>,
}

fn ascii<const MOST: usize>(text: &str) -> Option<COctetString<1, MOST>> {
    COctetString::from_vec([text.as_bytes(), b"\0"].concat()).ok()
}

impl Wire {
    pub(super) fn new(account: SmppAccount) -> Option<Self> {
        let bind = BindTransceiver::builder()
            .system_id(ascii(&account.system_id)?)
            .password(ascii(account.password.reveal())?)
            .system_type(ascii(&account.system_type)?)
            .interface_version(InterfaceVersion::Smpp3_4)
            .build();
        let source = ascii(&account.source)?;
        Some(Self { account, bind, source })
    }

    fn news(&self, deliver: &DeliverSm, sequence: u32) -> Heard {
        let answer = |status| frame(&Command::new(status, sequence, DeliverSmResp::default()));
        let told = self.read(deliver);
        Heard::News { told, kept: answer(CommandStatus::EsmeRok), lost: answer(CommandStatus::EsmeRxTAppn) }
    }

    fn read(&self, deliver: &DeliverSm) -> Told {
        let class = u8::from(deliver.esm_class);
        let parameter = |found: fn(&TlvValue) -> bool| deliver.tlvs().iter().filter_map(|tlv| tlv.value()).find(|value| found(value));
        let mut content = deliver.short_message().as_ref();
        if let Some(TlvValue::MessagePayload(payload)) = parameter(|value| matches!(value, TlvValue::MessagePayload(_))) {
            content = payload.value.as_ref();
        }
        // A header before the text says its own length.
        if class & 0x40 != 0 {
            content = content.first().and_then(|length| content.get(usize::from(*length) + 1..)).unwrap_or_default();
        }
        let text = match u8::from(deliver.data_coding) {
            8 => wide(content),
            3 => content.iter().map(|byte| char::from(*byte)).collect(),
            15 => encoding_rs::GBK.decode_without_bom_handling(content).0.into_owned(),
            _ => String::from_utf8_lossy(content).into_owned(),
        };
        let (from, to) = (deliver.source_addr.as_str().to_owned(), deliver.destination_addr.as_str().to_owned());
        if class & 0x3c == 0 {
            return Told::Reply(Reply { from, text, reply_id: None, at: None, to: Some(to).filter(|to| !to.is_empty()) });
        }
        let said = receipt::read(&text);
        let mut id = said.id;
        if let Some(TlvValue::ReceiptedMessageId(known)) = parameter(|value| matches!(value, TlvValue::ReceiptedMessageId(_))) {
            id = Some(known.as_str().to_owned());
        }
        let state = match parameter(|value| matches!(value, TlvValue::MessageState(_))) {
            Some(TlvValue::MessageState(state)) => Some(named(*state)),
            _ => None,
        };
        let fate = match said.state.as_deref().or(state) {
            Some(state) => fate(state, &said.error.map(|error| format!("err:{error}")).unwrap_or_default()),
            // Neither words nor parameters: more may come.
            None => Fate::Pending,
        };
        Told::Receipt(Receipt { provider_id: id, own_id: None, to: from, fate, at: said.at })
    }

    fn name(&self, id: &str) -> Option<String> {
        let id = match self.account.ids {
            Ids::Same => id.to_owned(),
            Ids::HexThenDecimal => u128::from_str_radix(id, 16).map_or_else(|_| id.to_owned(), |id| id.to_string()),
        };
        (!id.is_empty()).then_some(id)
    }
}

impl Protocol for Wire {
    fn hello(&mut self, sequence: u32) -> Bytes {
        frame(&Command::new(CommandStatus::EsmeRok, sequence, self.bind.clone()))
    }

    fn welcome(&mut self, frame: BytesMut) -> Option<Result<(), SendError>> {
        let (id, status, _) = head(&frame)?;
        let answer = matches!(CommandId::from(id), CommandId::BindTransceiverResp | CommandId::GenericNack);
        answer.then(|| if status == 0 { Ok(()) } else { Err(refusal(status, true)) })
    }

    fn beat(&mut self, sequence: u32) -> Bytes {
        frame(&Command::new(CommandStatus::EsmeRok, sequence, Pdu::EnquireLink))
    }

    fn farewell(&mut self, sequence: u32) -> Bytes {
        frame(&Command::new(CommandStatus::EsmeRok, sequence, Pdu::Unbind))
    }

    fn submit(&mut self, part: &Part, sequence: u32) -> Bytes {
        let mut content = Vec::with_capacity(140);
        let (mut class, mut parameters) = (0, Vec::new());
        match (part.long, self.account.joined) {
            (Some(long), Joined::Header) => {
                content.extend(long.header());
                class |= 0x40;
            }
            (Some(long), Joined::Parameters) => parameters.extend([
                MessageSubmissionRequestTlvValue::SarMsgRefNum(u16::from(long.reference)),
                MessageSubmissionRequestTlvValue::SarTotalSegments(long.total),
                MessageSubmissionRequestTlvValue::SarSegmentSeqnum(long.number),
            ]),
            (None, _) => {}
        }
        content.extend(&part.content);
        // As it is dialled within the country, or with the country before it.
        let at_home = self.account.number == Number::Mainland && part.to.starts_with('1') && part.to.len() == 11;
        let ton = if at_home { Ton::National } else { Ton::International };
        let submit = SubmitSm::builder()
            .source_addr_ton(Ton::Unknown)
            .source_addr_npi(Npi::Unknown)
            .source_addr(self.source.clone())
            .dest_addr_ton(ton)
            .dest_addr_npi(Npi::Isdn)
            // Digits of a number that was looked at, and never more than 140 octets.
            .destination_addr(ascii(&part.to).unwrap_or_default())
            .esm_class(EsmClass::from(class))
            .registered_delivery(RegisteredDelivery::from(u8::from(part.last)))
            .data_coding(DataCoding::Ucs2)
            .short_message(OctetString::from_vec(content).unwrap_or_default())
            .tlvs(parameters)
            .build();
        frame(&Command::new(CommandStatus::EsmeRok, sequence, submit))
    }

    fn hear(&mut self, mut bytes: BytesMut) -> Heard {
        let Some((id, status, sequence)) = head(&bytes) else { return Heard::Broken("a frame without a head") };
        let answer = |pdu: Pdu| frame(&Command::new(CommandStatus::EsmeRok, sequence, pdu));
        let refusal_of = |status| frame(&Command::new(status, sequence, Pdu::GenericNack));
        match CommandId::from(id) {
            CommandId::EnquireLink => return Heard::Say(answer(Pdu::EnquireLinkResp)),
            CommandId::Unbind => return Heard::Leave(answer(Pdu::UnbindResp)),
            CommandId::EnquireLinkResp | CommandId::UnbindResp => return Heard::Nothing,
            CommandId::SubmitSmResp | CommandId::GenericNack if status != 0 => return Heard::Answer(sequence, Err(refusal(status, false))),
            CommandId::SubmitSmResp | CommandId::DeliverSm => {}
            // An answer to what nobody asked; anything else is none of ours.
            _ if id & 0x8000_0000 != 0 => return Heard::Nothing,
            _ => return Heard::Say(refusal_of(CommandStatus::EsmeRinvcmdid)),
        }
        let _ = bytes.split_to(4);
        let length = bytes.len();
        match Command::decode(&mut bytes, length).map(|(command, _)| command).as_ref().map(Command::pdu) {
            Ok(Some(Pdu::SubmitSmResp(taken))) => Heard::Answer(sequence, Ok(self.name(taken.message_id().as_str()))),
            // Taken, under a name that cannot be read or is not there.
            _ if CommandId::from(id) == CommandId::SubmitSmResp => Heard::Answer(sequence, Ok(None)),
            Ok(Some(Pdu::DeliverSm(deliver))) => self.news(deliver, sequence),
            // For good: told again it would make no more sense.
            _ => Heard::Say(frame(&Command::new(CommandStatus::EsmeRxPAppn, sequence, DeliverSmResp::default()))),
        }
    }
}

/// A command with its length before it.
fn frame(command: &Command) -> Bytes {
    let length = command.length();
    let mut bytes = BytesMut::with_capacity(length + 4);
    bytes.put_u32(u32::try_from(length + 4).unwrap_or(u32::MAX));
    let mut body = vec![0; length];
    let written = command.encode(&mut body);
    bytes.extend_from_slice(&body[..written.min(length)]);
    bytes.freeze()
}

/// Id, status and sequence number.
fn head(frame: &[u8]) -> Option<(u32, u32, u32)> {
    let word = |at: usize| frame.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes);
    Some((word(4)?, word(8)?, word(12)?))
}

fn named(state: MessageState) -> &'static str {
    match state {
        MessageState::Scheduled | MessageState::Enroute => "ENROUTE",
        MessageState::Delivered => "DELIVRD",
        MessageState::Expired => "EXPIRED",
        MessageState::Deleted => "DELETED",
        MessageState::Undeliverable => "UNDELIV",
        MessageState::Accepted => "ACCEPTD",
        MessageState::Rejected => "REJECTD",
        _ => "UNKNOWN",
    }
}

/// SMPP 3.4, 5.1.3.
fn refusal(status: u32, binding: bool) -> SendError {
    let kind = match status {
        // A fault of theirs, a full queue, too many at once.
        0x08 | 0x14 | 0x58 => Kind::Busy,
        // Not bound as it should be, wrong password or name, no right to this source or service.
        0x04 | 0x05 | 0x0a | 0x0d | 0x0e | 0x0f | 0x15 | 0x53 => Kind::Barred,
        _ if binding => Kind::Barred,
        _ => Kind::Refused,
    };
    kind.error(&format!("0x{status:08x}"), &format!("{:?}", CommandStatus::from(status)))
}

#[cfg(test)]
mod tests {
    use kit::Secret;
    use proptest::prelude::*;

    use super::*;
    fn wire(ids: Ids) -> Wire {
        let account = SmppAccount {
            system_id: "gov".to_owned(),
            password: Secret::new("pass".to_owned()),
            system_type: String::new(),
            source: "10690000".to_owned(),
            number: Number::Digits,
            joined: Joined::Header,
            ids,
        };
        Wire::new(account).unwrap()
    }

    /// A frame of an SMSC.
    fn said(id: u32, status: u32, body: &[u8]) -> BytesMut {
        let length = u32::try_from(16 + body.len()).unwrap();
        BytesMut::from(
            [&length.to_be_bytes()[..], &id.to_be_bytes(), &status.to_be_bytes(), &7_u32.to_be_bytes(), body].concat().as_slice(),
        )
    }

    #[test]
    fn an_account_that_does_not_fit_is_none() {
        let account = wire(Ids::Same).account;
        assert!(Wire::new(SmppAccount { password: Secret::new("123456789".to_owned()), ..account.clone() }).is_none());
        assert!(Wire::new(SmppAccount { system_id: "督".to_owned(), ..account }).is_none());
    }

    #[test]
    fn answers_without_a_body_and_ids_of_two_kinds_are_understood() {
        let heard = |ids, frame| match wire(ids).hear(frame) {
            Heard::Answer(7, answer) => answer,
            _ => panic!("no answer"),
        };
        assert_eq!(heard(Ids::HexThenDecimal, said(0x8000_0004, 0, b"ff\0")), Ok(Some("255".to_owned())));
        assert_eq!(heard(Ids::Same, said(0x8000_0004, 0, b"ff\0")), Ok(Some("ff".to_owned())));
        assert_eq!(heard(Ids::Same, said(0x8000_0004, 0, b"")), Ok(None));
        assert!(matches!(heard(Ids::Same, said(0x8000_0004, 0x58, b"")), Err(SendError::Busy { .. })));
        assert!(matches!(heard(Ids::Same, said(0x8000_0000, 3, b"")), Err(SendError::Refused { .. })));
        assert!(matches!(wire(Ids::Same).welcome(said(0x8000_0009, 0x0e, b"")), Some(Err(SendError::Barred { .. }))));
        // A question that cannot be read is answered for good, so that it is not asked for ever.
        assert!(matches!(wire(Ids::Same).hear(said(5, 0, b"x")), Heard::Say(_)));
        assert!(matches!(wire(Ids::Same).hear(said(0x103, 0, b"")), Heard::Say(_)));
    }

    proptest! {
        #[test]
        fn no_frame_brings_it_down(id in prop::sample::select(vec![4_u32, 5, 6, 9, 0x15, 0x8000_0004, 0x8000_0009, 0x103]), answer: bool, status in 0_u32..2,
            body in prop::collection::vec(prop_oneof![Just(0_u8), any::<u8>()], 0..200)) {
            let id = id | if answer { 0x8000_0000 } else { 0 };
            let _ = wire(Ids::Same).welcome(said(id, status, &body));
            let _ = wire(Ids::Same).hear(said(id, status, &body));
            let _ = wire(Ids::Same).hear(BytesMut::from(&body[..]));
        }

        #[test]
        fn a_message_of_others_is_read_or_answered(class: u8, coding: u8, text in prop::collection::vec(any::<u8>(), 0..=254), tlv in prop::collection::vec(any::<u8>(), 0..30)) {
            let mut body = b"\0\0\x00138\0\0\x001069\0".to_vec();
            body.extend([class, 0, 0, 0, 0, 0, 0, coding, 0, u8::try_from(text.len()).unwrap()]);
            body.extend(&text);
            let read = wire(Ids::Same).hear(said(5, 0, &body));
            let news = matches!(read, Heard::News { .. });
            prop_assert!(news);
            body.extend(&tlv);
            let read = wire(Ids::Same).hear(said(5, 0, &body));
            let answered = matches!(read, Heard::News { .. } | Heard::Say(_));
            prop_assert!(answered);
        }
    }
}
