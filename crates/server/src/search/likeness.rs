//! How alike two askings are: the share of their pairs of characters that stand in both (Sørensen–Dice), of the titles alone or of
//! title and demand together, whichever is greater. Whoever doubts it can count the pairs that are named.

use std::collections::BTreeSet;

use super::words::{self, folded};

/// At most so many runs of shared words are named.
const MOST_RUNS: usize = 12;

/// The pairs and words of a text. The single character that ends a run is left out: it says nothing of likeness.
fn pairs(text: &str) -> BTreeSet<String> {
    words::of_text(text).into_iter().filter(|word| word.chars().nth(1).is_some()).collect()
}

/// What is asked for, ready to be compared.
#[derive(Clone, Debug)]
pub(super) struct Words {
    title: BTreeSet<String>,
    all: BTreeSet<String>,
    text: Vec<char>,
}

/// How alike two are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Likeness {
    /// In whole percent.
    pub(super) percent: i64,
    /// Pairs that stand in both, in the one and in the other.
    pub(super) shared: usize,
    pub(super) here: usize,
    pub(super) there: usize,
    /// It is the titles that are so alike.
    pub(super) of_titles: bool,
}

impl Words {
    pub(super) fn of(title: &str, demand: &str) -> Self {
        let title_pairs = pairs(title);
        let mut all = pairs(demand);
        all.extend(title_pairs.iter().cloned());
        Self { title: title_pairs, all, text: folded(&format!("{title}\n{demand}")) }
    }

    /// Those by which what is alike is looked for in the index: of the title, and as many of the demand, evenly taken.
    pub(super) fn telling(&self, most: usize) -> Vec<String> {
        let rest: Vec<&String> = self.all.difference(&self.title).collect();
        let evenly = |all: &[&String], n: usize| -> Vec<String> {
            (0..n.min(all.len())).filter_map(|index| all.get(index * all.len() / n.min(all.len()))).map(|word| (*word).clone()).collect()
        };
        let titles: Vec<&String> = self.title.iter().collect();
        let half = if rest.is_empty() { most } else { most.saturating_sub(rest.len().min(most / 3)) };
        let mut words = evenly(&titles, half);
        let left = most.saturating_sub(words.len());
        words.extend(evenly(&rest, left));
        words
    }

    pub(super) fn likeness(&self, other: &Self) -> Likeness {
        let of = |a: &BTreeSet<String>, b: &BTreeSet<String>, of_titles: bool| {
            let (shared, here, there) = (a.intersection(b).count(), a.len(), b.len());
            let whole = i64::try_from(here + there).unwrap_or(i64::MAX).max(1);
            let percent = i64::try_from(shared).unwrap_or(0) * 200 / whole;
            Likeness { percent, shared, here, there, of_titles }
        };
        let (title, all) = (of(&self.title, &other.title, true), of(&self.all, &other.all, false));
        if title.percent >= all.percent { title } else { all }
    }

    /// What stands in both, in the order of this text: pairs that overlap as the words they make up.
    pub(super) fn shared_runs(&self, other: &Self) -> Vec<String> {
        let both = |word: &[char]| other.all.contains(&word.iter().collect::<String>());
        let mut found: Vec<String> = Vec::new();
        for run in words::runs(&self.text) {
            if !run.first().copied().is_some_and(words::is_written_without_spaces) {
                found.extend((run.len() > 1 && both(run)).then(|| run.iter().collect::<String>()));
                continue;
            }
            // Where the pair across two shared ones is not shared itself, they are two words.
            let pairs: Vec<(usize, bool)> = run.windows(2).map(both).enumerate().collect();
            for shared in pairs.chunk_by(|a, b| a.1 && b.1) {
                if let [(first, true), ..] = shared {
                    found.push(run.iter().skip(*first).take(shared.len() + 1).collect());
                }
            }
        }
        let mut seen = BTreeSet::new();
        found.retain(|words| seen.insert(words.clone()));
        found.truncate(MOST_RUNS);
        found
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn percent(a: (&str, &str), b: (&str, &str)) -> i64 {
        Words::of(a.0, a.1).likeness(&Words::of(b.0, b.1)).percent
    }

    #[test]
    fn what_asks_for_the_same_is_alike_and_what_does_not_is_not() {
        let asked = ("报送优化营商环境工作进展情况", "");
        assert_eq!(percent(asked, asked), 100);
        assert!(percent(asked, ("上报优化营商环境工作情况", "")) >= 60);
        assert!(percent(asked, ("报送安全生产检查情况", "")) < 40);
        assert_eq!(percent(asked, ("修复滨海大道路面", "")), 0);
    }

    #[test]
    fn a_title_of_its_own_does_not_hide_the_same_demand() {
        let demand = "请于月底前统计辖区内重点项目开工数量、完成投资和存在的问题，填写附表后报送。";
        let likeness = Words::of("项目统计", demand).likeness(&Words::of("填报附表", demand));
        assert!(likeness.percent > 85 && !likeness.of_titles, "{likeness:?}");
    }

    #[test]
    fn what_is_shared_is_named_as_words() {
        let (here, there) = (Words::of("报送优化营商环境情况", "见5G文件"), Words::of("优化营商环境的情况", "5G基站"));
        assert_eq!(here.shared_runs(&there), ["优化营商环境", "情况", "5g"]);
        let likeness = here.likeness(&there);
        assert_eq!((likeness.shared, likeness.here, likeness.there, likeness.of_titles), (6, 9, 8, true));
        assert_eq!(likeness.percent, 2 * 6 * 100 / 17);
    }

    #[test]
    fn a_long_demand_is_looked_for_by_some_of_its_words() {
        let demand: String = ('一'..='龥').take(3000).collect();
        let telling = Words::of("报送情况", &demand).telling(24);
        assert_eq!(telling.len(), 24);
        assert!(telling.contains(&"报送".to_owned()));
        assert!(Words::of("", "").telling(24).is_empty());
    }

    proptest! {
        #[test]
        fn it_is_the_same_both_ways_and_within_bounds(a in "[一-龥a-z0-9，]{0,40}", b in "[一-龥a-z0-9，]{0,40}") {
            let (a, b) = (Words::of(&a, ""), Words::of(&b, ""));
            let (there, back) = (a.likeness(&b), b.likeness(&a));
            prop_assert_eq!(there.percent, back.percent);
            prop_assert!((0..=100).contains(&there.percent));
            prop_assert!(a.shared_runs(&b).len() <= MOST_RUNS);
            prop_assert!(a.telling(10).len() <= 10);
        }
    }
}
