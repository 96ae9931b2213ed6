//! A passage read for quoting: its sentences and rows with the words, meanings and quantities of each. Pure, and the same for
//! every question, so that a passage is read once.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use regex::Regex;

use crate::dialogue::kept::Kept;
use crate::model::passage::Passage;
use crate::text::identifiers::identifiers;
use crate::text::language::is_han;
use crate::text::normalise::fold;
use crate::text::pattern::pattern;
use crate::text::quantities::quantities;
use crate::text::quantities::quantity::Unit as Measure;
use crate::text::sentences::sentences;
use crate::text::synonyms::{Side, named};
use crate::text::terms::terms;

/// A term as it is compared: texts of a thousand words are kept, so it is no string.
pub type Key = u64;

/// Words without their order, and what they may also be called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bag {
    terms: Vec<Key>,
    groups: Vec<u16>,
}

impl Bag {
    fn of(text: &str, words: &[String]) -> Self {
        let mut terms: Vec<Key> = words.iter().map(|word| key(word)).collect();
        let mut groups: Vec<u16> =
            named(text, words, Side::Text).iter().flat_map(|named| named.groups.iter().copied()).collect();
        terms.sort_unstable();
        terms.dedup();
        groups.sort_unstable();
        groups.dedup();
        Self { terms, groups }
    }

    #[must_use]
    pub fn says(&self, term: Key) -> bool {
        self.terms.binary_search(&term).is_ok()
    }

    #[must_use]
    pub fn means(&self, groups: &[u16]) -> bool {
        groups.iter().any(|group| self.groups.binary_search(group).is_ok())
    }

    /// Share (0–1) of the words that are said.
    pub fn share(&self, said: impl Fn(Key) -> bool) -> f32 {
        self.terms.iter().filter(|term| said(**term)).count() as f32 / self.terms.len().max(1) as f32
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    fn with(&self, other: &Self) -> Self {
        let mut both = self.clone();
        both.terms.extend(&other.terms);
        both.groups.extend(&other.groups);
        both.terms.sort_unstable();
        both.terms.dedup();
        both.groups.sort_unstable();
        both.groups.dedup();
        both
    }
}

/// What a sentence holds that a question may want.
#[derive(Clone, Debug, Default)]
pub struct Holds {
    /// Quantities with the terms that they are written with.
    pub quantities: Vec<(Measure, f64, Vec<Key>)>,
    /// Words with a capital that do not open the sentence.
    pub names: Vec<Vec<Key>>,
    /// Something in quotation marks, or an address or code.
    pub named: bool,
    pub reason: bool,
    pub free: bool,
    /// How often, in words.
    pub times: bool,
    /// How plainly (0–1) it says what is allowed or not, can be done or not.
    pub rule: f32,
    /// It speaks of money, of spans of time: for the header of a table.
    pub money: bool,
    pub span: bool,
}

/// What a row of a table is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// The code that the row is listed under; it names the row by itself.
    pub code: Option<Bag>,
    /// The first cells, as many as tell the table's rows from each other, each with the things that it names: of "Tents, backpacks"
    /// both.
    pub keys: Vec<Vec<Bag>>,
}

/// A sentence or a row of a table.
#[derive(Clone, Debug)]
pub struct Unit {
    /// Bytes of the passage's text.
    pub place: Range<usize>,
    /// In order.
    pub words: Vec<Key>,
    pub bag: Bag,
    pub holds: Holds,
    pub row: bool,
    /// A heading, or the first row of a table.
    pub header: bool,
    /// The header of the table that the row stands in, as an index among the units.
    pub under: Option<usize>,
    /// What a row of a table is about; nothing for all else.
    pub about: About,
    /// It opens with a word for what was said before.
    pub refers_back: bool,
    /// It announces what follows.
    pub opens: bool,
    pub width: usize,
}

/// A passage, read.
#[derive(Clone, Debug)]
pub struct Reading {
    pub units: Vec<Unit>,
    pub above: Bag,
    pub title: Bag,
    /// The listed question.
    pub question: Option<Bag>,
    /// The heading right above.
    pub heading: Bag,
    /// Everything.
    pub all: Bag,
    /// What stands above speaks of money, of spans of time.
    pub money: bool,
    pub span: bool,
    /// Everything said and above, folded, letters and digits only: where codes and names are looked for.
    pub bare: String,
}

