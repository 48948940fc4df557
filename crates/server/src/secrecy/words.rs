//! Finding marks and words in a text, however it is set: full-width or half-width, spaced out, with any of the stars that people type.

use std::collections::HashMap;

/// Something of the list that stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// As the list has it.
    pub word: String,
    /// It is a mark, not only a word.
    pub is_mark: bool,
    /// Where it begins, in characters of the text.
    pub at: usize,
}

/// Characters that may stand in the place of a space of the list.
const GAP: usize = 4;

/// Nobody reads more than so many.
const MOST: usize = 50;

/// A character as it is compared; nothing for what is passed over: spaces of any kind, what has no width, colons and the strokes between
/// the cells of a table.
fn folded(c: char) -> Option<char> {
    if c.is_whitespace() || c.is_control() {
        return None;
    }
    match c {
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{fe0e}' | '\u{fe0f}' | ':' | '：' | '|' | '｜' => None,
        '☆' | '✩' | '✪' | '✭' | '✮' | '✰' | '⭐' | '🌟' | '⋆' | '✦' => Some('★'),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).and_then(folded),
        _ => c.to_lowercase().next(),
    }
}

/// Whether a star of the keyboard before this is one of a mark: `机密*10年`. Elsewhere it is an emphasis or a footnote.
fn follows_a_star(c: char) -> bool {
    c.is_ascii_digit() || "一二三四五六七八九十长启".contains(c)
}

/// The characters that are compared, each with its place in the text.
fn plain(text: &str) -> Vec<(char, usize)> {
    let mut out: Vec<(char, usize)> = text.chars().enumerate().filter_map(|(at, c)| Some((folded(c)?, at))).collect();
    for n in 0..out.len().saturating_sub(1) {
        let next = out.get(n + 1).is_some_and(|(c, _)| follows_a_star(*c));
        if let Some((c @ '*', _)) = out.get_mut(n)
            && next
        {
            *c = '★';
        }
    }
    out
}

/// One entry of the list: parts with gaps between them.
#[derive(Debug)]
struct Pattern {
    word: String,
    is_mark: bool,
    parts: Vec<Vec<char>>,
}

impl Pattern {
    fn of(word: &str, is_mark: bool) -> Option<Self> {
        let part = |text: &str| plain(text).into_iter().map(|(c, _)| c).collect::<Vec<_>>();
        let parts: Vec<_> = word.split_whitespace().map(part).filter(|part| !part.is_empty()).collect();
        (!parts.is_empty()).then(|| Self { word: word.trim().to_owned(), is_mark, parts })
    }

    fn stands_at(&self, text: &[(char, usize)], at: usize) -> bool {
        let Some((first, rest)) = self.parts.split_first() else { return false };
        if !begins(text, at, first) {
            return false;
        }
        let mut end = at + first.len();
        for part in rest {
            let Some(found) = (end..=end + GAP).find(|place| begins(text, *place, part)) else { return false };
            end = found + part.len();
        }
        true
    }
}

fn begins(text: &[(char, usize)], at: usize, part: &[char]) -> bool {
    text.get(at..).is_some_and(|rest| rest.len() >= part.len() && rest.iter().zip(part).all(|((c, _), wanted)| c == wanted))
}

/// A list that is ready to be looked for.
#[derive(Debug)]
pub(super) struct Matcher {
    by_first: HashMap<char, Vec<Pattern>>,
    harmless: Vec<Vec<char>>,
}

impl Matcher {
    pub(super) fn of(marks: &[String], words: &[String], harmless: &[String]) -> Self {
        let mut by_first: HashMap<char, Vec<Pattern>> = HashMap::new();
        let marks = marks.iter().filter_map(|word| Pattern::of(word, true));
        for pattern in marks.chain(words.iter().filter_map(|word| Pattern::of(word, false))) {
            if let Some(first) = pattern.parts.first().and_then(|part| part.first()) {
                by_first.entry(*first).or_default().push(pattern);
            }
        }
        let harmless = harmless.iter().map(|phrase| plain(phrase).into_iter().map(|(c, _)| c).collect::<Vec<_>>());
        Self { by_first, harmless: harmless.filter(|phrase| !phrase.is_empty()).collect() }
    }

