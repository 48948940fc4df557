//! Unit names as people write them into a cell: “体育总局、民政部等负责” → 体育总局, 民政部.

/// What a cell says that says nothing.
const NOTHING: [&str; 10] = ["", "无", "暂无", "不涉及", "-", "--", "—", "——", "/", "\\"];

/// What the name of a unit may be followed by; the longer ones first.
const ROLES: [&str; 16] = [
    "按职责分工负责",
    "按职责分工",
    "按职责负责",
    "分工负责",
    "分别负责",
    "共同负责",
    "牵头负责",
    "具体负责",
    "负责",
    "共同牵头",
    "牵头",
    "配合",
    "（牵头）",
    "（配合）",
    "（负责）",
    "等",
];

/// What stands between two names.
const SEPARATORS: &str = "、,;/|\t ";

/// Whether a cell says nothing.
pub(super) fn says_nothing(text: &str) -> bool {
    NOTHING.contains(&text.trim())
}

/// The names in a cell, cleaned, each once, in their order.
pub(super) fn split(cell: &str) -> Vec<String> {
    let mut chars: Vec<char> = cell.chars().map(plain).collect();
    chars.dedup_by(|a, b| *a == ' ' && *b == ' ');
    let latin = |index: usize| chars.get(index).is_some_and(char::is_ascii_alphanumeric);
    let mut parts = vec![String::new()];
    let mut depth = 0_usize;
    for (index, c) in chars.iter().copied().enumerate() {
        match c {
            '（' => depth += 1,
            '）' => depth = depth.saturating_sub(1),
            _ => {}
        }
        // Words of a Latin name stay together; Chinese names with a blank between them are two.
        let within = c == ' ' && index > 0 && latin(index - 1) && latin(index + 1);
        if c == '\n' || (depth == 0 && !within && SEPARATORS.contains(c)) {
            parts.push(String::new());
        } else if let (true, Some(part)) = (c != ' ' || within, parts.last_mut()) {
            part.push(c);
        }
    }
    let mut names: Vec<String> = Vec::new();
    for name in parts.iter().map(|part| cleaned(part)) {
        if !says_nothing(&name) && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Full-width letters, digits and separators become plain ones; brackets become full-width, as in most names.
fn plain(c: char) -> char {
    match c {
        '(' | '（' => '（',
        ')' | '）' => '）',
        '，' | '､' => ',',
        '\r' => '\n',
        '\u{3000}' | '\u{a0}' => ' ',
        '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        c => c,
    }
}

fn cleaned(part: &str) -> String {
    let mut name = part.trim_matches(|c: char| c.is_whitespace() || "。.：:".contains(c));
    while let Some(rest) = ROLES.iter().find_map(|role| name.strip_suffix(role)) {
        name = rest.trim_end();
    }
    name.to_owned()
}

/// The same name with plain brackets, where it has any.
pub(super) fn with_plain_brackets(name: &str) -> Option<String> {
    name.contains(['（', '）']).then(|| name.replace('（', "(").replace('）', ")"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_split_and_cleaned() {
        let cases: [(&str, &[&str]); 14] = [
            ("体育总局、民政部、人力资源社会保障部", &["体育总局", "民政部", "人力资源社会保障部"]),
            ("各地区、各部门负责", &["各地区", "各部门"]),
            ("国务院相关部门及相关地区按职责分工负责", &["国务院相关部门及相关地区"]),
            ("人民银行等国务院相关部门及相关地区", &["人民银行等国务院相关部门及相关地区"]),
            ("农业农村部、财政部等负责", &["农业农村部", "财政部"]),
            ("市发改委（牵头）；市财政局，市科技局", &["市发改委", "市财政局", "市科技局"]),
            ("经发局\n住建局\r\n环境局", &["经发局", "住建局", "环境局"]),
            ("经发局　住建局 环境局", &["经发局", "住建局", "环境局"]),
            ("ＡＢＣ　Holdings Ltd／住建局", &["ABC Holdings Ltd", "住建局"]),
            ("应急局(安委办、消防)、公安局", &["应急局（安委办、消防）", "公安局"]),
            ("体育总局、体育总局负责", &["体育总局"]),
            ("等", &[]),
            ("/", &[]),
            (" 、，、 ", &[]),
        ];
        for (cell, names) in cases {
            assert_eq!(split(cell), names, "{cell}");
        }
    }

    #[test]
    fn a_bracket_that_never_closes_loses_nothing() {
        assert_eq!(split("应急局（安委办、公安局"), ["应急局（安委办、公安局"]);
        assert_eq!(split("应急局）、公安局"), ["应急局）", "公安局"]);
    }
}
