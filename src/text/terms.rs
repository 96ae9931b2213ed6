//! What the index counts: stemmed English words, Chinese character bigrams, numbers and product codes whole.
//!
//! No word is a stop word ("The Who" can be found); common words weigh little by their frequency. Chinese needs no
//! dictionary: bigrams do as well as a word segmenter on every public set that we tried (`docs/benchmarks.md`).

use std::cell::RefCell;
use std::collections::HashMap;

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::language::is_han;
use super::normalise::fold;

/// A code of more parts than this (a long path, a serial of serials) is indexed by its parts only.
const PARTS_OF_A_CODE: usize = 6;

/// Stems that a thread remembers. Texts repeat their words, and working a stem out takes longer than all else here.
const REMEMBERED: usize = 4_096;
/// Longer words are seldom said twice.
const LONGEST_REMEMBERED: usize = 24;

thread_local! {
    static STEMS: RefCell<HashMap<Box<str>, Box<str>>> = RefCell::default();
}

/// The terms of a text, in order.
///
/// - `Returning` → `return` (Snowball English); `don't` → `dont`; `café` → `cafe`
/// - `退货政策` → `退货`, `货政`, `政策`; a lone `天` → `天`
/// - `1,299.00` → `1299`; `2.50` → `2.5`
/// - `AB-1234` → `ab1234`, `ab`, `1234`; `iPhone15` → `iphone15`, `iphon`, `15`; `2024-05-01` → whole, `2024`, `05`, `01`
/// - `e-mail` → `email`, `e`, `mail`
#[must_use]
pub fn terms(text: &str) -> Vec<String> {
    let folded = fold(text);
    let mut terms = Terms { found: Vec::with_capacity(folded.len() / 4) };
    let mut rest = folded.as_str();
    while let Some(first) = rest.chars().next() {
        let length = if is_unspaced(first) {
            let run = run(rest, is_unspaced);
            terms.bigrams(run);
            run.len()
        } else if is_word(first) {
            let compound = compound(rest);
            terms.compound(compound);
            compound.len()
        } else {
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    terms.found
}

/// Scripts that are written without spaces, or gain nothing from them: Han, kana, hangul.
fn is_unspaced(c: char) -> bool {
    is_han(c) || matches!(c, '\u{3040}'..='\u{30FF}' | '\u{AC00}'..='\u{D7AF}' | '々')
}

fn is_word(c: char) -> bool {
    (c.is_alphanumeric() || is_combining_mark(c)) && !is_unspaced(c)
}

/// Characters that hold a word or code together when they stand between two of its characters.
fn is_joint(c: char) -> bool {
    matches!(c, '-' | '.' | ',' | '/' | '_' | ':' | '\'' | '’' | '‐')
}

fn run(text: &str, of: impl Fn(char) -> bool) -> &str {
    &text[..text.find(|c| !of(c)).unwrap_or(text.len())]
}

/// The longest start of `text` that is words held together by single joints.
fn compound(text: &str) -> &str {
    let mut end = run(text, is_word).len();
    loop {
        let mut after = text[end..].chars();
        match (after.next(), after.next()) {
            (Some(joint), Some(next)) if is_joint(joint) && is_word(next) => {
                let start = end + joint.len_utf8();
                end = start + run(&text[start..], is_word).len();
            }
            _ => return &text[..end],
        }
    }
}

struct Terms {
    found: Vec<String>,
}

impl Terms {
    fn bigrams(&mut self, run: &str) {
        let mut starts = run.char_indices().map(|(start, _)| start);
        let Some(mut first) = starts.next() else { return };
        let Some(mut second) = starts.next() else {
            self.found.push(run.to_owned());
            return;
        };
        for third in starts {
            self.found.push(run[first..third].to_owned());
            (first, second) = (second, third);
        }
        debug_assert!(second < run.len());
        self.found.push(run[first..].to_owned());
    }

    fn compound(&mut self, compound: &str) {
        if compound.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return self.word(compound);
        }
        if !compound.contains(|c: char| c.is_numeric()) {
            return self.words(compound);
        }
        // `1,299` is one number; `1,2,x` is a list.
        let atoms = atoms(compound);
        if let [only] = atoms.as_slice() {
            return self.atom(only);
        }
        if compound.contains(',') || atoms.len() > PARTS_OF_A_CODE {
            for part in compound.split(',').filter(|part| !part.is_empty()) {
                if compound.contains(',') {
                    self.compound(part);
                } else {
                    atoms.iter().for_each(|atom| self.atom(atom));
                }
            }
            return;
        }
        self.code(compound, &atoms);
    }

    /// The code as a whole, then what it is made of, so that `iPhone 15` and `iPhone15` find each other.
    fn code(&mut self, compound: &str, atoms: &[&str]) {
        let spelled = compound.contains(char::is_alphabetic);
        let whole =
            if spelled { compound.chars().filter(|c| !is_joint(*c)).collect() } else { compound.replace('‐', "-") };
        self.found.push(whole);
        for atom in atoms {
            let telling = atom.len() > 1 || (spelled && atom.bytes().all(|byte| byte.is_ascii_digit()));
            if telling {
                self.atom(atom);
            }
        }
    }

    fn atom(&mut self, atom: &str) {
        if atom.starts_with(|c: char| c.is_ascii_digit()) { self.found.push(number(atom)) } else { self.words(atom) }
    }

    /// Words held together by joints. `u.s.` is one word, `e-mail` is also `email`.
    fn words(&mut self, compound: &str) {
        let bare: String = compound.replace("'s", "").replace("’s", "").replace(['\'', '’'], "");
        let parts: Vec<&str> = bare.split(is_joint).filter(|part| !part.is_empty()).collect();
        let initials = parts.len() > 1 && parts.iter().all(|part| part.chars().count() == 1);
        let doublet = parts.len() == 2 && compound.contains(['-', '‐']) && parts.iter().any(|part| part.len() <= 4);
        if initials || doublet {
            self.word(&parts.concat());
        }
        if !initials {
            parts.iter().for_each(|part| self.word(part));
        }
    }

    fn word(&mut self, word: &str) {
        if word.is_ascii() {
            self.found.push(stem(word));
            return;
        }
        let bare: String = word.nfd().filter(|c| !is_combining_mark(*c)).collect();
        if !bare.is_empty() {
            self.found.push(stem(&bare));
        }
    }
}

/// The stem of an English word.
fn stem(word: &str) -> String {
    let work_out = || Stemmer::create(Algorithm::English).stem(word).into_owned();
    if word.len() > LONGEST_REMEMBERED {
        return work_out();
    }
    STEMS.with_borrow_mut(|stems| {
        if let Some(known) = stems.get(word) {
            return known.to_string();
        }
        if stems.len() >= REMEMBERED {
            stems.clear();
        }
        let stem = work_out();
        stems.insert(word.into(), stem.as_str().into());
        stem
    })
}

/// Cuts a compound into numbers (`1,299.00`, `1.2.3`) and runs of letters.
fn atoms(compound: &str) -> Vec<&str> {
    let digit = |c: char| c.is_ascii_digit();
    let mut atoms = Vec::new();
    let mut rest = compound;
    while let Some(first) = rest.chars().next() {
        if is_joint(first) {
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let mut end =
            if digit(first) { run(rest, digit).len() } else { run(rest, |c| !digit(c) && !is_joint(c)).len() };
        if digit(first) {
            // A point belongs to a number; a comma does where exactly three digits follow each one.
            while let Some(joint) = rest[end..].chars().next().filter(|c| matches!(c, '.' | ',')) {
                let group = run(&rest[end + 1..], digit).len();
                if group == 0 || (joint == ',' && (group != 3 || end > 3 && !rest[..end].contains(','))) {
                    break;
                }
                end += 1 + group;
            }
        }
        atoms.push(&rest[..end]);
        rest = &rest[end..];
    }
    atoms
}

/// One spelling for one amount: `1,299.00` is `1299`, `2.50` is `2.5`; versions such as `1.2.0` stay as they are.
fn number(atom: &str) -> String {
    let plain = atom.replace(',', "");
    if plain.matches('.').count() != 1 {
        return plain;
    }
    plain.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_bigrams_numbers_and_codes() {
        for (text, expected) in [
            ("Returning the shoes", "return the shoe"),
            ("Don't forget the customer's café, CAFÉ’s", "dont forget the custom cafe cafe"),
            ("退货政策", "退货 货政 政策"),
            ("退貨，７天", "退货 7 天"),
            ("15天内", "15 天内"),
            ("¥1,299.00 or 2.50 or 1,000,000", "1299 or 2.5 or 1000000"),
            ("AB-1234", "ab1234 ab 1234"),
            ("iPhone15 iPhone 15", "iphone15 iphon 15 iphon 15"),
            ("3.5mm", "3.5mm_ 3.5 mm"),
            ("a 30-day trial", "a 30day 30 day trial"),
            ("2024-05-01", "2024-05-01 2024 05 01"),
            ("v1.2.3 10:30 24/7", "v123 1.2.3 10:30 10 30 24/7 24"),
            ("e-mail log-in out-of-state", "email e mail login log in out of state"),
            ("U.S. help@example.com", "us help exampl com"),
            ("iPhone15和AirPods", "iphone15 iphon 15 和 airpod"),
            ("1,2,3", "1 2 3"),
            ("……，。 - !", ""),
            ("", ""),
        ] {
            // The whole of a code drops its joints; the point is put back here to keep the table readable.
            let expected = expected.replace("3.5mm_", "35mm");
            assert_eq!(terms(text).join(" "), expected, "{text}");
        }
    }

    #[test]
    fn a_remembered_stem_is_the_stem() {
        let different: String = (0..=REMEMBERED).map(|number| format!("{}ing ", letters(number))).collect();
        let stemmer = Stemmer::create(Algorithm::English);
        let expected: Vec<_> = different.split_whitespace().map(|word| stemmer.stem(word)).collect();
        for _ in 0..2 {
            assert_eq!(terms(&different), expected);
        }
        assert!(STEMS.with_borrow(HashMap::len) <= REMEMBERED, "it does not grow");
    }

    fn letters(mut number: usize) -> String {
        let mut word = String::new();
        while number > 0 || word.is_empty() {
            word.push(char::from(b'a' + u8::try_from(number % 26).unwrap()));
            number /= 26;
        }
        word
    }

    proptest! {
        #[test]
        fn terms_are_never_empty_and_keep_no_spaces(text in "\\PC{0,60}") {
            for term in terms(&text) {
                prop_assert!(!term.is_empty() && !term.contains(' '), "{term:?}");
            }
        }

        #[test]
        fn width_and_script_do_not_matter(n in 1_u32..99_999) {
            let wide: String = n.to_string().chars().map(|c| char::from_u32(c as u32 + 0xFEE0).unwrap()).collect();
            prop_assert_eq!(terms(&format!("退貨{wide}天")), terms(&format!("退货{n}天")));
        }
    }
}