static REFERS_BACK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:it|they|this|these|that|those|such|otherwise|then|also|however|but|in this case|if so|after that|for that)\b|^(?:该|此|其|它|这|上述|以上|否则|但|同时|另外|如有|逾期)",
    )
});
static RULES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:can|cannot|can't|may|must|never|yes|allowed|possible|available|accept\w*|excluded|(?:do|does|is|are) not)\b|^no\b|\bonly\b|可以|不可|不能|不得|不会|不予|不支持|不再|不提供|不接受|支持|仅限|只能|无法|无需|须|均可|即可",
    )
});
static HINTS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b(?:not|no|always|free|every|any|need|have to|excluding|except)\b|不|可|均|请|免费|只|需|能|无|除")
});
static REASON: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:because|since|due to|owing to|so that|in order to|as a result|caused|reason)\b|因为|由于|因此|所以|为了|导致|原因|以便",
    )
});
static MONEY: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?:prices?|fees?|costs?|yuan|dollars?|euros?|us\$|usd|charge)\b|价|费|元|金额"));
static SPAN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:days?|hours?|weeks?|months?|years?|time|period|window|within)\b|天|日|小时|周|月|年|工期|时效|时间|期限",
    )
});
static FREE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\bfree\b|\bno (?:fee|charge|cost)\b|免费|不收|免收"));
static TIMES: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?:once|twice|unlimited)\b|[一二两三四五六七八九十]\s?[次个张件种名人位]|不限"));

/// Terms of a first cell that may be a code.
const MOST_OF_A_CODE: usize = 3;
/// Cells of a row that may say what it is about.
const MOST_KEYS: usize = 4;
/// What stands between the things that a cell names.
static THINGS: LazyLock<Regex> = LazyLock::new(|| pattern(r"[,;/()，、；（）：]|: |\band\b|\bor\b|[与和及或]"));

static READ: LazyLock<Kept<Reading>> = LazyLock::new(Kept::default);

/// Reads a passage, or remembers how it was read before.
#[must_use]
pub fn read(passage: &Passage) -> Arc<Reading> {
    READ.get(passage, work_out)
}

/// The key of a term.
#[must_use]
pub fn key(term: &str) -> Key {
    let mut hasher = DefaultHasher::new();
    term.hash(&mut hasher);
    hasher.finish()
}

/// Length as it looks: a Han character is as wide as two Latin letters.
#[must_use]
pub fn width(text: &str) -> usize {
    text.chars().map(|c| if is_han(c) { 2 } else { 1 }).sum()
}

fn keys(text: &str) -> Vec<Key> {
    terms(text).iter().map(|term| key(term)).collect()
}

fn work_out(passage: &Passage) -> Reading {
    let text = &passage.text;
    let mut units: Vec<Unit> = Vec::new();
    let mut header: Option<usize> = None;
    for place in sentences(text) {
        let said = &text[place.clone()];
        let words = terms(said);
        let row = said.starts_with('|');
        let first = row && header.is_none();
        if !row {
            header = None;
        } else if first {
            header = Some(units.len());
        }
        let folded = fold(said);
        units.push(Unit {
            bag: Bag::of(said, &words),
            holds: holds(said, &folded),
            row,
            header: first || text[..place.start].ends_with("# "),
            about: About::default(),
            under: header.filter(|_| !first),
            refers_back: REFERS_BACK.is_match(&folded),
            opens: said.ends_with([':', '：']),
            width: width(said),
            words: words.iter().map(|word| key(word)).collect(),
            place,
        });
    }
    for header in 0..units.len() {
        let rows: Vec<usize> = (0..units.len()).filter(|at| units[*at].under == Some(header)).collect();
        let said: Vec<Vec<&str>> = rows.iter().map(|at| cells(&text[units[*at].place.clone()])).collect();
        for (at, about) in rows.into_iter().zip(about(&said)) {
            units[at].about = about;
        }
    }
    let above = passage.heading.join("\n");
    let path = fold(&format!("{}\n{above}", passage.title));
    let whole = [&passage.title, &above, passage.question.as_deref().unwrap_or_default(), text].join("\n");
    Reading {
        above: bag(&above),
        title: bag(&passage.title),
        question: passage.question.as_deref().map(bag),
        heading: passage.heading.last().map_or_else(Bag::default, |heading| bag(heading)),
        all: units.iter().fold(bag(&whole), |all, unit| all.with(&unit.bag)),
        money: MONEY.is_match(&path),
        span: SPAN.is_match(&path),
        bare: fold(&whole).chars().filter(|c| c.is_alphanumeric()).collect(),
        units,
    }
}

/// The cells of a row.
fn cells(row: &str) -> Vec<&str> {
    row.trim().trim_start_matches('|').trim_end_matches('|').split('|').map(str::trim).collect()
}

/// A code or a number of the table's own: "ST-310", "Zone 2".
fn is_code(cell: &str) -> bool {
    let words = terms(cell);
    let marked =
        cell.contains(|c: char| c.is_ascii_digit()) || words.iter().any(|word| word.len() == 1 && word.is_ascii());
    marked && words.len() <= MOST_OF_A_CODE
}

