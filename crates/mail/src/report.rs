//! Reports of delivery: RFC 3464. Which message they are about stands in a part of its own, or in what they say they answer.

use gateway::{Fate, Receipt, SendError};
use mail_parser::{HeaderValue, Message, MessageParser, MessagePart, MimeHeaders as _, PartType};

/// What a report says of the message whose name ends in our `domain`.
pub(crate) fn read(raw: &[u8], domain: &str) -> Option<Receipt> {
    let message = MessageParser::default().parse(raw)?;
    // Lists and rules of mailboxes hand a report on inside another message.
    let attached = message.parts.iter().filter_map(MessagePart::message);
    std::iter::once(&message).chain(attached).find_map(|report| told(report, domain))
}

fn told(report: &Message<'_>, domain: &str) -> Option<Receipt> {
    let status = report.parts.iter().find(|part| is(part, "message", "delivery-status"))?;
    let status = String::from_utf8_lossy(status.contents()).replace("\r\n", "\n");
    // The first group is about the report; we write to one only, so the next is about the receiver.
    let group = status.split("\n\n").find(|group| field(group, "Final-Recipient").is_some())?.to_owned();
    let own_id = names(report).iter().find_map(|id| Some(id.trim().strip_suffix(domain)?.strip_suffix('@')?.to_owned()))?;

    let get = |name| field(&group, name).unwrap_or_default();
    let after = |text: String| text.split_once(';').map_or(text.clone(), |(_, rest)| rest.trim().to_owned());
    let first = |text: &str| text.split_whitespace().next().unwrap_or_default().to_owned();
    // Some servers say more behind it in brackets, and some have words of their own.
    let fate = match first(&get("Action")).to_lowercase().as_str() {
        "failed" | "failure" | "error" => {
            let words = field(&group, "Diagnostic-Code").map_or_else(|| get("Status"), after);
            Fate::Failed { code: SendError::shorten(&first(&get("Status"))), text: SendError::shorten(&words) }
        }
        "delivered" => Fate::Delivered,
        // It is tried again, or has gone where nothing is told.
        "delayed" | "relayed" | "expanded" => Fate::Pending,
        _ => return None,
    };
    let to = after(field(&group, "Original-Recipient").unwrap_or_else(|| get("Final-Recipient"))).trim_matches(['<', '>']).to_owned();
    let at = report.date().and_then(|date| date.to_timestamp().checked_mul(1000));
    Some(Receipt { provider_id: None, own_id: Some(own_id), to, fate, at })
}

/// By which names the message may be called: its own in what comes back of it, or the one that the report answers.
fn names(report: &Message<'_>) -> Vec<String> {
    let returned = report.parts.iter().filter_map(|part| match &part.body {
        PartType::Message(message) => message.message_id().map(str::to_owned),
        // Some servers have it under `message`.
        _ if ["text", "message"].iter().any(|kind| is(part, kind, "rfc822-headers")) => {
            MessageParser::default().parse_headers(part.contents())?.message_id().map(str::to_owned)
        }
        _ => None,
    });
    let answered = [report.in_reply_to(), report.references()].into_iter().flat_map(|value| match value {
        HeaderValue::Text(id) => vec![id.to_string()],
        HeaderValue::TextList(ids) => ids.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    });
    returned.chain(answered).collect()
}

fn is(part: &MessagePart<'_>, kind: &str, sub: &str) -> bool {
    let same = |is: &str, wanted: &str| is.eq_ignore_ascii_case(wanted);
    part.content_type().is_some_and(|is| same(is.ctype(), kind) && is.subtype().is_some_and(|is| same(is, sub)))
}

