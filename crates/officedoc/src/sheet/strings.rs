//! Many small texts in one allocation: the shared strings of a workbook.

use super::{Limits, SheetError};

/// Texts by number. Each costs its bytes and four more, however many a file claims to have.
#[derive(Debug, Default)]
pub(super) struct Strings {
    text: String,
    ends: Vec<u32>,
}

impl Strings {
    /// Appends a text.
    pub(super) fn push(&mut self, text: &str, limits: Limits) -> Result<(), SheetError> {
        self.text.push_str(text);
        let too_much = SheetError::TooMuchText { max_bytes: limits.max_uncompressed };
        match u32::try_from(self.text.len()) {
            Ok(end) if u64::from(end) <= limits.max_uncompressed => self.ends.push(end),
            _ => return Err(too_much),
        }
        Ok(())
    }

    pub(super) fn get(&self, number: usize) -> Option<&str> {
        let end = *self.ends.get(number)?;
        let start = number.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.text.get(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_by_number() {
        let mut strings = Strings::default();
        for text in ["督办", "", "x"] {
            strings.push(text, Limits::default()).unwrap();
        }
        assert_eq!([0, 1, 2].map(|number| strings.get(number)), [Some("督办"), Some(""), Some("x")]);
        assert_eq!(strings.get(3), None);
    }
}
