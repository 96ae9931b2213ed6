//! The checks: plain functions from a clause and one sentence of a passage to the reason why it fails.

use crate::dialogue::verify::ground::{Ground, Unit};
use crate::dialogue::verify::lexicon::LEXICON;
use crate::dialogue::verify::statement::{Clause, Statement};
use crate::text::identifiers::Kind;
use crate::text::language::is_han;
use crate::text::quantities::quantity::{Quantity, Unit as Measure};

/// By how much another clause must fit better before it counts as the one that is meant.
const CLEARLY: f32 = 0.5;

/// The check that a sentence failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    Number,
    Misplaced,
    Bound,
    Negation,
    Name,
    Word,
    Quantifier,
    Limit,
    Condition,
    Coverage,
    Promise,
    SaysNothing,
    CitesNothing,
    OtherLanguage,
    NoPassage,
}

impl Why {
    /// The stable word that decisions record.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Number => "number_not_in_passage",
            Self::Misplaced => "number_of_something_else",
            Self::Bound => "other_side_of_number",
            Self::Negation => "negation",
            Self::Name => "name_not_in_passage",
            Self::Word => "word_not_in_passage",
            Self::Quantifier => "quantifier_added",
            Self::Limit => "limit_dropped",
            Self::Condition => "condition_dropped",
            Self::Coverage => "not_in_passage",
            Self::Promise => "promise_of_action",
            Self::SaysNothing => "says_nothing",
            Self::CitesNothing => "cites_what_is_not_there",
            Self::OtherLanguage => "other_language",
            Self::NoPassage => "no_passage",
        }
    }
}

/// A failed check and what it fell over.
pub type Failure = (Why, String);

/// One sentence or row of a passage, with the headings above it and, when it opens with "it" or "this", the sentence before.
#[derive(Clone, Copy, Debug)]
pub struct Beside<'a> {
    ground: &'a Ground<'a>,
    unit: &'a Unit,
    before: Option<&'a Unit>,
}

impl<'a> Beside<'a> {
    #[must_use]
    pub fn new(ground: &'a Ground<'a>, at: usize) -> Self {
        let unit = &ground.units[at];
        let before = at.checked_sub(1).filter(|_| unit.refers_back).map(|before| &ground.units[before]);
        Self { ground, unit, before }
    }

    fn clauses(&self) -> impl Iterator<Item = &'a Clause> {
        self.unit.statement.clauses.iter()
    }

    /// What names the subject of the sentence without stating anything itself.
    fn above(&self) -> impl Iterator<Item = &'a Clause> {
        std::iter::once(&self.ground.context).chain(self.before.into_iter().flat_map(|unit| &unit.statement.clauses))
    }

    fn all(&self) -> impl Iterator<Item = &'a Clause> {
        self.clauses().chain(self.above())
    }

    fn elsewhere(&self) -> impl Iterator<Item = &'a Clause> {
        let own = self.unit.place.start;
        self.ground.units.iter().filter(move |unit| unit.place.start != own).flat_map(|unit| &unit.statement.clauses)
    }

    fn says(&self, pattern: &regex::Regex) -> bool {
        pattern.is_match(&self.unit.statement.plain)
    }
}

/// Codes, addresses and names must stand in the passage, letter by letter.
///
/// # Errors
/// The first one that does not.
pub fn names(statement: &Statement, ground: &Ground<'_>) -> Result<(), Failure> {
    let squeezed = |text: &str| text.replace([' ', '-'], "");
    for (kind, name) in &statement.identifiers {
        let there = ground.identifiers.contains(&(*kind, name.clone()))
            || *kind == Kind::Code && squeezed(&ground.plain).contains(&squeezed(name));
        if !there {
            return Err((Why::Name, name.clone()));
        }
    }
    match statement.names.iter().find(|name| !ground.plain.contains(name.as_str())) {
        Some(name) => Err((Why::Name, name.clone())),
        None => Ok(()),
    }
}

