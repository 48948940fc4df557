//! How a text is cut into the parts that are sent and charged.
//!
//! GSM 03.38 counts septets: 160 in one part, 153 in each of several (3GPP TS 23.038 and 23.040: six octets go to the header that
//! joins the parts). UCS-2 counts UTF-16 code units: 70, or 67. Chinese gateways charge every text by 70 and 67 characters,
//! Latin ones, too, and so do [`parts`] and whoever sends over an operator's line here.

/// How characters are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alphabet {
    /// The default alphabet of GSM 03.38 with its extension table, whose characters count twice.
    Gsm,
    /// UTF-16 code units.
    Ucs2,
}

/// The basic table of GSM 03.38 but for the escape character.
const BASIC: &str =
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

/// The extension table, reached by an escape.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

impl Alphabet {
    /// The narrowest alphabet that holds the whole text.
    pub fn of(text: &str) -> Self {
        if text.chars().all(|c| Self::Gsm.width(c).is_some()) { Self::Gsm } else { Self::Ucs2 }
    }

    /// What fits into a text of one part, and into each part of several.
    pub const fn room(self) -> (usize, usize) {
        match self {
            Self::Gsm => (160, 153),
            Self::Ucs2 => (70, 67),
        }
    }

    /// How many places a character takes; nothing where the alphabet does not have it.
    fn width(self, c: char) -> Option<usize> {
        match self {
            Self::Gsm if BASIC.contains(c) => Some(1),
            Self::Gsm if EXTENSION.contains(c) => Some(2),
            Self::Gsm => None,
            Self::Ucs2 => Some(c.len_utf16()),
        }
    }

    /// Cuts a text into its parts; one, perhaps empty, where it fits. No character is cut in two: neither a surrogate pair nor one
    /// with an escape. A character that GSM does not have counts as one place there; [`Alphabet::of`] tells beforehand.
    pub fn split(self, text: &str) -> Vec<&str> {
        let (single, several) = self.room();
        let width = |c| self.width(c).unwrap_or(1);
        if text.chars().map(width).sum::<usize>() <= single {
            return vec![text];
        }
        let (mut parts, mut start, mut filled) = (Vec::new(), 0, 0);
        for (at, c) in text.char_indices() {
            if filled + width(c) > several {
                parts.push(&text[start..at]);
                (start, filled) = (at, 0);
            }
            filled += width(c);
        }
        parts.push(&text[start..]);
        parts
    }
}

/// As how many parts a Chinese gateway charges a text, the signature and its brackets included: 70 characters, or 67 in each of several.
pub fn parts(text: &str) -> u32 {
    u32::try_from(Alphabet::Ucs2.split(text).len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_limits_are_where_they_are() {
        assert_eq!([0, 1, 70, 71, 134, 135, 201, 202].map(|n| parts(&"督".repeat(n))), [1, 1, 1, 2, 2, 3, 3, 4]);
        assert_eq!([160, 161, 306, 307].map(|n| Alphabet::Gsm.split(&"a".repeat(n)).len()), [1, 2, 2, 3]);
        assert_eq!([80, 81].map(|n| Alphabet::Gsm.split(&"€".repeat(n)).len()), [1, 2]);
        assert_eq!(Alphabet::of("Hello {world} €"), Alphabet::Gsm);
        assert_eq!(Alphabet::of("a`"), Alphabet::Ucs2);
        assert_eq!(BASIC.chars().count() + 1, 128);
    }

    #[test]
    fn a_pair_that_would_be_cut_goes_to_the_next_part() {
        let text = format!("{}😀{}", "字".repeat(66), "字".repeat(10));
        let parts = Alphabet::Ucs2.split(&text);
        assert_eq!(parts.iter().map(|part| part.encode_utf16().count()).collect::<Vec<_>>(), [66, 12]);
        // An escape and what it escapes stay together.
        let text = format!("{}€{}", "a".repeat(152), "a".repeat(10));
        assert_eq!(Alphabet::Gsm.split(&text).iter().map(|part| part.chars().count()).collect::<Vec<_>>(), [152, 11]);
    }

    proptest! {
        #[test]
        fn parts_make_up_the_text_and_none_is_too_long(text in "([a-zA-Z0-9€\\[\\]]|[\u{4e00}-\u{9fff}]|[\u{1f600}-\u{1f64f}]|\\PC){0,400}") {
            for alphabet in [Alphabet::of(&text), Alphabet::Ucs2] {
                let parts = alphabet.split(&text);
                prop_assert_eq!(parts.concat(), text.as_str());
                let places = |part: &str| part.chars().map(|c| alphabet.width(c).unwrap()).sum::<usize>();
                let (single, several) = alphabet.room();
                let whole = places(&text);
                if whole <= single {
                    prop_assert_eq!(parts.len(), 1);
                } else {
                    prop_assert!(parts.iter().all(|part| !part.is_empty() && places(part) <= several));
                    // No more than are needed: what is left free in a part is less than a character.
                    prop_assert!(parts[..parts.len() - 1].iter().all(|part| places(part) + 2 > several));
                    prop_assert!(parts.len() >= whole.div_ceil(several));
                }
            }
        }
    }
}
