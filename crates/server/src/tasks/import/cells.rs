//! From what people write into the cells of a row to the parts of a task.

use super::title;
use crate::tasks::Importance;

/// A title and the whole text, of which nothing is lost.
pub(super) fn texts(title: &str, demand: &str) -> (String, String) {
    let head = title::cut(if title.is_empty() { demand } else { title });
    let demand = if demand.is_empty() || title.contains(demand) {
        title.to_owned()
    } else if title.is_empty() || demand.contains(title) || head == title {
        demand.to_owned()
    } else {
        format!("{title}\n{demand}")
    };
    (head, demand)
}

/// A demand with due words that were not understood: as somebody would write them below it, so in the language of the ledger.
pub(super) fn with_due(demand: &str, words: &str) -> String {
    format!("{demand}\n时限：{words}")
}

/// How important a task is by its row's word.
pub(super) fn importance(word: &str) -> Option<Importance> {
    let known = Importance::ALL.iter().find(|importance| importance.word() == word || importance.label() == word).copied();
    known.or(match word {
        "重点" | "较重要" => Some(Importance::Important),
        "特别重要" | "特别重大" => Some(Importance::Major),
        "普通" | "常规" => Some(Importance::Normal),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_row_is_lost() {
        assert_eq!(texts("修路", ""), ("修路".to_owned(), "修路".to_owned()));
        assert_eq!(texts("", "（一）修路。年内完成"), ("修路".to_owned(), "（一）修路。年内完成".to_owned()));
        assert_eq!(texts("修路", "征地、施工"), ("修路".to_owned(), "征地、施工".to_owned()));
        assert_eq!(texts("（一）修路", "征地"), ("修路".to_owned(), "（一）修路\n征地".to_owned()));
        assert_eq!(texts("修路", "修路"), ("修路".to_owned(), "修路".to_owned()));
    }
}
