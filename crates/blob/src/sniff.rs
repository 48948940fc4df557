//! What a file is, told from its first bytes.
//!
//! Content wins over the name. The name only chooses between types that look alike from outside (a `.doc` and a `.xls` are the
//! same container, a `.csv` is a text) and can only take trust away: a text called `a.html` is HTML, whatever it holds.

use std::borrow::Cow;

const OCTETS: &str = "application/octet-stream";
const TEXT: &str = "text/plain";
const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const PPTX: &str = "application/vnd.openxmlformats-officedocument.presentationml.presentation";

/// Types a browser may show in the page's own origin. Everything else is a download.
const INLINE_SAFE: [&str; 6] = ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", TEXT];

/// Types known by their first bytes, checked before anything is taken for a text.
const SIGNATURES: [(&[u8], &str); 8] = [
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"{\\rtf", "application/rtf"),
    (b"%!PS", "application/postscript"),
    (b"#!", "text/x-shellscript"),
];

/// The media type of a file from its first bytes (8 KiB are enough) and, where bytes cannot tell, its name.
///
/// Never fails: what is not recognised is `application/octet-stream`. Markup and scripts keep their own type, which
/// [`is_inline_safe`] refuses.
#[must_use]
pub fn sniff(head: &[u8], name: &str) -> &'static str {
    let extension = extension(name);
    if let Some((_, found)) = SIGNATURES.iter().find(|(signature, _)| head.starts_with(signature)) {
        return found;
    }
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        return "image/webp";
    }
    if head.starts_with(b"PK\x03\x04") {
        return zip_type(head, &extension);
    }
    if head.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return compound_type(&extension);
    }
    if let Some(text) = as_text(head) {
        return text_type(&text, &extension);
    }
    match infer::get(head).map(|found| found.mime_type()) {
        // Signatures of two or three bytes are too weak for a type that would be shown inline.
        Some(found) if !is_inline_safe(found) => found,
        _ => OCTETS,
    }
}

/// Whether a browser may show this type inline: PNG, JPEG, GIF, WebP, PDF and plain text. Parameters (`; charset=…`) and case
/// do not matter. The answer is for responses that also say `X-Content-Type-Options: nosniff`.
#[must_use]
pub fn is_inline_safe(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    INLINE_SAFE.iter().any(|safe| safe.eq_ignore_ascii_case(essence))
}

fn extension(name: &str) -> String {
    name.rsplit_once('.').map(|(_, extension)| extension.trim().to_ascii_lowercase()).unwrap_or_default()
}

/// Office documents are zip containers whose members tell which. When the telling member lies behind the head, the name
/// chooses among the Office types.
fn zip_type(head: &[u8], extension: &str) -> &'static str {
    let names: Vec<Cow<'_, str>> = member_names(head).collect();
    let Some(first) = names.first() else { return "application/zip" };
    if first == "mimetype" {
        return open_document_type(head);
    }
    if names.iter().any(|name| name == "OFD.xml") {
        return "application/ofd";
    }
    let office_roots = ["[Content_Types].xml", "_rels/", "docProps/", "customXml/", "word/", "xl/", "ppt/"];
    if !office_roots.iter().any(|root| first.starts_with(root)) {
        return "application/zip";
    }
    let has_folder = |folder: &str| names.iter().any(|name| name.starts_with(folder));
    match extension {
        "docm" => return "application/vnd.ms-word.document.macroenabled.12",
        "xlsm" => return "application/vnd.ms-excel.sheet.macroenabled.12",
        "xlsb" => return "application/vnd.ms-excel.sheet.binary.macroenabled.12",
        "pptm" => return "application/vnd.ms-powerpoint.presentation.macroenabled.12",
        _ => {}
    }
    if has_folder("word/") {
        DOCX
    } else if has_folder("xl/") {
        XLSX
    } else if has_folder("ppt/") {
        PPTX
    } else {
        match extension {
            "docx" => DOCX,
            "xlsx" => XLSX,
            "pptx" => PPTX,
            _ => "application/zip",
        }
    }
}

/// Names in the local headers the head shows. Headers are searched for, not walked: writers that stream leave the sizes out.
fn member_names(head: &[u8]) -> impl Iterator<Item = Cow<'_, str>> {
    head.windows(4).enumerate().filter(|(_, window)| window == b"PK\x03\x04").filter_map(|(start, _)| {
        let header = head.get(start..)?;
        let length = usize::from(u16::from_le_bytes([*header.get(26)?, *header.get(27)?]));
        Some(String::from_utf8_lossy(header.get(30..30 + length)?))
    })
}

