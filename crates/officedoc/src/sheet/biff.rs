//! The records of an xls (MS-XLS, BIFF8) and the texts inside them.

use super::SheetError;

/// A record continues the one before it.
pub(super) const CONTINUE: u16 = 0x003c;

const BROKEN: SheetError = SheetError::Broken { part: "数据记录" };

/// Little-endian numbers from the front of a slice.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], SheetError> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(BROKEN)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], SheetError> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(BROKEN)?;
        self.0 = rest;
        Ok(*taken)
    }

    pub(super) fn u8(&mut self) -> Result<u8, SheetError> {
        self.array().map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self) -> Result<u16, SheetError> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, SheetError> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn f64(&mut self) -> Result<f64, SheetError> {
        self.array().map(f64::from_le_bytes)
    }
}

/// Walks the records of a stream.
#[derive(Debug, Clone)]
pub(super) struct Records<'a> {
    rest: Bytes<'a>,
}

/// A record's number and data.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record<'a> {
    pub(super) number: u16,
    pub(super) data: Bytes<'a>,
}

impl<'a> Records<'a> {
    pub(super) fn new(stream: &'a [u8]) -> Self {
        Self { rest: Bytes(stream) }
    }

    /// The next record; nothing at the end of the stream or where the padding begins.
    pub(super) fn next(&mut self) -> Result<Option<Record<'a>>, SheetError> {
        if self.rest.0.len() < 4 {
            return Ok(None);
        }
        let number = self.rest.u16()?;
        let length = self.rest.u16()?;
        if number == 0 && length == 0 {
            return Ok(None);
        }
        let data = Bytes(self.rest.take(usize::from(length))?);
        Ok(Some(Record { number, data }))
    }

    /// The data of a record together with the records that continue it.
    pub(super) fn with_continuations(&mut self, record: Record<'a>) -> Result<Segments<'a>, SheetError> {
        let mut later = Vec::new();
        loop {
            let mut ahead = self.clone();
            match ahead.next()? {
                Some(next) if next.number == CONTINUE => later.push(next.data),
                _ => break,
            }
            *self = ahead;
        }
        later.reverse();
        Ok(Segments { current: record.data, later })
    }
}

/// The data of a long record, cut into pieces of at most 8 KB.
#[derive(Debug)]
pub(super) struct Segments<'a> {
    current: Bytes<'a>,
    /// The pieces still to come, last first.
    later: Vec<Bytes<'a>>,
}

impl Segments<'_> {
    /// Goes on to the next piece when this one is used up; false at the end.
    pub(super) fn has_more(&mut self) -> bool {
        while self.current.0.is_empty() {
            match self.later.pop() {
                Some(next) => self.current = next,
                None => return false,
            }
        }
        true
    }

    pub(super) fn u16(&mut self) -> Result<u16, SheetError> {
        self.has_more();
        self.current.u16()
    }

    pub(super) fn u32(&mut self) -> Result<u32, SheetError> {
        self.has_more();
        self.current.u32()
    }

    fn skip(&mut self, mut count: usize) -> Result<(), SheetError> {
        while count > 0 {
            if !self.has_more() {
                return Err(BROKEN);
            }
            let step = count.min(self.current.0.len());
            self.current.take(step)?;
            count -= step;
        }
        Ok(())
    }

    /// A text with its length in front (XLUnicodeRichExtendedString). Where a piece ends inside the text, the next piece
    /// begins with a byte that says anew how wide its characters are.
    pub(super) fn text(&mut self) -> Result<String, SheetError> {
        let length = usize::from(self.u16()?);
        let flags = self.current.u8()?;
        let runs = if flags & 0x08 != 0 { usize::from(self.current.u16()?) } else { 0 };
        let extra = if flags & 0x04 != 0 { usize::try_from(self.current.u32()?).map_err(|_| BROKEN)? } else { 0 };
        let mut units = Vec::new();
        let mut is_wide = flags & 0x01 != 0;
        while units.len() < length {
            if self.current.0.is_empty() {
                if !self.has_more() {
                    return Err(BROKEN);
                }
                is_wide = self.current.u8()? & 0x01 != 0;
            }
            take_units(&mut self.current, is_wide, length, &mut units)?;
        }
        self.skip(runs * 4)?;
        self.skip(extra)?;
        Ok(text_of(&units))
    }
}

