//! The frames of CMPP 2.0 and 3.0 (中国移动通信互联网短信网关接口协议, versions 2.0 of 2002 and 3.0 of 2003) that a service provider needs.
//!
//! The versions differ in the width of numbers (21 or 32 octets), of states (1 or 4), and in what stands at the end of messages.

/// Which of the two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Version {
    /// 2.0.
    #[default]
    V2,
    /// 3.0.
    V3,
}

impl Version {
    pub(super) const fn byte(self) -> u8 {
        match self {
            Self::V2 => 0x20,
            Self::V3 => 0x30,
        }
    }

    /// The width of a number.
    const fn phone(self) -> usize {
        match self {
            Self::V2 => 21,
            Self::V3 => 32,
        }
    }
}

const ANSWER: u32 = 0x8000_0000;

/// What a frame carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pdu {
    Connect {
        source: String,
        authenticator: [u8; 16],
        version: u8,
        timestamp: u32,
    },
    ConnectResp {
        status: u32,
        authenticator: [u8; 16],
        version: u8,
    },
    Terminate,
    TerminateResp,
    Submit(Box<Submit>),
    SubmitResp {
        id: u64,
        result: u32,
    },
    Deliver(Box<Deliver>),
    DeliverResp {
        id: u64,
        result: u32,
    },
    ActiveTest,
    ActiveTestResp,
    /// Anything else, by its command.
    Other(u32),
}

/// A message to one number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Submit {
    pub(super) total: u8,
    pub(super) number: u8,
    pub(super) receipt: bool,
    pub(super) service: String,
    /// Whether the content begins with a header.
    pub(super) header: bool,
    pub(super) format: u8,
    /// The provider's code (SP_Id).
    pub(super) provider: String,
    pub(super) source: String,
    pub(super) to: String,
    pub(super) content: Vec<u8>,
}

/// A message or a receipt from the gateway.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Deliver {
    pub(super) id: u64,
    pub(super) to: String,
    pub(super) service: String,
    pub(super) header: bool,
    pub(super) format: u8,
    pub(super) from: String,
    pub(super) is_receipt: bool,
    pub(super) content: Vec<u8>,
}

/// What stands in the content of a receipt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Report {
    pub(super) id: u64,
    pub(super) state: String,
    /// `YYMMDDhhmm`.
    pub(super) done: String,
    pub(super) to: String,
}

/// Reads octet by octet; nothing where there are too few.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn u8(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_be_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.take(8)?.try_into().ok().map(u64::from_be_bytes)
    }

    /// A state: an octet or four.
    fn state(&mut self, version: Version) -> Option<u32> {
        match version {
            Version::V2 => self.u8().map(u32::from),
            Version::V3 => self.u32(),
        }
    }

    /// A text in a field of this width, up to its first zero.
    fn text(&mut self, width: usize) -> Option<String> {
        let field = self.take(width)?;
        let end = field.iter().position(|byte| *byte == 0).unwrap_or(width);
        Some(String::from_utf8_lossy(&field[..end]).trim().to_owned())
    }

    fn digest(&mut self) -> Option<[u8; 16]> {
        self.take(16)?.try_into().ok()
    }
}

/// Puts a text into a field of this width; what is longer is cut.
fn put_text(out: &mut Vec<u8>, text: &str, width: usize) {
    let bytes = &text.as_bytes()[..text.len().min(width)];
    out.extend_from_slice(bytes);
    out.resize(out.len() + width - bytes.len(), 0);
}

fn put_state(out: &mut Vec<u8>, state: u32, version: Version) {
    match version {
        // What does not fit is some error all the same.
        Version::V2 => out.push(u8::try_from(state).unwrap_or(u8::MAX)),
        Version::V3 => out.extend(state.to_be_bytes()),
    }
}

fn put_content(out: &mut Vec<u8>, content: &[u8]) {
    let length = u8::try_from(content.len()).unwrap_or(u8::MAX);
    out.push(length);
    out.extend_from_slice(&content[..usize::from(length)]);
}

impl Pdu {
    const fn command(&self) -> u32 {
        match self {
            Self::Connect { .. } => 1,
            Self::ConnectResp { .. } => 1 | ANSWER,
            Self::Terminate => 2,
            Self::TerminateResp => 2 | ANSWER,
            Self::Submit(_) => 4,
            Self::SubmitResp { .. } => 4 | ANSWER,
            Self::Deliver(_) => 5,
            Self::DeliverResp { .. } => 5 | ANSWER,
            Self::ActiveTest => 8,
            Self::ActiveTestResp => 8 | ANSWER,
            Self::Other(command) => *command,
        }
    }

