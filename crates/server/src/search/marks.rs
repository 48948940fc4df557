//! Where the words stand: a text in fragments, of which some are what was asked for. No markup, so nothing to be escaped.

use serde::Serialize;
use utoipa::ToSchema;

use super::words::{Asked, folded, is_written_without_spaces};

/// Characters of an excerpt, and how many of them stand before the first word found.
const EXCERPT: usize = 96;
const BEFORE: usize = 20;

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Fragment {
    /// As it is written.
    text: String,
    /// It is what was asked for.
    hit: bool,
}

/// Where a needle that begins here ends. `5G基站` is found where somebody wrote `5G 基站`: a space between letters and
/// characters is a matter of style.
fn end_of(text: &[char], from: usize, needle: &[char]) -> Option<usize> {
    let mut at = from;
    for (index, wanted) in needle.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| needle.get(index));
        let kinds_change = before.is_some_and(|before| is_written_without_spaces(*before) != is_written_without_spaces(*wanted));
        if kinds_change && text.get(at) == Some(&' ') && *wanted != ' ' {
            at += 1;
        }
        if text.get(at) != Some(wanted) {
            return None;
        }
        at += 1;
    }
    (at > from).then_some(at)
}

/// Where a needle stands, from a place on: its beginning and its end.
fn find(text: &[char], from: usize, needle: &[char]) -> Option<(usize, usize)> {
    (from..text.len()).find_map(|start| Some((start, end_of(text, start, needle)?)))
}

/// Whether everything that is asked for stands in one of the texts.
pub(super) fn holds(asked: &[Asked], texts: &[&str]) -> bool {
    let texts: Vec<Vec<char>> = texts.iter().map(|text| folded(text)).collect();
    asked.iter().all(|one| texts.iter().any(|text| find(text, 0, &one.needle).is_some()))
}

/// The whole text with what was asked for marked.
pub(super) fn marked(asked: &[Asked], text: &str) -> Vec<Fragment> {
    let (chars, folded): (Vec<char>, Vec<char>) = (text.chars().collect(), folded(text));
    let mut hits = vec![false; chars.len()];
    for one in asked {
        let mut from = 0;
        while let Some((start, end)) = find(&folded, from, &one.needle) {
            hits.iter_mut().take(end).skip(start).for_each(|hit| *hit = true);
            from = end;
        }
    }
    let mut fragments: Vec<Fragment> = Vec::new();
    for (c, hit) in chars.into_iter().zip(hits) {
        match fragments.last_mut() {
            Some(last) if last.hit == hit => last.text.push(c),
            _ => fragments.push(Fragment { text: c.to_string(), hit }),
        }
    }
    fragments
}

/// A line of a long text around the first thing that was asked for, its beginning where there is none.
pub(super) fn excerpt(asked: &[Asked], text: &str) -> Vec<Fragment> {
    let folded = folded(text);
    let first = asked.iter().filter_map(|one| find(&folded, 0, &one.needle)).map(|(start, _)| start).min().unwrap_or(0);
    let from = first.saturating_sub(BEFORE);
    let line = |c: char| if c.is_whitespace() { ' ' } else { c };
    let cut: String = text.chars().skip(from).take(EXCERPT).map(line).collect();
    let cut = if from > 0 { format!("…{}", cut.trim_start()) } else { cut };
    let cut = if folded.len() > from + EXCERPT { format!("{}…", cut.trim_end()) } else { cut };
    marked(asked, &cut)
}

#[cfg(test)]
mod tests {
    use super::{super::words::of_question, *};

    fn shown(fragments: &[Fragment]) -> String {
        fragments.iter().map(|one| if one.hit { format!("[{}]", one.text) } else { one.text.clone() }).collect()
    }

    #[test]
    fn marks() {
        let marks = |question: &str, text: &str| shown(&marked(&of_question(question), text));
        assert_eq!(marks("港口 建设", "推进港口码头建设和港口绿化"), "推进[港口]码头[建设]和[港口]绿化");
        assert_eq!(marks("msq", "ＭＳＱ-2026"), "[ＭＳＱ]-2026");
        assert_eq!(marks("<b>", "a<b>c"), "a<[b]>c");
        assert_eq!(marks("5g基站", "建 5G 基站，５Ｇ基站"), "建 [5G 基站]，[５Ｇ基站]");
        assert_eq!(marks("第1号", "第11号 第1号"), "第11号 [第1号]");
        assert_eq!(marks("口码 港口", "港口码头"), "[港口码]头");
        assert_eq!(marks("没有", "港口"), "港口");
        assert_eq!(marks("港口", ""), "");
    }

    #[test]
    fn excerpts() {
        let text = format!("{}港口\n码头{}", "前".repeat(50), "后".repeat(200));
        let cut = shown(&excerpt(&of_question("港口"), &text));
        assert!(cut.starts_with("…前前") && cut.contains("[港口] 码头后") && cut.ends_with("后…"), "{cut}");
        assert_eq!(shown(&excerpt(&of_question("港口"), "短")), "短");
        assert_eq!(shown(&excerpt(&of_question("甲"), "乙甲")), "乙[甲]");
    }

    #[test]
    fn all_of_it_has_to_be_there() {
        let asked = of_question("港口 “a b”");
        assert!(holds(&asked, &["港口", "x A B y"]));
        assert!(!holds(&asked, &["港口", "a  c b"]));
    }
}
