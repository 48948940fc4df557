//! Names of persons that do not exist, each once.

use std::collections::HashSet;

use super::dice::Dice;

/// Surnames, about as frequent as in life: (names of that frequency, weight of each).
const SURNAMES: [(&[&str], u64); 3] = [
    (&["王", "李", "张", "刘", "陈"], 6),
    (&["杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "林", "郭", "何", "高", "罗"], 2),
    (
        &[
            "郑", "梁", "谢", "宋", "唐", "许", "邓", "冯", "韩", "曹", "曾", "彭", "萧", "蔡", "潘", "田", "董", "袁", "于", "余", "叶",
            "蒋", "杜", "苏", "魏", "程", "吕", "丁", "沈", "任", "姚", "卢", "傅", "钟", "姜", "崔", "谭", "廖", "范", "汪", "陆", "金",
            "石", "戴", "贾", "韦", "夏", "邱", "方", "侯", "邹", "熊", "孟", "秦", "白", "江", "阎", "薛", "尹", "段", "雷", "黎", "史",
            "陶", "贺", "顾", "毛", "郝", "龚", "邵", "万", "钱", "严", "覃", "武", "欧阳", "司徒", "上官",
        ],
        1,
    ),
];

const FIRST: &[&str] = &[
    "建", "志", "文", "海", "晓", "国", "明", "永", "春", "秀", "丽", "雅", "思", "雨", "子", "嘉", "俊", "梓", "泽", "宇", "欣", "佳",
    "景", "静", "慧", "振", "立", "世", "德", "少", "家", "伟", "云", "若", "书", "亦", "可", "庆", "宏", "启", "承", "乐", "清", "君",
    "卫", "兰", "玉", "凤",
];

const SECOND: &[&str] = &[
    "华", "军", "平", "强", "伟", "敏", "芳", "娟", "涛", "超", "杰", "磊", "洋", "勇", "艳", "霞", "玲", "燕", "辉", "鹏", "飞", "峰",
    "波", "斌", "宁", "琳", "婷", "怡", "轩", "然", "涵", "彤", "菲", "楠", "航", "川", "霖", "岩", "松", "林", "英", "梅", "萍", "红",
    "彬", "洁", "瑜", "琪", "源", "晨",
];

const SINGLE: &[&str] =
    &["涛", "敏", "磊", "静", "婷", "超", "颖", "倩", "博", "凯", "琳", "宁", "帆", "欣", "蕾", "岩", "昊", "璐", "晖", "莹", "睿", "萌"];

/// So many different names.
pub(super) fn names(dice: &Dice, count: usize) -> Vec<String> {
    let mut taken = HashSet::new();
    let mut out = Vec::with_capacity(count);
    // The combinations are some hundred thousand; a name that is taken is thrown again.
    while out.len() < count {
        let name = name(dice);
        if taken.insert(name.clone()) {
            out.push(name);
        }
    }
    out
}

fn name(dice: &Dice) -> String {
    let groups = SURNAMES.map(|(names, weight)| (names, weight * names.len() as u64));
    let surname = dice.word(dice.weighted(&groups, &[]));
    if dice.percent(18) {
        return format!("{surname}{}", dice.word(SINGLE));
    }
    loop {
        let (first, second) = (dice.word(FIRST), dice.word(SECOND));
        if first != second {
            return format!("{surname}{first}{second}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_differ_and_are_plausible() {
        let found = names(&Dice::seeded(7), 400);
        assert_eq!(found.iter().collect::<HashSet<_>>().len(), 400);
        assert!(found.iter().all(|name| (2..=4).contains(&name.chars().count())));
        assert_eq!(found, names(&Dice::seeded(7), 400));
        let common = found.iter().filter(|name| ["王", "李", "张", "刘", "陈"].iter().any(|surname| name.starts_with(surname))).count();
        assert!((60..170).contains(&common), "{common}");
    }
}