    /// The whole frame.
    pub(super) fn write(&self, version: Version, sequence: u32) -> Vec<u8> {
        let mut out = vec![0; 4];
        out.extend(self.command().to_be_bytes());
        out.extend(sequence.to_be_bytes());
        match self {
            Self::Connect { source, authenticator, version, timestamp } => {
                put_text(&mut out, source, 6);
                out.extend(authenticator);
                out.push(*version);
                out.extend(timestamp.to_be_bytes());
            }
            Self::ConnectResp { status, authenticator, version: theirs } => {
                put_state(&mut out, *status, version);
                out.extend(authenticator);
                out.push(*theirs);
            }
            Self::Submit(submit) => submit.write(&mut out, version),
            Self::Deliver(deliver) => deliver.write(&mut out, version),
            Self::SubmitResp { id, result } | Self::DeliverResp { id, result } => {
                out.extend(id.to_be_bytes());
                put_state(&mut out, *result, version);
            }
            Self::ActiveTestResp => out.push(0),
            Self::Terminate | Self::TerminateResp | Self::ActiveTest | Self::Other(_) => {}
        }
        let length = u32::try_from(out.len()).unwrap_or(u32::MAX);
        out[..4].copy_from_slice(&length.to_be_bytes());
        out
    }

    /// The sequence number and what a whole frame carries; nothing where it is too short for what it says it is.
    pub(super) fn read(version: Version, frame: &[u8]) -> Option<(u32, Self)> {
        let mut reader = Reader(frame.get(4..)?);
        let (command, sequence) = (reader.u32()?, reader.u32()?);
        let pdu = match command {
            1 => {
                Self::Connect { source: reader.text(6)?, authenticator: reader.digest()?, version: reader.u8()?, timestamp: reader.u32()? }
            }
            0x8000_0001 => {
                // Who refuses the version may answer in its own.
                let version = if reader.0.len() <= 18 { Version::V2 } else { version };
                Self::ConnectResp { status: reader.state(version)?, authenticator: reader.digest()?, version: reader.u8()? }
            }
            2 => Self::Terminate,
            0x8000_0002 => Self::TerminateResp,
            4 => Self::Submit(Box::new(Submit::read(&mut reader, version)?)),
            0x8000_0004 => Self::SubmitResp { id: reader.u64()?, result: reader.state(version)? },
            5 => Self::Deliver(Box::new(Deliver::read(&mut reader, version)?)),
            0x8000_0005 => Self::DeliverResp { id: reader.u64()?, result: reader.state(version)? },
            8 => Self::ActiveTest,
            0x8000_0008 => Self::ActiveTestResp,
            other => Self::Other(other),
        };
        Some((sequence, pdu))
    }
}

impl Submit {
    fn write(&self, out: &mut Vec<u8>, version: Version) {
        out.extend([0; 8]);
        out.extend([self.total, self.number, u8::from(self.receipt), 1]);
        put_text(out, &self.service, 10);
        // Charged is the provider (Fee_UserType 2), so no number is named.
        out.push(2);
        put_text(out, "", version.phone());
        if version == Version::V3 {
            out.push(0);
        }
        out.extend([0, u8::from(self.header), self.format]);
        put_text(out, &self.provider, 6);
        // Free for whoever gets it, no price, no times.
        put_text(out, "01", 2);
        put_text(out, "000000", 6);
        out.extend([0; 34]);
        put_text(out, &self.source, 21);
        out.push(1);
        put_text(out, &self.to, version.phone());
        if version == Version::V3 {
            out.push(0);
        }
        put_content(out, &self.content);
        out.extend(vec![0; if version == Version::V3 { 20 } else { 8 }]);
    }

    fn read(reader: &mut Reader<'_>, version: Version) -> Option<Self> {
        reader.take(8)?;
        let (total, number, receipt, _level) = (reader.u8()?, reader.u8()?, reader.u8()? == 1, reader.u8()?);
        let service = reader.text(10)?;
        reader.take(1 + version.phone() + usize::from(version == Version::V3) + 1)?;
        let (header, format, provider) = (reader.u8()? == 1, reader.u8()?, reader.text(6)?);
        reader.take(2 + 6 + 34)?;
        let source = reader.text(21)?;
        let numbers = reader.u8()?;
        let to = reader.text(version.phone())?;
        reader.take(usize::from(numbers.saturating_sub(1)) * version.phone() + usize::from(version == Version::V3))?;
        let length = reader.u8()?;
        let content = reader.take(usize::from(length))?.to_vec();
        Some(Self { total, number, receipt, service, header, format, provider, source, to, content })
    }
}

