//! Text made comparable, and a cursor over it that eats words and numbers.

/// Full-width to ASCII, traditional to simplified for the few characters deadlines use, one kind of dash, no spaces.
///
/// A space between two digits becomes a comma, lest two dates grow together.
pub(super) fn normalise(text: &str) -> Vec<char> {
    let mut out: Vec<char> = Vec::with_capacity(text.len() / 3);
    let mut spaced = false;
    for c in text.chars().map(plain) {
        if c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}' {
            spaced = true;
            continue;
        }
        if spaced && c.is_ascii_digit() && out.last().is_some_and(char::is_ascii_digit) {
            out.push(',');
        }
        spaced = false;
        out.push(c);
    }
    out
}

fn plain(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => u32::from(c).checked_sub(0xfee0).and_then(char::from_u32).map_or(c, one_dash),
        '個' => '个',
        '內' => '内',
        '週' => '周',
        '號' => '号',
        '後' => '后',
        '開' => '开',
        '○' | '零' => '〇',
        '兩' => '两',
        '【' | '〔' | '[' => '(',
        _ => one_dash(c),
    }
}

fn one_dash(c: char) -> char {
    match c {
        '—' | '–' | '‐' | '‑' | '−' | '―' | '─' | '~' | '〜' | '∼' => '-',
        _ => c,
    }
}

/// A place in the text. Copy it to try a rule.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'t> {
    text: &'t [char],
    at: usize,
}

/// A number as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) value: u32,
    /// How many characters it took.
    pub(super) width: usize,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t [char]) -> Self {
        Self { text, at: 0 }
    }

    pub(super) fn at(self) -> usize {
        self.at
    }

    pub(super) fn peek(self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    pub(super) fn previous(self) -> Option<char> {
        self.at.checked_sub(1).and_then(|before| self.text.get(before)).copied()
    }

    /// The text between an earlier place and this one.
    pub(super) fn since(self, start: usize) -> String {
        self.text.get(start..self.at).map(|part| part.iter().collect()).unwrap_or_default()
    }

    /// Nothing but a separator follows.
    pub(super) fn ends_part(self) -> bool {
        self.peek().is_none_or(is_separator)
    }

    /// Nothing but a separator, or a word that leads to a date, stands before.
    pub(super) fn starts_part(self) -> bool {
        self.previous().is_none_or(|c| is_separator(c) || is_leading(c))
    }

    pub(super) fn follows_leading_word(self) -> bool {
        self.previous().is_some_and(is_leading)
    }

    pub(super) fn follows_any(self, chars: &str) -> bool {
        self.previous().is_some_and(|c| chars.contains(c))
    }

    pub(super) fn follows_numeral(self) -> bool {
        self.previous().is_some_and(|c| c.is_ascii_digit() || numeral(c).is_some())
    }

    pub(super) fn sees(self, words: &[&str]) -> bool {
        let mut ahead = self;
        ahead.eat_any(words).is_some()
    }

    pub(super) fn eat(&mut self, word: &str) -> bool {
        let mut rest = self.text.get(self.at..).unwrap_or_default().iter();
        if word.chars().all(|c| rest.next() == Some(&c)) {
            self.at += word.chars().count();
            return true;
        }
        false
    }

    /// Eats the first of the words that is there; put longer words first.
    pub(super) fn eat_any<'w>(&mut self, words: &[&'w str]) -> Option<&'w str> {
        words.iter().copied().find(|word| self.eat(word))
    }

    /// Tries a rule; the cursor moves only when it succeeds.
    pub(super) fn attempt<T>(&mut self, rule: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let mut ahead = *self;
        let found = rule(&mut ahead)?;
        *self = ahead;
        Some(found)
    }

    /// Leaves one character behind, or a whole number, whose tail would mean something else; but in “2.2021年” and
    /// “3.6月” the first number only counts the paragraphs.
    pub(super) fn skip(&mut self) {
        if !self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
            return;
        }
        self.digits();
        while self.eat(".") {
            let mut ahead = *self;
            ahead.digits();
            if ahead.sees(&["年", "月"]) {
                return;
            }
            *self = ahead;
        }
    }

    fn digits(&mut self) {
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
        }
    }

    /// Eats a number in digits or Chinese numerals, at most eight characters long.
    pub(super) fn number(&mut self) -> Option<Number> {
        let rest = self.text.get(self.at..)?;
        let ascii = rest.iter().take_while(|c| c.is_ascii_digit()).count();
        let (width, value) = if ascii > 0 {
            (ascii, rest.iter().take(ascii.min(9)).filter_map(|c| c.to_digit(10)).fold(0, |sum, digit| sum * 10 + digit))
        } else {
            let width = rest.iter().take_while(|c| numeral(**c).is_some()).count();
            let word = rest.get(..width)?;
            // 两三个月 is no twenty-three months.
            let digits = word.iter().filter_map(|c| numeral(*c)).all(|(_, is_unit)| !is_unit);
            if digits && (2..=3).contains(&width) {
                return None;
            }
            (width, chinese(word))
        };
        if !(1..=8).contains(&width) {
            return None;
        }
        self.at += width;
        Some(Number { value, width })
    }

    /// Eats a number within bounds.
    pub(super) fn number_in(&mut self, bounds: std::ops::RangeInclusive<u32>) -> Option<u32> {
        self.attempt(|c| c.number().map(|number| number.value).filter(|value| bounds.contains(value)))
    }
}

