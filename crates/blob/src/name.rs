//! File names from outside, made harmless, and the header that carries them back.

use std::fmt::Write;

use wording::Words;

/// Longest name in characters, extension included.
const MAX_CHARS: usize = 200;
/// A longer "extension" is not one but a name with a dot in it.
const MAX_EXTENSION_CHARS: usize = 20;
/// Stands for a name of which nothing is left, in the language of whoever brought it.
const NAMELESS: &str = "未命名";

/// The base name of a path given by a stranger, safe to show, to store and to save under on any system.
///
/// Directories (`/` and `\`), control characters, invisible and direction-changing characters are removed; characters Windows
/// forbids become `_`; dots and blanks at either end go, so the result is neither hidden nor `..`; a Windows device name gets a
/// `_` in front. At most 200 characters, keeping the extension; never empty. Chinese stays as it is. Idempotent.
#[must_use]
pub fn safe_name(name: &str) -> String {
    let base = name.rsplit(['/', '\\']).map(clean).find(|part| !part.is_empty()).unwrap_or_else(|| Words::from(NAMELESS).spoken());
    let named = if is_device_name(&base) { format!("_{base}") } else { base };
    shorten(&named)
}

/// The value of a `Content-Disposition` header (RFC 6266): a plain ASCII `filename` for old clients and, when the name needs
/// it, `filename*` in UTF-8 (RFC 5987). The name goes through [`safe_name`]; the value is printable ASCII, so it always is a
/// valid header.
///
/// Whether `inline` may be asked for is the caller's decision: see [`crate::is_inline_safe`].
#[must_use]
pub fn content_disposition(name: &str, inline: bool) -> String {
    let kind = if inline { "inline" } else { "attachment" };
    let name = safe_name(name);
    // A percent sign would be decoded by some clients, a quote or a backslash would end the quoted string.
    let is_plain = |c: char| (c.is_ascii_graphic() || c == ' ') && !matches!(c, '"' | '\\' | '%');
    let plain: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    if plain == name {
        format!("{kind}; filename=\"{plain}\"")
    } else {
        format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{}", percent_encoded(&name))
    }
}

fn clean(part: &str) -> String {
    let visible: String = part
        .chars()
        .filter(|&c| !c.is_control() && !is_invisible(c))
        .map(|c| if matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*') { '_' } else { c })
        .collect();
    trimmed(&visible).to_owned()
}

fn trimmed(name: &str) -> &str {
    name.trim_matches(|c: char| c == '.' || c.is_whitespace())
}

/// Characters that change the direction of what follows or have no shape of their own: `甲\u{202e}gpj.exe` would be shown as
/// a picture.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}')
}

fn is_device_name(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered =
        |prefix: &str| stem.strip_prefix(prefix).is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|b| matches!(b, b'1'..=b'9')));
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL") || numbered("COM") || numbered("LPT")
}

fn shorten(name: &str) -> String {
    if name.chars().count() <= MAX_CHARS {
        return name.to_owned();
    }
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if extension.chars().count() <= MAX_EXTENSION_CHARS => (stem, format!(".{extension}")),
        _ => (name, String::new()),
    };
    let room = MAX_CHARS - extension.chars().count();
    let stem: String = stem.chars().take(room).collect();
    format!("{}{extension}", trimmed(&stem))
}

/// RFC 5987 `value-chars`.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paths_become_base_names() {
        assert_eq!(safe_name("../../x"), "x");
        assert_eq!(safe_name("/etc/passwd"), "passwd");
        assert_eq!(safe_name(r"C:\Users\张三\重点任务 (1).xlsx"), "重点任务 (1).xlsx");
        assert_eq!(safe_name("目录/"), "目录");
        assert_eq!(safe_name("..\\..\\"), NAMELESS);
        for nothing in ["", ".", "..", "../..", " . ", "\u{202e}", "\0", "///"] {
            assert_eq!(safe_name(nothing), NAMELESS, "{nothing:?}");
        }
    }

    #[test]
    fn tricks_are_taken_out() {
        assert_eq!(safe_name("甲\u{202e}gpj.exe"), "甲gpj.exe");
        assert_eq!(safe_name("a\r\nSet-Cookie: x.txt"), "aSet-Cookie_ x.txt");
        assert_eq!(safe_name("a.txt:hidden"), "a.txt_hidden");
        assert_eq!(safe_name(".htaccess"), "htaccess");
        assert_eq!(safe_name("名单.xlsx. . "), "名单.xlsx");
        assert_eq!(safe_name("con.txt"), "_con.txt");
        assert_eq!(safe_name("lpt1"), "_lpt1");
        assert_eq!(safe_name("console.txt"), "console.txt");
        assert_eq!(safe_name("com10.txt"), "com10.txt");
    }

    #[test]
    fn chinese_and_rare_characters_stay() {
        for name in ["关于印发《2026年重点工作》的通知（印发稿）.docx", "𠮷野家.pdf", "附件１：任务清单.xlsx", "〔2026〕3号.ofd"]
        {
            assert_eq!(safe_name(name), name);
        }
    }

    #[test]
    fn long_names_keep_their_extension() {
        let long = safe_name(&format!("{}.docx", "长".repeat(500)));
        assert_eq!(long.chars().count(), MAX_CHARS);
        assert!(long.ends_with("长.docx"));
        assert_eq!(safe_name(&format!("a.{}", "b".repeat(500))).chars().count(), MAX_CHARS);
    }

    #[test]
    fn headers() {
        assert_eq!(content_disposition("report.pdf", true), "inline; filename=\"report.pdf\"");
        assert_eq!(content_disposition("清单.xlsx", false), "attachment; filename=\"__.xlsx\"; filename*=UTF-8''%E6%B8%85%E5%8D%95.xlsx");
        assert_eq!(content_disposition("100%'s.txt", false), "attachment; filename=\"100_'s.txt\"; filename*=UTF-8''100%25%27s.txt");
    }

    proptest! {
        #[test]
        fn always_a_plain_file_name(name in "(.|[\\x00-\\x1f]|[/\\\\.:\u{202e} ]){0,300}") {
            let safe = safe_name(&name);
            prop_assert!(!safe.is_empty() && safe.chars().count() <= MAX_CHARS);
            let has_trick = safe.contains(['/', '\\', '\0', '\r', '\n', '\u{202e}']);
            prop_assert!(!has_trick);
            prop_assert!(!safe.starts_with('.') && !safe.ends_with('.'));
            prop_assert_eq!(safe_name(&safe), safe);
        }

        #[test]
        fn always_a_valid_header(name in "(.|[\\x00-\\x1f\"\\\\%]){0,300}", inline: bool) {
            let header = content_disposition(&name, inline);
            prop_assert!(header.bytes().all(|b| (b' '..=b'~').contains(&b)));
            prop_assert_eq!(header.matches('"').count(), 2);
        }
    }
}