/// A text whose length is known, in one piece: a byte for its width, then its characters.
pub(super) fn short_text(data: &mut Bytes<'_>, length: usize) -> Result<String, SheetError> {
    let is_wide = data.u8()? & 0x01 != 0;
    let mut units = Vec::new();
    take_units(data, is_wide, length, &mut units)?;
    Ok(text_of(&units))
}

/// Moves characters until `length` are there or the data ends; characters of one byte are the first 256 of Unicode.
fn take_units(data: &mut Bytes<'_>, is_wide: bool, length: usize, units: &mut Vec<u16>) -> Result<(), SheetError> {
    let missing = length.saturating_sub(units.len());
    if is_wide {
        let count = missing.min(data.0.len() / 2);
        if count == 0 && missing > 0 {
            return Err(BROKEN);
        }
        for _ in 0..count {
            units.push(data.u16()?);
        }
    } else {
        let count = missing.min(data.0.len());
        units.extend(data.take(count)?.iter().map(|&byte| u16::from(byte)));
    }
    Ok(())
}

fn text_of(units: &[u16]) -> String {
    char::decode_utf16(units.iter().copied()).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// A number in four bytes (RkNumber): an integer of 30 bits or the upper half of a float, either of them perhaps in hundredths.
pub(super) fn rk(bits: u32) -> f64 {
    let value = if bits & 0x02 != 0 { f64::from(bits.cast_signed() >> 2) } else { f64::from_bits(u64::from(bits & 0xffff_fffc) << 32) };
    if bits & 0x01 != 0 { value / 100.0 } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(number: u16, data: &[u8]) -> Vec<u8> {
        let length = u16::try_from(data.len()).unwrap();
        [&number.to_le_bytes()[..], &length.to_le_bytes(), data].concat()
    }

    #[test]
    fn a_text_across_records_may_change_its_width() {
        let narrow = record(0xfc, b"\x05\0\0abc");
        let wide = record(CONTINUE, b"\x01\x8b\x4e\xc5\x5f");
        let stream = [narrow, wide, record(0x0a, b"")].concat();
        let mut records = Records::new(&stream);
        let first = records.next().unwrap().unwrap();
        assert_eq!(records.with_continuations(first).unwrap().text().unwrap(), "abc事必");
        assert_eq!(records.next().unwrap().unwrap().number, 0x0a);
    }

    #[test]
    fn formatting_behind_a_text_is_skipped() {
        let data = b"\x02\0\x0c\x01\0\x03\0\0\0abRRRREEE\x01\0\0c";
        let mut segments = Segments { current: Bytes(data), later: vec![] };
        assert_eq!(segments.text().unwrap(), "ab");
        assert_eq!(segments.text().unwrap(), "c");
    }

    #[test]
    fn cut_data_is_an_error() {
        assert!(Records::new(b"\x09\x08\x10\0abc").next().is_err());
        assert!(Segments { current: Bytes(b"\xff\xff\x01ab"), later: vec![] }.text().is_err());
        assert!(Segments { current: Bytes(b"\x02\0\x01ab"), later: vec![Bytes(b"\x01")] }.text().is_err());
    }

    #[test]
    fn short_numbers() {
        assert_eq!(rk(0x3ff0_0000), 1.0);
        assert_eq!(rk(0x3ff0_0001), 0.01);
        assert_eq!(rk(0x04d2_000e >> 2 << 2 | 2), f64::from(0x04d2_000e_i32 >> 2));
        assert_eq!(rk((-5_i32 << 2).cast_unsigned() | 3), -0.05);
    }
}