pub(super) fn is_separator(c: char) -> bool {
    matches!(
        c,
        ';' | '、' | ',' | '，' | '。' | '；' | ':' | '(' | ')' | '|' | '/' | '\\' | '"' | '“' | '”' | '和' | '及' | '并' | '〕' | ']'
    )
}

fn is_leading(c: char) -> bool {
    matches!(c, '于' | '在' | '至' | '到' | '止')
}

/// A digit, or a unit of ten, a hundred, a thousand.
fn numeral(c: char) -> Option<(u32, bool)> {
    Some(match c {
        '〇' => (0, false),
        '一' => (1, false),
        '二' | '两' => (2, false),
        '三' => (3, false),
        '四' => (4, false),
        '五' => (5, false),
        '六' => (6, false),
        '七' => (7, false),
        '八' => (8, false),
        '九' => (9, false),
        '十' => (10, true),
        '百' => (100, true),
        '千' => (1000, true),
        _ => return None,
    })
}

/// 二十五 → 25, 二〇二六 → 2026.
fn chinese(word: &[char]) -> u32 {
    let numerals = || word.iter().filter_map(|c| numeral(*c));
    if numerals().all(|(_, is_unit)| !is_unit) {
        return numerals().take(8).fold(0, |sum, (digit, _)| sum * 10 + digit);
    }
    let mut sum = 0;
    let mut digit = None;
    for (value, is_unit) in numerals().take(8) {
        if is_unit {
            sum += digit.take().unwrap_or(1) * value;
        } else {
            digit = Some(value);
        }
    }
    sum + digit.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{Cursor, normalise};

    fn number(text: &str) -> Option<u32> {
        Cursor::new(&normalise(text)).number().map(|number| number.value)
    }

    #[test]
    fn numbers_are_read_however_they_are_written() {
        for (text, value) in [
            ("十", 10),
            ("十一月", 11),
            ("二十", 20),
            ("二十五日", 25),
            ("两个", 2),
            ("一百二十", 120),
            ("一百零五", 105),
            ("二〇二六年", 2026),
            ("二零二六", 2026),
            ("２０２６", 2026),
            ("0305", 305),
        ] {
            assert_eq!(number(text), Some(value), "{text}");
        }
        assert_eq!(number("个"), None);
        assert_eq!(number("123456789"), None);
        assert_eq!(number("千千千千千千千千"), Some(8000));
        assert_eq!(number("九九九九九九九九"), Some(99_999_999));
    }

    #[test]
    fn spaces_vanish_but_keep_digits_apart() {
        let plain = |text| normalise(text).into_iter().collect::<String>();
        assert_eq!(plain("２０２１ 年　6 月底 前；"), "2021年6月底前;");
        assert_eq!(plain("2026-03-05 2026-04-01"), "2026-03-05,2026-04-01");
        assert_eq!(plain("３～５個工作日內"), "3-5个工作日内");
    }
}
