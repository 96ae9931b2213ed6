//! How likely the best quote answers the question, by its own signs. Pure.

use crate::dialogue::asked::Asked;
use crate::dialogue::quote::{Quoted, sign};
use crate::text::language::Language;

/// Sentences that answer as well as the best one, from which on the choice between them is chance.
const CROWD: usize = 4;
/// What a sentence loses that lacks what has to be in the answer: who asks how long it takes is not told what it costs. A
/// decision: it is more than all but a lonely sentence that repeats the whole question can earn.
const LACKS_KIND: f32 = 2.5;
/// What a sentence loses where many others say as much and no kind of thing tells which is meant: "how do invoices work" is not
/// answered by any sentence on invoices. A decision, seen on the fitting half to cost few right answers and many wrong ones.
const CROWDED: f32 = 2.5;

/// How likely (0–1) the best of some quotes answers the question: a logistic model of its signs, fitted on one half of the
/// sample's questions and of the public sets (`docs/benchmarks.md`), and three decisions for what those questions rarely ask and
/// a wrong answer would be sure of.
#[must_use]
pub fn strength(asked: &Asked, quotes: &[Quoted], language: Language) -> f32 {
    let Some(best) = quotes.first() else { return 0.0 };
    let listed = best.signs[sign::LISTED] > 0.0;
    // A decision, not a fit: a list of questions may say where a balance is seen, no sentence says what it is, however well it
    // repeats the question.
    if asked.of_account && !listed {
        return 0.0;
    }
    let told = listed || best.signs[sign::FIRM] > 0.0;
    let lead = quotes.get(1).map_or(1.0, |next| best.score - next.score).clamp(0.0, 2.0);
    let sign = |at: usize| best.signs[at];
    let total = (sign(sign::OWN) + sign(sign::ABOVE) + sign(sign::TITLE)).min(1.0);
    // The weights of the signs differ between the languages, so a lead does not mean the same, and of a Chinese question less is
    // said in the same words.
    let (base, by_lead, by_unknown) = match language {
        Language::En => (-2.514, 1.546, -0.774),
        Language::Zh => (-1.118, 0.717, -1.550),
    };
    let sum = base
        + by_lead * lead
        + by_unknown * sign(sign::UNKNOWN)
        + 2.305 * total
        + 3.593 * (total - 0.5).min(0.0)
        // The kind of thing that is wanted is soon found somewhere: it speaks for a sentence that is about the question.
        + 2.674 * sign(sign::FIRM) * total
        + 0.400 * sign(sign::LISTED)
        + 1.180 * sign(sign::ROW)
        - 2.673 * sign(sign::UNASKED)
        - if asked.wanted.is_firm() && !told { LACKS_KIND } else { 0.0 }
        - if best.as_good >= CROWD && !told { CROWDED } else { 0.0 };
    1.0 / (1.0 + (-sum).exp())
}
