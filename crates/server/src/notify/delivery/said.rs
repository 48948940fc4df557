//! The words in which something leaves.

use wording::say;

use super::store::PartRow;

/// The longest that several are listed one by one.
const LISTED: usize = 5;

/// Of what a delivery brings that which it says word by word; the others are only counted, and nobody who answers it means them.
pub(super) fn shown(parts: &[PartRow]) -> &[PartRow] {
    parts.get(..LISTED).unwrap_or(parts)
}

/// What a delivery says: title, text and the path to what it is about. Messages leave in Chinese: who will read them, in which
/// language, is not known here.
pub(super) fn said(parts: &[PartRow]) -> (String, String, Option<String>) {
    match parts {
        [] => (String::new(), String::new(), None),
        [one] => (one.title.zh(), one.text.zh(), one.task_id.map(|id| format!("/tasks/{id}"))),
        many => {
            let n = many.len();
            let lines = shown(many).iter().zip(1..).map(|(part, n)| format!("{n}.{}", part.text.zh()));
            let listed = lines.collect::<String>();
            let text = if n > shown(many).len() {
                say!("您有 {n} 项提醒：{listed}其余请登录系统查看。")
            } else {
                say!("您有 {n} 项提醒：{listed}")
            };
            (say!("{n} 项提醒").zh(), text.zh(), Some("/inbox".to_owned()))
        }
    }
}

/// The text with how it can be answered behind it, as a sentence of its own.
pub(super) fn with_hint(mut text: String, parts: &[PartRow]) -> String {
    let hint = hint(parts);
    if !hint.is_empty() && !text.is_empty() && !text.ends_with(ENDS) {
        text.push('。');
    }
    text + &hint
}

/// What a sentence ends with.
const ENDS: [char; 9] = ['。', '！', '？', '；', '…', '）', '!', '?', '.'];

/// How it can be answered, where it can: whoever is asked to take note, and whoever owes words.
fn hint(parts: &[PartRow]) -> String {
    let parts = shown(parts);
    let owes = parts.iter().any(|part| part.urge_id.is_some());
    let asks = parts.iter().any(|part| part.occurrence_id.is_some());
    match (owes, asks) {
        (true, true) => say!("收到请回复1，答复请回复“回”加内容。").zh(),
        (true, false) => say!("答复请回复“回”加内容。").zh(),
        (false, true) => say!("收到请回复1。").zh(),
        (false, false) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use kit::uuid::Uuid;
    use wording::Words;

    use super::*;
    use crate::notify::{delivery::model::DeliveryId, model::MessageId};

    #[test]
    fn how_to_answer_is_a_sentence_of_its_own() {
        let (title, text) = (Words::raw("督办"), Words::raw("抓紧"));
        let id = DeliveryId(Uuid::from_u128(1));
        let message_id = MessageId(id.0);
        let part =
            PartRow { delivery_id: id, message_id, title, text, task_id: None, occurrence_id: None, urge_id: Some(id.0), over: false };
        let said = |text: &str, parts: &[PartRow]| with_hint(text.to_owned(), parts);
        assert_eq!(said("抓紧", std::slice::from_ref(&part)), "抓紧。答复请回复“回”加内容。");
        assert_eq!(said("请于今天回复。", std::slice::from_ref(&part)), "请于今天回复。答复请回复“回”加内容。");
        assert_eq!(said("抓紧", &[PartRow { urge_id: None, ..part }]), "抓紧");
    }
}
