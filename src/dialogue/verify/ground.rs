//! A passage prepared for verification: its sentences and rows with what each states, and the headings that they stand under.

use std::collections::BTreeSet;
use std::ops::{Deref, Range};
use std::sync::{Arc, LazyLock};

use regex::Regex;

use crate::dialogue::kept::Kept;
use crate::dialogue::verify::lexicon::LEXICON;
use crate::dialogue::verify::statement::{Clause, Statement, clause, read};
use crate::model::passage::{Citation, Passage};
use crate::text::identifiers::Kind;
use crate::text::pattern::pattern;
use crate::text::sentences::sentences;

/// A passage with its preparation, whose fields are as good as its own.
#[derive(Clone, Debug)]
pub struct Ground<'a> {
    pub passage: &'a Passage,
    prepared: Arc<Prepared>,
}

impl Deref for Ground<'_> {
    type Target = Prepared;

    fn deref(&self) -> &Prepared {
        &self.prepared
    }
}

/// What is worked out once for a passage.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub units: Vec<Unit>,
    /// Title, headings, question and the header of a table: they name the subject of every unit.
    pub context: Clause,
    /// Everything above and the text, plain.
    pub plain: String,
    pub identifiers: BTreeSet<(Kind, String)>,
}

/// A sentence or a row of a table.
#[derive(Clone, Debug)]
pub struct Unit {
    /// Bytes of the passage's text.
    pub place: Range<usize>,
    pub statement: Statement,
    pub row: bool,
    /// It opens with a word for what was said before.
    pub refers_back: bool,
}

static REFERS_BACK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:it|they|this|these|that|those|such|otherwise|he|she|then|also)\b|^(?:该|此|其|它|这|上述|以上|同时|否则|如有|逾期)",
    )
});

static PREPARED: LazyLock<Kept<Prepared>> = LazyLock::new(Kept::default);

/// Prepares a passage, or remembers how it was prepared before.
#[must_use]
pub fn prepare(passage: &Passage) -> Ground<'_> {
    Ground { passage, prepared: PREPARED.get(passage, work_out) }
}

fn work_out(passage: &Passage) -> Prepared {
    let text = passage.text.as_str();
    let mut header = String::new();
    let mut units: Vec<Unit> = Vec::new();
    let mut rows_before = false;
    for place in sentences(text) {
        let row = text[place.clone()].starts_with('|');
        // The first row of a table names its columns.
        if row && !rows_before {
            header.push_str(&text[place.clone()]);
            header.push('\n');
        }
        rows_before = row;
        let statement = read(&text[place.clone()]);
        units.push(Unit { refers_back: REFERS_BACK.is_match(&statement.plain), statement, place, row });
    }
    let question = passage.question.as_deref().unwrap_or_default();
    let above = format!("{}\n{}\n{question}\n{header}", passage.title, passage.heading.join("\n"));
    let all = read(&format!("{above}\n{text}"));
    Prepared {
        units,
        context: clause(&above),
        plain: LEXICON.plain(&format!("{above}\n{text}")),
        identifiers: all.identifiers.into_iter().collect(),
    }
}

impl Ground<'_> {
    /// The place of some of the passage's text as a citation.
    #[must_use]
    pub fn cite(&self, place: Range<usize>, number: u32) -> Citation {
        cite(self.passage, place, number)
    }
}

/// The citation of some bytes of a passage's text.
///
/// A passage's text may have a repeated table header before what stands in the document, never after it, so offsets are
/// counted from the end.
#[must_use]
pub fn cite(passage: &Passage, place: Range<usize>, number: u32) -> Citation {
    let from_end = |offset: usize| passage.end.saturating_sub(passage.text.len() - offset).max(passage.start);
    Citation {
        number,
        document: passage.document,
        chunk: passage.chunk.clone(),
        title: passage.title.clone(),
        source: passage.source.clone(),
        heading: passage.heading.clone(),
        quote: passage.text[place.clone()].to_owned(),
        start: from_end(place.start),
        end: from_end(place.end),
    }
}
