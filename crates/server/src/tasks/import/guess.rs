//! Headings: how columns are told apart, and which is what, from the words people use.

use super::model::Mapping;

/// Characters of a heading.
const MAX_HEADING: usize = 60;

/// The fields of a mapping that are columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Lead,
    Co,
    Due,
    Group,
    Clause,
    Importance,
    SourceKind,
    Title,
    Demand,
}

/// What each field's column is called, the likelier names first. A column serves one field; fields that come first choose
/// first.
const HEADINGS: [(Field, &[&str]); 9] = [
    (Field::Lead, &["牵头单位", "牵头部门", "主办单位", "主责单位", "主办部门", "牵头责任单位", "责任单位", "承办单位"]),
    (Field::Co, &["配合单位", "协办单位", "配合部门", "协办部门", "协同单位", "参与单位", "责任部门", "责任单位"]),
    (
        Field::Due,
        &[
            "完成时限",
            "办结时限",
            "时限表述",
            "办理时限",
            "时限要求",
            "完成时间",
            "办结时间",
            "截止时间",
            "截止日期",
            "完成期限",
            "到期日",
            "时限",
        ],
    ),
    (Field::Group, &["来源文件", "文件名称", "文件依据", "文件", "文号", "依据"]),
    (Field::Clause, &["条款", "章节", "所属章节", "任务类别", "类别"]),
    (Field::Importance, &["重要程度", "重要性"]),
    (Field::SourceKind, &["任务来源", "来源类型", "任务类型"]),
    (
        Field::Title,
        &[
            "任务名称",
            "事项名称",
            "任务标题",
            "标题",
            "重点任务",
            "工作任务",
            "任务事项",
            "工作事项",
            "任务",
            "事项",
            "任务内容",
            "工作内容",
            "主要内容",
            "内容",
        ],
    ),
    (
        Field::Demand,
        &["任务要求", "工作要求", "具体要求", "目标要求", "任务目标", "任务内容", "具体内容", "工作内容", "主要内容", "具体措施"],
    ),
];

/// The mapping that the headings suggest.
pub(super) fn mapping(columns: &[String]) -> Mapping {
    let mut mapping = Mapping::default();
    for (field, column) in recognise(columns) {
        let column = Some(column.to_owned());
        match field {
            Field::Lead => mapping.lead = column,
            Field::Co => mapping.co = column,
            Field::Due => mapping.due = column,
            Field::Group => mapping.group = column,
            Field::Clause => mapping.clause = column,
            Field::Importance => mapping.importance = column,
            Field::SourceKind => mapping.source_kind_column = column,
            Field::Title => mapping.title = column,
            Field::Demand => mapping.demand = column,
        }
    }
    if mapping.title.is_none() {
        mapping.title = mapping.demand.take();
    }
    mapping.first_co_as_lead = mapping.lead.is_none() && mapping.co.is_some();
    mapping
}

/// How many of these look like headings of a ledger.
pub(super) fn likeness(columns: &[String]) -> usize {
    recognise(columns).len()
}

fn recognise(columns: &[String]) -> Vec<(Field, &str)> {
    let plain: Vec<String> = columns.iter().map(|column| plain(column)).collect();
    let mut found: Vec<(Field, usize)> = Vec::new();
    // A heading that is the word comes before one that only contains it, whichever field asks.
    for exact in [true, false] {
        for (field, words) in HEADINGS {
            if found.iter().any(|(known, _)| *known == field) {
                continue;
            }
            let fits =
                |heading: &str, word: &str| if exact { heading == word } else { word.chars().count() >= 3 && heading.contains(word) };
            let column = words.iter().find_map(|word| {
                plain.iter().enumerate().find(|(index, heading)| fits(heading, word) && !found.iter().any(|(_, taken)| taken == index))
            });
            if let Some((index, _)) = column {
                found.push((field, index));
            }
        }
    }
    found.into_iter().filter_map(|(field, index)| Some((field, columns.get(index)?.as_str()))).collect()
}

/// A heading without blanks, remarks in brackets and marks: “完成时限（年月）” is 完成时限.
fn plain(heading: &str) -> String {
    let head = heading.split(['（', '(']).next().unwrap_or_default();
    head.chars().filter(|c| !c.is_whitespace() && !"：:*＊".contains(*c)).collect()
}

/// Headings without blanks, of bearable length, each different from the others.
pub(super) fn told_apart(columns: Vec<String>) -> Vec<String> {
    let mut known: Vec<String> = Vec::new();
    for (column, place) in columns.into_iter().zip(1..) {
        let text: String = column.split_whitespace().collect::<String>().chars().take(MAX_HEADING).collect();
        let text = if text.is_empty() { format!("第{place}列") } else { text };
        let mut name = text.clone();
        for n in 2.. {
            if !known.contains(&name) {
                break;
            }
            name = format!("{text}（{n}）");
        }
        known.push(name);
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(headings: &[&str]) -> Mapping {
        mapping(&headings.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn the_real_ledgers_headings_are_understood() {
        let mapping = guess(&["序号", "来源文件", "条款", "任务内容", "责任表述", "牵头单位", "配合单位", "时限表述"]);
        let expected = Mapping {
            title: Some("任务内容".into()),
            group: Some("来源文件".into()),
            clause: Some("条款".into()),
            lead: Some("牵头单位".into()),
            co: Some("配合单位".into()),
            due: Some("时限表述".into()),
            ..Mapping::default()
        };
        assert_eq!(mapping, expected);
    }

    #[test]
    fn headings_that_people_use() {
        let mapping = guess(&["工作任务*", "主要内容", "责任单位", "责任部门", "完成时限（月）", "任务来源", "重要程度", "文号"]);
        assert_eq!(mapping.title.as_deref(), Some("工作任务*"));
        assert_eq!(mapping.demand.as_deref(), Some("主要内容"));
        assert_eq!(mapping.lead.as_deref(), Some("责任单位"));
        assert_eq!(mapping.co.as_deref(), Some("责任部门"));
        assert_eq!(mapping.due.as_deref(), Some("完成时限（月）"));
        assert_eq!(mapping.source_kind_column.as_deref(), Some("任务来源"));
        assert_eq!(mapping.importance.as_deref(), Some("重要程度"));
        assert_eq!(mapping.group.as_deref(), Some("文号"));
        assert!(!mapping.first_co_as_lead);
    }

    #[test]
    fn one_column_never_serves_two_fields() {
        let mapping = guess(&["重点工作任务", "责任部门"]);
        assert_eq!((mapping.title.as_deref(), mapping.demand), (Some("重点工作任务"), None));
        assert_eq!((mapping.lead, mapping.co.as_deref(), mapping.first_co_as_lead), (None, Some("责任部门"), true));
        assert_eq!(guess(&["序号", "甲", "乙"]), Mapping::default());
    }
}
