//! From the text of a task to a title: without enumerators, at most eighty characters, cut where the text itself pauses.

/// Characters of a title.
const MOST: usize = 80;
/// A clause shorter than this says too little to be a title.
const LEAST: usize = 10;
/// A sentence shorter than this is no title: “修路。” is one, “一。” is not.
const SHORTEST_SENTENCE: usize = 2;
/// A chapter's heading that runs into its clause (“三、放得更活（十一）…”) is at most so long.
const LONGEST_CHAPTER: usize = 60;

const NUMERALS: &str = "〇零一二三四五六七八九十百";
const SENTENCE_ENDS: &str = "。！？；!?;\n";
const CLAUSE_ENDS: &str = "，：,:";
const PAUSES: &str = "、 ";
/// Words that only lead on to what was cut off.
const LEADING_ON: [&str; 4] = ["，其中", "，同时", "，特别是", "，包括"];

/// The title of a task with this text; empty when the text is blank.
pub(super) fn cut(text: &str) -> String {
    let chars = plain(text);
    let rest = without_enumerators(&chars);
    // Nothing but an enumerator is still better than nothing.
    let rest = if rest.is_empty() { chars.as_slice() } else { rest };
    let end = end_of_title(rest, true).or_else(|| end_of_title(rest, false));
    let (end, ellipsis) = match end {
        Some(end) => (end, ""),
        None if rest.len() <= MOST => (rest.len(), ""),
        None => (MOST - 1, "…"),
    };
    let title: String = rest.iter().take(end).map(|c| if *c == '\n' { ' ' } else { *c }).collect();
    let title = without_marks(title.trim());
    let title = LEADING_ON.iter().find_map(|word| title.strip_suffix(word)).map_or(title, without_marks);
    format!("{title}{ellipsis}")
}

fn without_marks(title: &str) -> &str {
    title.trim_end_matches(|c| "。，；：、！,;:".contains(c))
}

/// Blanks in a row become one, blank lines go.
fn plain(text: &str) -> Vec<char> {
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n").chars().collect()
}

/// Where the first sentence ends, or else the longest run of clauses that fits. `heeding`: not within brackets and quotes.
fn end_of_title(chars: &[char], heeding: bool) -> Option<usize> {
    let (mut depth, mut clause, mut pause) = (0_usize, None, None);
    for (index, c) in chars.iter().copied().enumerate().take(MOST + 1) {
        if "“‘（(《〈【「『[".contains(c) {
            depth += 1;
        } else if "”’）)》〉】」』]".contains(c) {
            depth = depth.saturating_sub(1);
        }
        if heeding && depth > 0 {
            continue;
        }
        if SENTENCE_ENDS.contains(c) && index >= SHORTEST_SENTENCE {
            return Some(index);
        }
        if CLAUSE_ENDS.contains(c) {
            clause = Some(index);
        } else if PAUSES.contains(c) {
            pause = Some(index);
        }
    }
    if chars.len() <= MOST {
        return None;
    }
    clause.filter(|end| *end >= LEAST).or_else(|| pause.filter(|end| *end >= LEAST))
}

fn without_enumerators(chars: &[char]) -> &[char] {
    let mut rest = trimmed(chars);
    while let Some(mark) = enumerator(rest) {
        rest = rest.get(mark.length..).unwrap_or_default();
        if mark.chapter {
            rest = rest.get(clause_within(rest).unwrap_or(0)..).unwrap_or_default();
        }
        rest = trimmed(rest);
    }
    rest
}

fn trimmed(chars: &[char]) -> &[char] {
    let blanks = chars.iter().take_while(|c| c.is_whitespace() || "：:、，。．".contains(**c)).count();
    chars.get(blanks..).unwrap_or_default()
}

struct Mark {
    length: usize,
    /// “三、”, above “（三）” and “3.”.
    chapter: bool,
}