/// OpenDocument and EPUB store their media type uncompressed in the first member.
fn open_document_type(head: &[u8]) -> &'static str {
    let known = [
        "application/vnd.oasis.opendocument.text",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.presentation",
        "application/epub+zip",
    ];
    let start: &[u8] = head.get(30..256.min(head.len())).unwrap_or_default();
    let holds = |text: &str| start.windows(text.len()).any(|window| window == text.as_bytes());
    known.into_iter().find(|text| holds(text)).unwrap_or("application/zip")
}

/// Office documents of before 2007 and WPS's own are one container; only the name tells them apart.
fn compound_type(extension: &str) -> &'static str {
    match extension {
        "doc" | "dot" | "wps" | "wpt" => "application/msword",
        "xls" | "xlt" | "et" | "ett" => "application/vnd.ms-excel",
        "ppt" | "pps" | "dps" | "dpt" => "application/vnd.ms-powerpoint",
        "msg" => "application/vnd.ms-outlook",
        _ => "application/x-ole-storage",
    }
}

/// The head as text when it is one: UTF-8, UTF-16 with a byte order mark, or GB 18030, without control characters. An empty head
/// is an empty text. A character cut by the end of the head does not matter.
fn as_text(head: &[u8]) -> Option<Cow<'_, str>> {
    let text = match encoding_rs::Encoding::for_bom(head) {
        Some((encoding, bom_length)) => {
            let (text, _) = encoding.decode_without_bom_handling(head.get(bom_length..)?);
            text
        }
        None => decode_unmarked(head)?,
    };
    let is_binary = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\x0c' | '\x1b');
    (!text.contains(is_binary)).then_some(text)
}

fn decode_unmarked(head: &[u8]) -> Option<Cow<'_, str>> {
    match std::str::from_utf8(head) {
        Ok(text) => return Some(Cow::Borrowed(text)),
        Err(cut) if cut.error_len().is_none() => {
            return std::str::from_utf8(head.get(..cut.valid_up_to())?).ok().map(Cow::Borrowed);
        }
        Err(_) => {}
    }
    let mut decoder = encoding_rs::GB18030.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(decoder.max_utf8_buffer_length_without_replacement(head.len())?);
    let (result, _) = decoder.decode_to_string_without_replacement(head, &mut text, false);
    matches!(result, encoding_rs::DecoderResult::InputEmpty).then_some(Cow::Owned(text))
}

fn text_type(text: &str, extension: &str) -> &'static str {
    let start = text.trim_start();
    if start.starts_with('<') {
        return markup_type(start);
    }
    match extension {
        "html" | "htm" | "shtml" | "hta" => "text/html",
        "xhtml" | "xht" => "application/xhtml+xml",
        "svg" => "image/svg+xml",
        "xml" | "xsl" | "xslt" | "rdf" => "application/xml",
        "js" | "mjs" | "cjs" | "jse" => "text/javascript",
        "css" => "text/css",
        "mht" | "mhtml" => "multipart/related",
        "sh" | "bash" | "bat" | "cmd" | "ps1" | "vbs" | "vbe" | "wsf" | "reg" | "py" | "php" | "jsp" | "asp" | "aspx" | "pl" => OCTETS,
        "csv" => "text/csv",
        "tsv" => "text/tab-separated-values",
        "json" => "application/json",
        "eml" => "message/rfc822",
        "ics" => "text/calendar",
        "vcf" => "text/vcard",
        "txt" | "text" | "log" | "md" => TEXT,
        _ if text.is_empty() => OCTETS,
        _ => TEXT,
    }
}

