//! Which cases are asked, how often, and which of them are done already. Pure.

use std::collections::HashSet;

use crate::eval::case::Case;

/// What was asked for; nothing set means everything once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Ids that contain this.
    pub filter: Option<String>,
    /// With at least one of these tags.
    pub tags: Vec<String>,
    /// Only these ids: those that failed in an earlier run.
    pub only: Option<HashSet<String>>,
    /// The part `index` (from 1) of `of` parts.
    pub shard: Option<Shard>,
    /// Also drafts that no person has looked at.
    pub unreviewed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    pub index: u64,
    pub of: u64,
}

impl std::str::FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').and_then(|(index, of)| Some((index.parse().ok()?, of.parse().ok()?)));
        match parts {
            Some((index, of)) if index >= 1 && index <= of => Ok(Self { index, of }),
            _ => Err("expected i/n with 1 ≤ i ≤ n, for example 1/4".to_owned()),
        }
    }
}

impl Choice {
    /// Whether a case is asked. A shard holds the same cases whatever order the files are in.
    #[must_use]
    pub fn takes(&self, case: &Case) -> bool {
        (self.unreviewed || !case.unreviewed)
            && self.filter.as_ref().is_none_or(|filter| case.id.contains(filter.as_str()))
            && (self.tags.is_empty() || self.tags.iter().any(|tag| case.is_tagged(tag)))
            && self.only.as_ref().is_none_or(|only| only.contains(&case.id))
            && self.shard.is_none_or(|shard| spread(&case.id) % shard.of == shard.index - 1)
    }
}

/// FNV-1a: a number for an id, evenly spread and the same for ever.
fn spread(id: &str) -> u64 {
    id.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The attempts to make, case by case, without those that are done.
#[must_use]
pub fn attempts<'a>(cases: &[&'a Case], repeat: u32, done: &HashSet<(String, u32)>) -> Vec<(&'a Case, u32)> {
    let all = cases.iter().flat_map(|case| (1..=repeat).map(|attempt| (*case, attempt)));
    if done.is_empty() {
        return all.collect();
    }
    all.filter(|(case, attempt)| !done.contains(&(case.id.clone(), *attempt))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(id: &str, tags: &str) -> Case {
        let text =
            format!(r#"{{"id":"{id}","language":"en","turns":["x"],"expect":{{"decision":"offer"}},"tags":{tags}}}"#);
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn a_choice_narrows() {
        let one = case("en-returns", r#"["plain"]"#);
        let takes = |choice: Choice| choice.takes(&one);
        assert!(takes(Choice::default()));
        assert!(takes(Choice { filter: Some("ret".to_owned()), ..Choice::default() }));
        assert!(!takes(Choice { filter: Some("zh-".to_owned()), ..Choice::default() }));
        assert!(takes(Choice { tags: vec!["x".to_owned(), "plain".to_owned()], ..Choice::default() }));
        assert!(!takes(Choice { tags: vec!["x".to_owned()], ..Choice::default() }));
        assert!(!takes(Choice { only: Some(HashSet::new()), ..Choice::default() }));
        let draft = Case { unreviewed: true, ..one.clone() };
        assert!(!Choice::default().takes(&draft) && Choice { unreviewed: true, ..Choice::default() }.takes(&draft));
    }

    #[test]
    fn shards_are_disjoint_complete_and_even() {
        let cases: Vec<Case> = (0..300).map(|at| case(&format!("en-{at}"), "[]")).collect();
        let sizes: Vec<usize> = (1..=3)
            .map(|index| {
                let choice = Choice { shard: Some(Shard { index, of: 3 }), ..Choice::default() };
                cases.iter().filter(|case| choice.takes(case)).count()
            })
            .collect();
        assert_eq!(sizes.iter().sum::<usize>(), 300);
        assert!(sizes.iter().all(|size| (70..=130).contains(size)), "{sizes:?}");
        assert_eq!("2/4".parse(), Ok(Shard { index: 2, of: 4 }));
        for bad in ["0/4", "5/4", "x", "1"] {
            assert!(bad.parse::<Shard>().is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_done_is_not_asked_again() {
        let (one, two) = (case("a", "[]"), case("b", "[]"));
        let done = HashSet::from([("a".to_owned(), 2)]);
        let left: Vec<(&str, u32)> =
            attempts(&[&one, &two], 2, &done).into_iter().map(|(case, attempt)| (case.id.as_str(), attempt)).collect();
        assert_eq!(left, [("a", 1), ("b", 1), ("b", 2)]);
    }
}
