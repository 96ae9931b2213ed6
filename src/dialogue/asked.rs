//! A question taken apart for finding its answer: which words count how much, what they may also be called, and what kind of
//! thing is wanted. Pure.

use std::collections::{HashMap, HashSet};

use crate::dialogue::gate::{self, telling};
use crate::dialogue::reading::{About, Bag, Key, Reading, key};
use crate::dialogue::verify::lexicon::LEXICON;
use crate::dialogue::wanted::{Wanted, asks_own, wanted, without_asking};
use crate::knowledge::retrieve::Ask;
use crate::text::identifiers::{Kind, identifiers};
use crate::text::language::is_han;
use crate::text::normalise::fold;
use crate::text::synonyms::{Side, named};
use crate::text::terms::terms;

/// Least weight of a word without a meaning of its own.
const COMMON: f32 = 0.3;
/// Weight of two Chinese characters that stand beside each other by chance: one ends a word, the other begins one.
const BORDER: f32 = 0.25;
/// Weight of a word of one Chinese character beside that of a pair.
const SINGLE: f32 = 0.5;
/// Weight of all that was said before beside that of the question.
const BEFORE: f32 = 0.6;
/// Weight of a word that is said in other words.
const OTHERWISE: f32 = 0.75;

/// A word of the question.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    pub key: Key,
    pub weight: f32,
    /// Groups of meaning that it belongs to.
    pub groups: Vec<u16>,
}

/// A question, read.
#[derive(Clone, Debug)]
pub struct Asked {
    pub words: Vec<Word>,
    pub total: f32,
    /// The three weightiest words.
    pub core: Vec<usize>,
    pub wanted: Wanted,
    /// Only the customer's account knows the answer.
    pub of_account: bool,
    /// All its terms, so that what it says itself is no answer.
    pub own: HashSet<Key>,
    /// Codes and names in it, folded and without joints: what does not name them is about something else.
    pub names: Vec<String>,
}

/// Reads what was asked of a search, with the rarity of its terms that the search gave.
#[must_use]
pub fn of(ask: &Ask, idf: &[(String, f32)]) -> Asked {
    let question = ask.lexical.first().map_or("", |(question, _)| question.as_str());
    read(question, &gate::asked(ask), idf)
}

/// Reads a question. `weights` are the terms that an answer has to be about (see `gate::asked`), `idf` their rarity.
#[must_use]
pub fn read(question: &str, weights: &HashMap<String, f32>, idf: &[(String, f32)]) -> Asked {
    let folded = fold(question);
    let own = terms(&folded);
    let telling_part = without_asking(&folded);
    let kept: HashSet<String> = terms(&telling_part).into_iter().collect();
    let mut groups: HashMap<&str, Vec<u16>> = HashMap::new();
    let expressions = named(&telling_part, &terms(&telling_part), Side::Question);
    for expression in &expressions {
        for term in &expression.terms {
            groups.entry(term).or_default().extend(expression.groups);
        }
    }
    let content: HashSet<String> = terms(&LEXICON.without_stop(&telling_part)).into_iter().collect();
    let mut words: Vec<Word> = Vec::new();
    // A word of one Chinese character stands in no pair of its own: it weighs as the rarest pair that it is part of.
    let mut single: HashMap<char, f32> = HashMap::new();
    for (term, rarity) in idf {
        let weight = weights.get(term).copied().unwrap_or(0.0) * rarity;
        let tells = telling(term);
        let asks = own.contains(term) && !kept.contains(term);
        let han = term.chars().all(is_han);
        if han {
            for sign in term.chars() {
                let most = single.entry(sign).or_default();
                *most = most.max(weight);
            }
        }
        if weight <= 0.0 || tells <= 0.0 || asks {
            continue;
        }
        let border = han && own.contains(term) && !content.contains(term) && !groups.contains_key(term.as_str());
        let weight = weight * tells.max(COMMON) * if border { BORDER } else { 1.0 };
        let groups = groups.get(term.as_str()).cloned().unwrap_or_default();
        words.push(Word { key: key(term), weight, groups });
    }
    for expression in &expressions {
        if let [term] = expression.terms.as_slice()
            && let (Some(sign), None) = (term.chars().next(), term.chars().nth(1))
            && let Some(weight) = single.get(&sign).filter(|_| is_han(sign))
        {
            words.push(Word { key: key(term), weight: weight * SINGLE, groups: expression.groups.to_vec() });
        }
    }
    fade(&mut words, &own.iter().map(|term| key(term)).collect());
    let total = words.iter().map(|word| word.weight).sum::<f32>().max(f32::EPSILON);
    let mut core: Vec<usize> = (0..words.len()).collect();
    core.sort_by(|a, b| words[*b].weight.total_cmp(&words[*a].weight));
    core.truncate(3);
    Asked {
        words,
        total,
        core,
        wanted: wanted(&folded),
        of_account: asks_own(&folded),
        own: own.iter().map(|term| key(term)).collect(),
        names: names(question),
    }
}