/// A text that begins with `<`. Whatever is not plainly something else counts as HTML, the type that is trusted least.
fn markup_type(start: &str) -> &'static str {
    let opening: String = start.chars().take(1024).collect::<String>().to_ascii_lowercase();
    if opening.contains("<svg") {
        "image/svg+xml"
    } else if opening.starts_with("<?xml") && !opening.contains("<html") {
        "application/xml"
    } else {
        "text/html"
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn member(name: &str, data: &str) -> Vec<u8> {
        let mut bytes = b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec();
        bytes.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        bytes.extend([0, 0]);
        bytes.extend(name.bytes());
        bytes.extend(data.bytes());
        bytes
    }

    fn zip(names: &[&str]) -> Vec<u8> {
        names.iter().flat_map(|name| member(name, "data")).collect()
    }

    #[test]
    fn content_wins_over_the_name() {
        assert_eq!(sniff(b"\x89PNG\r\n\x1a\nrest", "a.exe"), "image/png");
        assert_eq!(sniff(b"\xff\xd8\xff\xe0rest", "a.pdf"), "image/jpeg");
        assert_eq!(sniff(b"%PDF-1.7\n%\xe2\xe3", "a.txt"), "application/pdf");
        assert_eq!(sniff(b"RIFF\0\0\0\0WEBPVP8 ", "a"), "image/webp");
        assert_eq!(sniff(b"GIF89a\x01\0", ""), "image/gif");
        assert_eq!(sniff(b"MZ\x90\0\x03\0\0\0", "a.png"), "application/vnd.microsoft.portable-executable");
        assert_eq!(sniff(&[b"\x7fELF\x02\x01\x01".as_slice(), &[0; 64]].concat(), "a.txt"), "application/x-executable");
        assert_eq!(sniff(b"\0\x01\x02\x03", "a.png"), OCTETS);
    }

    #[test]
    fn office_documents() {
        assert_eq!(sniff(&zip(&["[Content_Types].xml", "_rels/.rels", "word/document.xml"]), "x"), DOCX);
        assert_eq!(sniff(&zip(&["xl/workbook.xml", "[Content_Types].xml"]), "a.docx"), XLSX);
        assert_eq!(sniff(&zip(&["_rels/.rels", "ppt/presentation.xml"]), "x"), PPTX);
        assert_eq!(sniff(&zip(&["[Content_Types].xml"]), "报表.XLSX"), XLSX);
        assert_eq!(sniff(&zip(&["[Content_Types].xml"]), "报表.png"), "application/zip");
        assert_eq!(sniff(&zip(&["readme.txt", "word/document.xml"]), "a.docx"), "application/zip");
        assert_eq!(sniff(&zip(&["OFD.xml", "Doc_0/Document.xml"]), "公文.ofd"), "application/ofd");
        let ods = member("mimetype", "application/vnd.oasis.opendocument.spreadsheet");
        assert_eq!(sniff(&ods, "a.zip"), "application/vnd.oasis.opendocument.spreadsheet");
        let old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest";
        assert_eq!(sniff(old, "旧表.xls"), "application/vnd.ms-excel");
        assert_eq!(sniff(old, "通知.wps"), "application/msword");
        assert_eq!(sniff(old, "a.png"), "application/x-ole-storage");
    }

    #[test]
    fn texts_in_every_encoding() {
        assert_eq!(sniff("关于督促的通知".as_bytes(), "a.png"), TEXT);
        let (gbk, _, _) = encoding_rs::GB18030.encode("关于督促的通知");
        assert_eq!(sniff(&gbk, "通知.txt"), TEXT);
        assert_eq!(sniff(b"\xff\xfea\0,\0b\0", "x.csv"), "text/csv");
        assert_eq!(sniff(&"汉".as_bytes()[..2], "cut.txt"), TEXT);
        assert_eq!(sniff(b"GIFT list", "a.gif"), TEXT);
        assert_eq!(sniff(b"", "a.docx"), OCTETS);
        assert_eq!(sniff(b"", "a.txt"), TEXT);
        assert_eq!(sniff(b"{\"a\":1}", "a.json"), "application/json");
    }

    #[test]
    fn markup_and_scripts_are_never_inline() {
        let heads: [&[u8]; 9] = [
            b"<html><script>alert(1)</script>",
            b"\xef\xbb\xbf \n<!DOCTYPE html>",
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
            b"<?xml version='1.0'?><svg/>",
            b"<?xml version='1.0'?><a/>",
            b"<!-- a comment first --><img src=x onerror=alert(1)>",
            b"\xff\xfe<\0h\0t\0m\0l\0>\0",
            b"#!/bin/sh\nrm -rf /",
            b"<?php echo 1;",
        ];
        for head in heads {
            for name in ["a.png", "a.txt", "a", "a.pdf"] {
                let found = sniff(head, name);
                assert!(!is_inline_safe(found), "{found} {name} {:?}", String::from_utf8_lossy(head));
            }
        }
        for name in ["a.html", "a.HTM", "a.svg", "a.xml", "a.js", "a.mjs", "a.hta", "a.vbs", "a.mht", "a.xhtml"] {
            assert!(!is_inline_safe(sniff(b"alert(1)", name)), "{name}");
        }
    }

    #[test]
    fn the_inline_list() {
        for safe in ["image/png", "IMAGE/JPEG", "image/gif", "image/webp", "application/pdf", "text/plain; charset=utf-8"] {
            assert!(is_inline_safe(safe), "{safe}");
        }
        for unsafe_type in ["text/html", "image/svg+xml", "application/xml", "text/javascript", "", "text/csv", "image/bmp"] {
            assert!(!is_inline_safe(unsafe_type), "{unsafe_type}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(head in proptest::collection::vec(any::<u8>(), 0..600), name in ".{0,20}") {
            let _ = sniff(&head, &name);
            for start in [&b"PK\x03\x04"[..], b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"RIFF", b"\xff\xfe", b"\0asm", b"OTTO", b"ID3"] {
                let _ = sniff(&[start, &head].concat(), &name);
            }
        }

        #[test]
        fn what_begins_like_markup_is_never_inline(tail in ".{0,200}", name in ".{0,20}") {
            let text = format!(" <{tail}");
            prop_assert!(!is_inline_safe(sniff(text.as_bytes(), &name)));
        }
    }
}