    /// What stands in the text, in its order; at one place the longest, and a mark before a word.
    pub(super) fn find(&self, text: &str) -> Vec<Finding> {
        let text = plain(text);
        let mut found: Vec<Finding> = Vec::new();
        for (n, (c, at)) in text.iter().enumerate() {
            let here = self.by_first.get(c).into_iter().flatten().filter(|pattern| pattern.stands_at(&text, n));
            let Some(best) = here.max_by_key(|pattern| (pattern.is_mark, pattern.parts.iter().map(Vec::len).sum::<usize>())) else {
                continue;
            };
            if self.is_harmless(&text, n) {
                continue;
            }
            found.push(Finding { word: best.word.clone(), is_mark: best.is_mark, at: *at });
            if found.len() == MOST {
                break;
            }
        }
        found
    }

    /// Whether what begins here is a piece of a phrase that is no cause for worry.
    fn is_harmless(&self, text: &[(char, usize)], at: usize) -> bool {
        self.harmless.iter().any(|phrase| (0..phrase.len()).any(|back| back <= at && begins(text, at - back, phrase)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::SecretWords;

    fn found(text: &str) -> Vec<(String, bool)> {
        SecretWords::default().find(text).into_iter().map(|one| (one.word, one.is_mark)).collect()
    }

    #[test]
    fn marks_as_classified_papers_bear_them() {
        for text in [
            "绝密★",
            "机密★1年",
            "秘密★10年",
            "机密☆启用前",
            "机 密 ★ 长 期",
            "　绝　密　★３０年",
            "机密*10年",
            "秘密＊长期",
            "密级：机密",
            "密级: 绝密",
            "密级\t秘密",
            "密级｜秘密",
            "机\u{200b}密⭐️20年",
        ] {
            assert!(found(text).iter().any(|(_, is_mark)| *is_mark), "{text}");
        }
    }

    #[test]
    fn words_that_have_to_be_confirmed() {
        for (text, word) in [
            ("请注明密级", "密级"),
            ("保密期限为十年", "保密期限"),
            ("内部资料，注意保存", "内部资料 注意保存"),
            ("内部文件 请勿外传", "请勿外传"),
            ("份号：000123", "份号"),
            ("解密时间：2030年", "解密时间"),
            ("属机密级文件", "机密级"),
            ("阅后销毁", "阅后销毁"),
            ("（此件发至县团级）", "此件发至"),
        ] {
            let found = found(text);
            assert!(found.iter().any(|(known, is_mark)| known == word && !is_mark), "{text}: {found:?}");
        }
    }

    #[test]
    fn what_is_said_every_day_is_not_stopped() {
        for text in [
            "以秘密投票方式选举",
            "保护商业秘密和个人隐私",
            "涉及商业机密的条款",
            "侵犯商业秘密★典型案例",
            "开展保密宣传教育",
            "请确认不涉及国家秘密",
            "核对身份号码和月份号段",
            "部份号召力强的企业",
            "联系机要科取件",
            "数据加密级别和加密件",
            "密件抄送王主任",
            "*秘密*武器",
            "秘密 * 说明",
            "公开★重点",
            "周密部署、紧密配合，密切跟踪",
            "解密港口发展之路",
            "邮件密级：公开",
            "提高机密性、完整性",
            "会议纪要 2026年第3号",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn places_are_those_of_the_text() {
        let found = SecretWords::default().find("一、 通 知\n机密★5年，份号 12");
        assert_eq!(found.iter().map(|one| one.at).collect::<Vec<_>>(), [7, 13]);
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in ".{0,80}") {
            let _ = found(&text);
        }

        #[test]
        fn a_mark_is_found_wherever_it_stands(before in "[一-龥a-z，。 ]{0,40}", after in "[一-龥，。 ]{0,40}") {
            let text = format!("{before}。绝密★{after}");
            prop_assert!(found(&text).iter().any(|(_, is_mark)| *is_mark));
        }
    }
}