/// What was said before helps to understand a question and never outweighs it.
fn fade(words: &mut [Word], own: &HashSet<Key>) {
    let sum = |words: &[Word], of_question: bool| -> f32 {
        words.iter().filter(|word| own.contains(&word.key) == of_question).map(|word| word.weight).sum()
    };
    let (now, before) = (sum(words, true), sum(words, false));
    if now > 0.0 && before > now * BEFORE {
        for word in words.iter_mut().filter(|word| !own.contains(&word.key)) {
            word.weight *= now * BEFORE / before;
        }
    }
}

/// Codes; in English words with a capital inside a sentence; in Chinese words in Latin letters.
fn names(question: &str) -> Vec<String> {
    let codes = identifiers(question).into_iter().filter(|identifier| identifier.kind == Kind::Code);
    let mut names: Vec<String> = codes.map(|identifier| bare(&question[identifier.place])).collect();
    let chinese = question.contains(is_han);
    let mut opens = true;
    for word in question.split(|c: char| c.is_whitespace() || is_han(c) || matches!(c, '，' | '？' | '。' | '、')) {
        let letters = word.trim_matches(|c: char| !c.is_alphanumeric());
        let capital = letters.chars().next().is_some_and(char::is_uppercase);
        let latin = letters.chars().count() > 1 && letters.chars().all(|c| c.is_ascii_alphabetic());
        let shouted = letters.chars().count() > 5 && letters.chars().all(char::is_uppercase);
        if latin && !shouted && (chinese || capital && !opens) {
            names.push(bare(letters));
        }
        opens = !chinese && (word.is_empty() && opens || word.ends_with(['.', '?', '!', ':']));
    }
    names
}

/// How much (0–1) of each word of a question some text holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Found(Vec<f32>);

impl Found {
    /// What either holds.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(one, other)| one.max(*other)).collect())
    }
}

impl Asked {
    /// How much of each word a bag holds.
    #[must_use]
    pub fn find(&self, bag: &Bag) -> Found {
        let of = |word: &Word| match bag.says(word.key) {
            true => 1.0,
            false if bag.means(&word.groups) => OTHERWISE,
            false => 0.0,
        };
        Found(self.words.iter().map(of).collect())
    }

    /// Nothing.
    #[must_use]
    pub fn nothing(&self) -> Found {
        Found(vec![0.0; self.words.len()])
    }

    /// Share (0–1) of the question's weight that was found.
    #[must_use]
    pub fn share(&self, found: &Found) -> f32 {
        self.words.iter().zip(&found.0).map(|(word, found)| word.weight * found).sum::<f32>() / self.total
    }

    /// The same for the three weightiest words alone: they name what it is about.
    #[must_use]
    pub fn core(&self, found: &Found) -> f32 {
        let core = || self.core.iter().map(|at| (self.words[*at].weight, found.0[*at]));
        let all: f32 = core().map(|(weight, _)| weight).sum();
        if all <= 0.0 { 0.0 } else { core().map(|(weight, found)| weight * found).sum::<f32>() / all }
    }

    /// How much (0–1) of what a row of a table is about the question did not ask about: of its first cells the one that is
    /// asked about least, of the things that a cell names the one that is asked about most.
    #[must_use]
    pub fn unasked(&self, about: &About) -> f32 {
        let said = |key: Key| self.own.contains(&key) || self.words.iter().any(|word| word.key == key);
        let meant = |bag: &Bag| self.words.iter().any(|word| bag.means(&word.groups));
        let of = |bag: &Bag| bag.share(said).max(if meant(bag) { OTHERWISE } else { 0.0 });
        if about.code.as_ref().is_some_and(|code| code.share(said) >= 1.0) {
            return 0.0;
        }
        about.keys.iter().map(|things| 1.0 - things.iter().map(of).fold(0.0, f32::max)).fold(0.0, f32::max)
    }

    /// How many words were found.
    #[must_use]
    pub fn count(&self, found: &Found) -> f32 {
        found.0.iter().sum()
    }

    /// Weight of the weightiest word that was not found, beside the weightiest of all (0–1).
    #[must_use]
    pub fn missing(&self, found: &Found) -> f32 {
        let most = self.words.iter().map(|word| word.weight).fold(f32::EPSILON, f32::max);
        let missed = self.words.iter().zip(&found.0).filter(|(_, found)| **found <= 0.0);
        missed.map(|(word, _)| word.weight).fold(0.0, f32::max) / most
    }

    /// Whether something is found that the other text does not hold.
    #[must_use]
    pub fn more(found: &Found, than: &Found) -> bool {
        found.0.iter().zip(&than.0).any(|(found, than)| *found > 0.0 && *than <= 0.0)
    }

    /// Whether a code or name of the question does not stand in a passage.
    #[must_use]
    pub fn names_other(&self, reading: &Reading) -> bool {
        self.names.iter().any(|name| !reading.bare.contains(name.as_str()))
    }
}

/// A code as it is compared.
#[must_use]
pub fn bare(code: &str) -> String {
    fold(code).chars().filter(|c| c.is_alphanumeric()).collect()
}