/// A field of a group, unfolded.
fn field(group: &str, name: &str) -> Option<String> {
    let mut found: Option<String> = None;
    for line in group.lines() {
        match &mut found {
            Some(value) if line.starts_with([' ', '\t']) => {
                value.push(' ');
                value.push_str(line.trim());
            }
            Some(_) => break,
            None => {
                let value = line.split_once(':').filter(|(known, _)| known.trim().eq_ignore_ascii_case(name));
                found = value.map(|(_, value)| value.trim().to_owned());
            }
        }
    }
    found.filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Postfix writes one, with the headers of ours only.
    const POSTFIX: &str = "Return-Path: <>\r\nDate: Mon, 5 Jan 2026 09:00:05 +0800 (CST)\r\nFrom: MAILER-DAEMON@mx.example.org (Mail Delivery System)\r\n\
Subject: Undelivered Mail Returned to Sender\r\nTo: office@example.gov.cn\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n\
Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"B1\"\r\n\r\nThis is a MIME-encapsulated message.\r\n\r\n\
--B1\r\nContent-Description: Notification\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nI'm sorry to have to inform you.\r\n\r\n\
--B1\r\nContent-Description: Delivery report\r\nContent-Type: message/delivery-status\r\n\r\n\
Reporting-MTA: dns; mx.example.org\r\nX-Postfix-Queue-ID: 4ZpX1d0Yz8z9s\r\nArrival-Date: Mon, 5 Jan 2026 09:00:00 +0800 (CST)\r\n\r\n\
Final-Recipient: rfc822; nobody@example.org\r\nOriginal-Recipient: rfc822;nobody@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n\
Diagnostic-Code: smtp; 550 5.1.1 <nobody@example.org>: Recipient address\r\n    rejected: User unknown\r\n\r\n\
--B1\r\nContent-Description: Undelivered Message Headers\r\nContent-Type: text/rfc822-headers\r\n\r\n\
Message-ID: <0190-own@example.gov.cn>\r\nFrom: office@example.gov.cn\r\nSubject: =?utf-8?b?5LqL6aG5?=\r\n\r\n--B1--\r\n";

    #[test]
    fn a_message_that_came_back_is_known_by_its_name() {
        let receipt = read(POSTFIX.as_bytes(), "example.gov.cn").unwrap();
        let text = "550 5.1.1 <nobody@example.org>: Recipient address rejected: User unknown".to_owned();
        assert_eq!(receipt.fate, Fate::Failed { code: "5.1.1".to_owned(), text });
        assert_eq!(
            (receipt.own_id.as_deref(), receipt.to.as_str(), receipt.at),
            (Some("0190-own"), "nobody@example.org", Some(1_767_574_805_000))
        );
    }

    #[test]
    fn the_whole_message_or_an_answer_to_it_name_it_as_well() {
        let whole = POSTFIX.replace("text/rfc822-headers", "message/rfc822").replace("Action: failed", "Action: delayed");
        let receipt = read(whole.as_bytes(), "example.gov.cn").unwrap();
        assert_eq!((receipt.own_id.as_deref(), receipt.fate), (Some("0190-own"), Fate::Pending));
        let answered = POSTFIX
            .replace("Message-ID: <0190-own@example.gov.cn>\r\n", "")
            .replace("Return-Path: <>", "In-Reply-To: <0190-own@example.gov.cn>");
        let answered = answered.replace("Action: failed", "Action: delivered");
        let receipt = read(answered.as_bytes(), "example.gov.cn").unwrap();
        assert_eq!((receipt.own_id.as_deref(), receipt.fate), (Some("0190-own"), Fate::Delivered));
    }

    #[test]
    fn what_is_about_nothing_of_ours_is_no_report() {
        assert_eq!(read(POSTFIX.as_bytes(), "elsewhere.example"), None);
        assert_eq!(read(POSTFIX.replace("message/delivery-status", "text/plain").as_bytes(), "example.gov.cn"), None);
        assert_eq!(read(POSTFIX.replace("Action: failed", "Action: thought").as_bytes(), "example.gov.cn"), None);
        for length in 0..POSTFIX.len() {
            let _ = read(&POSTFIX.as_bytes()[..length], "example.gov.cn");
        }
        assert_eq!(read(b"", "example.gov.cn"), None);
    }
}
