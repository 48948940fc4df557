//! Words for the index. Chinese is written without spaces, and a dictionary's idea of where words end differs between a text
//! and a question; so it is taken in pairs of neighbouring characters (ADR 0016). Latin letters and digits are words as they stand.

use db::Term;

/// Longer ones are cut, in the index as in a question.
const LONGEST: usize = 40;
/// A question has no more of them; those beyond are ignored.
const MOST: usize = 12;

/// The same character for everything that is the same to a reader: full-width as half-width, capital as small. One character for
/// one, so that places in the folded text are places in the text.
pub(super) fn fold(c: char) -> char {
    let narrow = match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    };
    let mut small = narrow.to_lowercase();
    match (small.next(), small.next()) {
        (Some(one), None) => one,
        _ => narrow,
    }
}

/// [`fold`] for a text.
pub(super) fn folded(text: &str) -> Vec<char> {
    text.chars().map(fold).collect()
}

/// Whether it is written without spaces between words.
pub(super) fn is_written_without_spaces(c: char) -> bool {
    c >= '\u{2e80}'
}

/// The runs of a folded text: letters and digits of one kind.
pub(super) fn runs(text: &[char]) -> impl Iterator<Item = &[char]> {
    text.chunk_by(|a, b| a.is_alphanumeric() && b.is_alphanumeric() && is_written_without_spaces(*a) == is_written_without_spaces(*b))
        .filter(|run| run.first().is_some_and(|c| c.is_alphanumeric()))
}

/// The words by which a text is found, each once.
pub(super) fn of_text(text: &str) -> Vec<String> {
    let text = folded(text);
    let mut words: Vec<String> = Vec::new();
    for run in runs(&text) {
        if run.first().copied().is_some_and(is_written_without_spaces) {
            words.extend(run.windows(2).map(|pair| pair.iter().collect::<String>()));
            // A single character is found as the beginning of a pair; the last one begins none.
            words.extend(run.last().map(ToString::to_string));
        } else {
            words.push(run.iter().take(LONGEST).collect());
        }
    }
    words.sort_unstable();
    words.dedup();
    words
}

/// One thing that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    /// Has to stand in the text like this.
    pub(super) needle: Vec<char>,
    /// Finds it in the index.
    pub(super) terms: Vec<Term>,
}

fn terms(run: &[char]) -> Vec<Term> {
    if !run.first().copied().is_some_and(is_written_without_spaces) {
        return vec![Term::Prefix(run.iter().take(LONGEST).collect())];
    }
    match run {
        [one] => vec![Term::Prefix(one.to_string())],
        _ => run.windows(2).map(|pair| Term::Whole(pair.iter().collect())).collect(),
    }
}

/// What finds a needle. A single character is the beginning of very many pairs: beside anything else it is left to the comparison
/// with the text.
fn of_needle(needle: &[char]) -> Vec<Term> {
    let is_single = |run: &&[char]| matches!(run, [one] if is_written_without_spaces(*one));
    let telling: Vec<Term> = runs(needle).filter(|run| !is_single(run)).flat_map(terms).collect();
    if telling.is_empty() { runs(needle).flat_map(terms).collect() } else { telling }
}

/// Understands a question: every word of it has to be there, and what stands in quotation marks has to stand there like that. A
/// word is what stands between spaces and marks: `第1号` is one, although the index knows it as three.
pub(super) fn of_question(question: &str) -> Vec<Asked> {
    let mut asked: Vec<Asked> = Vec::new();
    let mut ask = |needle: &[char]| asked.push(Asked { terms: of_needle(needle), needle: needle.to_vec() });
    for (index, part) in question.split(['"', '“', '”', '＂']).enumerate() {
        let folded = folded(part);
        if index % 2 == 1 {
            ask(&folded.iter().collect::<String>().trim().chars().collect::<Vec<char>>());
        } else {
            folded.split(|c| !c.is_alphanumeric()).filter(|word| !word.is_empty()).for_each(&mut ask);
        }
    }
    asked.retain(|one| !one.terms.is_empty());
    asked.truncate(MOST);
    asked
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(question: &str, text: &str) -> bool {
        let words = of_text(text);
        let has = |term: &Term| match term {
            Term::Whole(word) => words.contains(word),
            Term::Prefix(word) => words.iter().any(|known| known.starts_with(word.as_str())),
        };
        let asked = of_question(question);
        !asked.is_empty() && asked.iter().all(|one| one.terms.iter().all(has))
    }

    #[test]
    fn pairs_and_words() {
        assert_eq!(of_text("督办5G基站"), ["5g", "办", "基站", "督办", "站"]);
        assert_eq!(of_text("ＭＳＱ—2026"), ["2026", "msq"]);
        assert_eq!(of_text("，。 "), Vec::<String>::new());
    }

    #[test]
    fn questions() {
        let needles = |question: &str| -> Vec<String> { of_question(question).iter().map(|one| one.needle.iter().collect()).collect() };
        assert_eq!(needles("港口 建设，Q1"), ["港口", "建设", "q1"]);
        assert_eq!(needles("“港口 建设” 进度"), ["港口 建设", "进度"]);
        assert_eq!(needles("\"a b"), ["a b"]);
        assert_eq!(needles("第1号 MSQ-2026"), ["第1号", "msq", "2026"]);
        assert_eq!(needles(" ，“”"), Vec::<String>::new());
    }

    #[test]
    fn single_characters_and_beginnings() {
        for (question, text) in [("港", "海港"), ("港", "港口"), ("ms", "MSQ-1"), ("2026", "2026年"), ("年", "2026年")] {
            assert!(found(question, text), "{question} in {text}");
        }
        assert!(!found("港口", "海港 口岸"));
    }

    proptest! {
        #[test]
        fn any_part_is_found(text in "[一-龥]{4,30}", from in 0usize..3, length in 1usize..8) {
            let part: String = text.chars().skip(from).take(length).collect();
            prop_assert!(found(&part, &text), "{} in {}", part, text);
        }

        #[test]
        fn nothing_makes_it_panic(text in ".{0,60}") {
            let _ = (of_text(&text), of_question(&text));
        }
    }
}