impl Deliver {
    fn write(&self, out: &mut Vec<u8>, version: Version) {
        out.extend(self.id.to_be_bytes());
        put_text(out, &self.to, 21);
        put_text(out, &self.service, 10);
        out.extend([0, u8::from(self.header), self.format]);
        put_text(out, &self.from, version.phone());
        if version == Version::V3 {
            out.push(0);
        }
        out.push(u8::from(self.is_receipt));
        put_content(out, &self.content);
        out.extend(vec![0; if version == Version::V3 { 20 } else { 8 }]);
    }

    fn read(reader: &mut Reader<'_>, version: Version) -> Option<Self> {
        let (id, to, service, _pid) = (reader.u64()?, reader.text(21)?, reader.text(10)?, reader.u8()?);
        let (header, format, from) = (reader.u8()? == 1, reader.u8()?, reader.text(version.phone())?);
        reader.take(usize::from(version == Version::V3))?;
        let (is_receipt, length) = (reader.u8()? == 1, reader.u8()?);
        // What stands behind is nothing to us, and some leave it out.
        let content = reader.take(usize::from(length))?.to_vec();
        Some(Self { id, to, service, header, format, from, is_receipt, content })
    }
}

impl Report {
    pub(super) fn read(version: Version, content: &[u8]) -> Option<Self> {
        let mut reader = Reader(content);
        let (id, state, _submitted, done) = (reader.u64()?, reader.text(7)?, reader.text(10)?, reader.text(10)?);
        Some(Self { id, state, done, to: reader.text(version.phone()).unwrap_or_default() })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn versions() -> impl Strategy<Value = Version> {
        prop::sample::select(vec![Version::V2, Version::V3])
    }

    #[test]
    fn frames_are_as_long_as_the_documents_say() {
        let submit = |content: usize| Pdu::Submit(Box::new(Submit { content: vec![1; content], ..Submit::default() }));
        // The fields of the two documents, added up by hand.
        assert_eq!(submit(10).write(Version::V2, 1).len(), 12 + 8 + 4 + 10 + 1 + 21 + 3 + 6 + 2 + 6 + 17 + 17 + 21 + 1 + 21 + 1 + 10 + 8);
        assert_eq!(
            submit(10).write(Version::V3, 1).len(),
            12 + 8 + 4 + 10 + 1 + 32 + 1 + 3 + 6 + 2 + 6 + 17 + 17 + 21 + 1 + 32 + 1 + 1 + 10 + 20
        );
        let connect = Pdu::Connect { source: "901234".to_owned(), authenticator: [0; 16], version: 0x20, timestamp: 0 };
        assert_eq!(connect.write(Version::V2, 1).len(), 39);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            version in versions(), sequence: u32, id: u64, result in 0_u32..256, flags: (bool, bool), numbers: (u8, u8, u8),
            texts in ("[a-zA-Z0-9]{0,10}", "[a-zA-Z0-9]{0,6}", "[0-9]{0,21}", "[0-9]{0,21}"), content in prop::collection::vec(any::<u8>(), 0..=255),
            digest: [u8; 16],
        ) {
            let (service, provider, source, to) = texts;
            let submit = Submit {
                total: numbers.0, number: numbers.1, receipt: flags.0, service: service.clone(), header: flags.1, format: numbers.2,
                provider: provider.clone(), source: source.clone(), to: to.clone(), content: content.clone(),
            };
            let deliver = Deliver { id, to: source, service, header: flags.1, format: numbers.2, from: to, is_receipt: flags.0, content };
            for pdu in [
                Pdu::Submit(Box::new(submit)), Pdu::Deliver(Box::new(deliver)), Pdu::SubmitResp { id, result }, Pdu::DeliverResp { id, result },
                Pdu::Connect { source: provider, authenticator: digest, version: version.byte(), timestamp: sequence },
                Pdu::ConnectResp { status: result, authenticator: digest, version: version.byte() },
                Pdu::Terminate, Pdu::TerminateResp, Pdu::ActiveTest, Pdu::ActiveTestResp, Pdu::Other(7),
            ] {
                let frame = pdu.write(version, sequence);
                prop_assert_eq!(u32::from_be_bytes(frame[..4].try_into().unwrap()) as usize, frame.len());
                prop_assert_eq!(Pdu::read(version, &frame), Some((sequence, pdu)));
            }
        }

        #[test]
        fn no_frame_brings_it_down(version in versions(), command in 0_u32..10, answer: bool, body in prop::collection::vec(any::<u8>(), 0..300)) {
            let command = command | if answer { ANSWER } else { 0 };
            let frame = [&[0; 4], &command.to_be_bytes()[..], &[0; 4], &body].concat();
            for end in 0..frame.len() {
                let _ = Pdu::read(version, &frame[..end]);
            }
            let _ = Report::read(version, &body);
        }
    }
}