/// The enumerator a text begins with: “（四）”, “(4)”, “四、”, “4．”, “4.”, “4、”, “4）”, “④”.
fn enumerator(chars: &[char]) -> Option<Mark> {
    let first = *chars.first()?;
    let mark = |length, chapter| Some(Mark { length, chapter });
    if ('①'..='⑳').contains(&first) {
        return mark(1, false);
    }
    if "（(".contains(first) {
        let number = chars.iter().skip(1).take_while(|c| is_digit(**c) || NUMERALS.contains(**c)).count();
        return if (1..=4).contains(&number) && chars.get(number + 1).is_some_and(|c| "）)".contains(*c)) {
            mark(number + 2, false)
        } else {
            None
        };
    }
    let chinese = chars.iter().take_while(|c| NUMERALS.contains(**c)).count();
    if (1..=4).contains(&chinese) && chars.get(chinese) == Some(&'、') {
        return mark(chinese + 1, true);
    }
    let digits = chars.iter().take_while(|c| is_digit(**c)).count();
    if !(1..=3).contains(&digits) {
        return None;
    }
    let after = chars.get(digits + 1..).unwrap_or_default();
    match chars.get(digits)? {
        '．' | '、' | '）' | ')' => mark(digits + 1, false),
        // “2.5亿元” is a number, “1.2021年底前” is not.
        '.' if !after.first().is_some_and(|c| is_digit(*c)) || begins_with_year(after) => mark(digits + 1, false),
        _ => None,
    }
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || ('０'..='９').contains(&c)
}

fn begins_with_year(chars: &[char]) -> bool {
    chars.iter().take(4).filter(|c| is_digit(**c)).count() == 4 && chars.get(4) == Some(&'年')
}

/// Where the first “（十一）” stands after a chapter's heading that runs into its clause.
fn clause_within(chars: &[char]) -> Option<usize> {
    let heading = chars.iter().take(LONGEST_CHAPTER).take_while(|c| !SENTENCE_ENDS.contains(**c)).count();
    (0..heading).find(|start| {
        let rest = chars.get(*start..).unwrap_or_default();
        rest.first() == Some(&'（') && rest.get(1).is_some_and(|c| NUMERALS.contains(*c)) && enumerator(rest).is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_the_first_sentence_without_its_number() {
        for (text, title) in [
            ("（四）大力发展职业赛事。着力发展足球、篮球。", "大力发展职业赛事"),
            ("4．优化外国人来华工作许可，指导地方试点", "优化外国人来华工作许可，指导地方试点"),
            ("10.简化进出区管理。允许对境内入区的", "简化进出区管理"),
            ("1．2021年6月底前修改完善《企业注销指引》", "2021年6月底前修改完善《企业注销指引》"),
            ("1.2021年底前完成", "2021年底前完成"),
            ("2.5亿元专项资金拨付到位", "2.5亿元专项资金拨付到位"),
            ("三、管要管出公平、管出质量（十一）提高监管执法规范性和透明度", "提高监管执法规范性和透明度"),
            ("三、强化组织领导", "强化组织领导"),
            ("实行分类改革，其中：取消审批", "实行分类改革，其中：取消审批"),
            ("（1）①  完成   征拆", "完成 征拆"),
            ("修路\n一是征地\n二是施工", "修路"),
            ("建设示范路网\n一是征地", "建设示范路网"),
            ("（四）", "（四）"),
            ("  \n ", ""),
        ] {
            assert_eq!(cut(text), title, "{text}");
        }
    }

    #[test]
    fn a_long_sentence_is_cut_at_a_clause_outside_quotes() {
        let text = format!("推进{}，落实“{}，{}”要求。完", "甲".repeat(40), "乙".repeat(10), "丙".repeat(60));
        assert_eq!(cut(&text), format!("推进{}", "甲".repeat(40)));
        let listed = format!("{}、{}、{}", "甲".repeat(30), "乙".repeat(30), "丙".repeat(30));
        assert_eq!(cut(&listed), format!("{}、{}", "甲".repeat(30), "乙".repeat(30)));
        let onward = format!("对{}实行分类改革，其中，{}", "甲".repeat(40), "乙".repeat(40));
        assert_eq!(cut(&onward), format!("对{}实行分类改革", "甲".repeat(40)));
        let open = format!("落实“{}，{}", "甲".repeat(40), "乙".repeat(60));
        assert_eq!(cut(&open), format!("落实“{}", "甲".repeat(40)));
        let solid = cut(&"甲".repeat(200));
        assert_eq!((solid.chars().count(), solid.ends_with('…')), (80, true));
    }

    #[test]
    fn any_text_gives_a_title_that_fits() {
        for text in ["（（（", "”””。", "1.", "1.。。。", "、、、", "一、", "（十一）（十二）", &"（一）".repeat(100), &"“".repeat(300)]
        {
            assert!(cut(text).chars().count() <= MOST, "{text}");
        }
    }
}