/// How many of the first cells tell each row of a table from the others, where a code tells nothing.
fn keys_of(rows: &[Vec<&str>]) -> usize {
    let known = |row: &Vec<&str>, cells: usize| -> Vec<String> {
        row.iter().take(cells).map(|cell| if is_code(cell) { String::new() } else { (*cell).to_owned() }).collect()
    };
    let differ = |cells: usize| rows.iter().map(|row| known(row, cells)).collect::<HashSet<_>>().len() == rows.len();
    (1..MOST_KEYS).find(|cells| differ(*cells)).unwrap_or(MOST_KEYS)
}

/// What each row of a table is about. The rows are those under one header.
fn about(rows: &[Vec<&str>]) -> Vec<About> {
    let most = keys_of(rows);
    let of = |row: &Vec<&str>| {
        let mut about = About::default();
        for (column, cell) in row.iter().enumerate().take(most) {
            if column == 0 && is_code(cell) {
                about.code = Some(bag(cell));
            // What begins with a number is told, not asked about; but for the first cell, which something has to name.
            } else if column > 0 && !cell.starts_with(char::is_alphabetic) {
                break;
            } else {
                let things: Vec<Bag> = THINGS.split(cell).map(bag).filter(|bag| !bag.is_empty()).collect();
                about.keys.extend(Some(things).filter(|things| !things.is_empty()));
            }
        }
        about
    };
    rows.iter().map(of).collect()
}

fn bag(text: &str) -> Bag {
    Bag::of(text, &terms(text))
}

fn holds(said: &str, folded: &str) -> Holds {
    let capital = |word: &&str| word.starts_with(|c: char| c.is_uppercase()) && word.len() > 1;
    Holds {
        quantities: quantities(said)
            .into_iter()
            .map(|quantity| (quantity.unit, quantity.low, keys(&said[quantity.place])))
            .collect(),
        names: said.split_whitespace().skip(1).filter(capital).map(keys).collect(),
        named: said.contains(['「', '《', '“']) || !identifiers(said).is_empty(),
        reason: REASON.is_match(folded),
        free: FREE.is_match(folded),
        times: TIMES.is_match(folded),
        rule: match (RULES.is_match(folded), HINTS.is_match(folded)) {
            (true, _) => 1.0,
            (false, true) => 0.5,
            (false, false) => 0.0,
        },
        money: MONEY.is_match(folded),
        span: SPAN.is_match(folded),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::model::id::{ChunkName, DocumentId};
    use crate::text::language::detect;

    pub(crate) fn passage(question: Option<&str>, text: &str) -> Passage {
        Passage {
            chunk: ChunkName::of(&[text]),
            document: DocumentId(Uuid::nil()),
            title: "Help".to_owned(),
            source: "help.md".to_owned(),
            heading: Vec::new(),
            question: question.map(str::to_owned),
            text: text.to_owned(),
            start: 0,
            end: text.len(),
            language: detect(text),
        }
    }

    #[test]
    fn a_row_knows_its_header_and_a_sentence_its_meaning() {
        let reading = read(&passage(None, "Send it back.\n\n| Service | Days |\n|---|---|\n| Express | 2 |"));
        let under: Vec<Option<usize>> = reading.units.iter().map(|unit| unit.under).collect();
        assert_eq!(under, [None, None, Some(1)]);
        assert!(reading.units[1].header && reading.units[1].holds.span);
        assert!(reading.units[2].bag.says(key("2")) && !reading.units[0].bag.is_empty());
        let group: Vec<u16> = named("expedited", &terms("expedited"), Side::Question)
            .iter()
            .flat_map(|one| one.groups)
            .copied()
            .collect();
        assert!(reading.units[2].bag.means(&group));
    }

    #[test]
    fn a_row_is_about_the_first_cells_that_tell_rows_apart() {
        let parts = "| Part code | Product | Part | Price |\n|---|---|---|---|\n| TP-1 | Fennel tent | Pole, single | 35 |\n| TP-2 | Fennel tent | Flysheet | 389 |\n| ST-3 | All stoves | Ring | 9 |";
        let keys = |text: &str| -> Vec<Vec<usize>> {
            let reading = read(&passage(None, text));
            reading.units.iter().map(|unit| unit.about.keys.iter().map(Vec::len).collect()).collect()
        };
        assert_eq!(
            keys(parts),
            [vec![], vec![1, 2], vec![1, 1], vec![1, 1]],
            "a code tells nothing that could be asked about"
        );
        assert!(read(&passage(None, parts)).units[1].about.code.is_some());
        let times = "| Goods | Window |\n|---|---|\n| Tents, backpacks and bags | 30 days |\n| Mattresses | none |";
        assert_eq!(keys(times), [vec![], vec![3], vec![1]]);
    }
}