/// `(there, all)`: how much of the clause's content stands in the sentence or above it.
///
/// An English word counts one and a
/// half; a pair of Han characters counts half for standing there as a pair and half for its characters.
#[must_use]
pub fn coverage(clause: &Clause, beside: &Beside<'_>) -> (f32, f32) {
    let (mut there, mut all) = (0.0_f32, 0.0_f32);
    for term in &clause.terms {
        let found = beside.all().any(|other| other.terms.contains(term));
        if term.chars().all(is_han) {
            let signs = term.chars().filter(|sign| beside.all().any(|other| other.signs.contains(sign))).count();
            all += 1.0;
            there += 0.5 * f32::from(u8::from(found)) + 0.5 * signs as f32 / term.chars().count() as f32;
        } else {
            all += 1.5;
            there += if found { 1.5 } else { 0.0 };
        }
    }
    (there, all)
}

/// Every check of a clause against one sentence of the passage.
///
/// # Errors
/// The first check that fails, and what it fell over.
pub fn clause(clause: &Clause, statement: &Statement, beside: &Beside<'_>) -> Result<(), Failure> {
    quantities(clause, beside)?;
    polarity(clause, beside)?;
    words(clause, statement, beside)?;
    quantifiers(clause, beside)
}

/// Each quantity must stand in the sentence, on the same side, and no other sentence may fit better with another value.
fn quantities(clause: &Clause, beside: &Beside<'_>) -> Result<(), Failure> {
    let agrees_in = |other: &Clause| {
        clause.quantities.iter().all(|quantity| {
            let agrees = |there: &Quantity| quantity.agrees_with(there) || counts_the_same(quantity, there);
            other.quantities.iter().any(agrees)
        })
    };
    // Several quantities together in one clause are its own beyond doubt.
    if clause.quantities.len() > 1 && beside.clauses().any(agrees_in) {
        return Ok(());
    }
    for quantity in &clause.quantities {
        let said = format!("{} {:?}", quantity.low, quantity.unit);
        let matches = |there: &Quantity| quantity.same_value(there) || counts_the_same(quantity, there);
        let holders: Vec<(&Clause, &Quantity)> = beside
            .all()
            .flat_map(|other| other.quantities.iter().map(move |there| (other, there)))
            .filter(|(_, there)| matches(there))
            .collect();
        if holders.is_empty() {
            return Err((Why::Number, said));
        }
        // The clause that fits best says which side is meant.
        let fit = holders.iter().map(|(other, _)| clause.overlap(other)).fold(0.0, f32::max);
        let agrees =
            |(other, there): &(&Clause, &Quantity)| clause.overlap(other) >= fit - 0.01 && !quantity.opposes(there);
        if !holders.iter().any(agrees) {
            return Err((Why::Bound, said));
        }
        let rival = beside.clauses().chain(beside.elsewhere()).any(|other| {
            let another = |there: &Quantity| {
                quantity.competes_with(there) && !clause.quantities.iter().any(|own| own.same_value(there))
            };
            clause.overlap(other) > fit + CLEARLY
                && other.quantities.iter().any(another)
                && !other.quantities.iter().any(matches)
        });
        if rival {
            return Err((Why::Misplaced, said));
        }
    }
    Ok(())
}

/// A bare number may take its unit from the words beside it (a cell under the heading "Points").
fn counts_the_same(said: &Quantity, there: &Quantity) -> bool {
    let counted =
        matches!(said.unit, Measure::Count | Measure::Points) && matches!(there.unit, Measure::Count | Measure::Points);
    let cell = there.unit == Measure::Count
        && said.unit != Measure::Count
        && !matches!(said.unit, Measure::Clock | Measure::Date);
    (counted || cell) && (said.low - there.low).abs() < 1e-6 && (said.high - there.high).abs() < 1e-6
}

/// What the passage denies the sentence must deny, and the other way round.
fn polarity(clause: &Clause, beside: &Beside<'_>) -> Result<(), Failure> {
    let best = beside.clauses().map(|other| clause.overlap(other)).fold(0.0, f32::max);
    let denies = clause.negations % 2 == 1;
    let same = |other: &Clause| (other.negations % 2 == 1) == denies;
    let failure = || Err((Why::Negation, clause.plain.trim().to_owned()));
    // Another sentence that fits better and says the opposite is the one that is meant.
    if best > 0.0
        && beside.elsewhere().any(|other| clause.overlap(other) > best + CLEARLY && !same(other))
        && !beside.elsewhere().any(|other| clause.overlap(other) > best + CLEARLY && same(other))
    {
        return failure();
    }
    let holds = |other: &Clause| {
        clause.quantities.iter().all(|quantity| other.quantities.iter().any(|there| quantity.agrees_with(there)))
    };
    let mut closest: Vec<&Clause> = beside.clauses().filter(|other| clause.overlap(other) >= best - 0.01).collect();
    if closest.iter().any(|other| holds(other)) {
        closest.retain(|other| holds(other));
    }
    if closest.is_empty() || closest.iter().any(|other| same(other)) {
        return Ok(());
    }
    // The denial may stand in the clause beside: "without a receipt" for "if you have no receipt".
    let beside_it =
        beside.clauses().any(|other| other.negations % 2 == 1 && clause.overlap(other) >= (best * 0.5).max(0.5));
    if denies && beside_it { Ok(()) } else { failure() }
}

/// Words that change what is promised must be the passage's own.
fn words(clause: &Clause, statement: &Statement, beside: &Beside<'_>) -> Result<(), Failure> {
    for group in &clause.groups {
        let there = |group: &usize| beside.all().any(|other| other.groups.contains(group));
        let contradicted =
            LEXICON.opposite(*group).is_some_and(|opposite| there(&opposite) && !clause.groups.contains(&opposite));
        if !there(group) && (LEXICON.is_marked(*group) || contradicted) {
            return Err((Why::Word, LEXICON.name_of(*group).to_owned()));
        }
    }
    let name = statement.names.iter().find(|name| {
        clause.plain.contains(name.as_str())
            && !beside.unit.statement.plain.contains(name.as_str())
            && !beside.above().any(|other| other.plain.contains(name.as_str()))
    });
    if let Some(name) = name {
        return Err((Why::Name, name.clone()));
    }
    let optional = LEXICON.optional.is_match(&clause.plain) && !beside.says(&LEXICON.optional);
    let must = LEXICON.must.is_match(&clause.plain) && beside.says(&LEXICON.optional) && !beside.says(&LEXICON.must);
    if optional || must {
        return Err((Why::Word, if must { "must" } else { "optional" }.to_owned()));
    }
    Ok(())
}

/// "All", "always", "only" and "except" must not be added.
fn quantifiers(clause: &Clause, beside: &Beside<'_>) -> Result<(), Failure> {
    let said = |pattern: &regex::Regex| pattern.find(&clause.plain).map(|hit| hit.as_str().to_owned());
    let added = said(&LEXICON.all).filter(|_| !beside.says(&LEXICON.all_in_passage));
    let added = added.or_else(|| said(&LEXICON.only).filter(|_| !beside.says(&LEXICON.only)));
    let denied = beside.clauses().any(|other| other.negations > 0);
    let added = added.or_else(|| said(&LEXICON.except).filter(|_| !beside.says(&LEXICON.except) && !denied));
    added.map_or(Ok(()), |word| Err((Why::Quantifier, word)))
}

/// Exceptions, conditions and limits of a supporting sentence must not be dropped, unless the customer named them.
///
/// # Errors
/// What was dropped.
pub fn limits(statement: &Statement, unit: &Unit, question: &Statement) -> Result<(), Failure> {
    let (passage, said) = (&unit.statement.plain, &statement.plain);
    let denies = statement.clauses.iter().any(|clause| clause.negations > 0);
    if LEXICON.except.is_match(passage) && !LEXICON.except.is_match(said) && !denies {
        return Err((Why::Limit, "exception".to_owned()));
    }
    if LEXICON.some.is_match(passage) && !LEXICON.some.is_match(said) {
        return Err((Why::Limit, "some".to_owned()));
    }
    let measured = statement.clauses.iter().any(|clause| !clause.quantities.is_empty());
    if measured && LEXICON.hedge.is_match(passage) && !LEXICON.hedge.is_match(said) {
        return Err((Why::Limit, "estimate".to_owned()));
    }
    let named = |by: &Statement, condition: &Clause| {
        by.clauses.iter().any(|clause| clause.terms.iter().any(|term| condition.terms.contains(term)))
    };
    let dropped = unit.statement.clauses.iter().find(|clause| {
        clause.conditional && !clause.terms.is_empty() && !named(statement, clause) && !named(question, clause)
    });
    dropped.map_or(Ok(()), |condition| Err((Why::Condition, condition.plain.trim().to_owned())))
}
