//! Answers without a model: the words of the document that answer best, unchanged. Pure.
//!
//! An entry of a question-and-answer list gives its answer. Otherwise each sentence (or row of a table) of the best passages
//! is scored by the question's words that stand in it, itself or in other words, weighted by rarity, by its neighbours and
//! headings, and by whether it holds the kind of thing that is asked for: a span of time, an amount, a rule.

use std::ops::Range;

use crate::dialogue::asked::{Asked, Found};
use crate::dialogue::reading::{self, Bag, Key, Reading, Unit, width};
use crate::dialogue::span;
use crate::dialogue::wanted::{Wanted, fits};
use crate::model::passage::{Passage, Scored};
use crate::text::language::Language;

/// Passages that are read.
const READ: usize = 8;
/// Characters up to which the answer of a question-and-answer entry is given whole.
const WHOLE: usize = 1200;
/// Share of a listed question that must be asked, both ways, for its answer to be given.
const SAME_QUESTION: f32 = 0.55;
/// How far below a sentence's score another's may be to answer as well.
const AS_GOOD: f32 = 0.4;

/// A part of a passage, chosen to be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Quoted {
    /// Index among the passages.
    pub passage: usize,
    /// The sentence that scored best, and what is shown around it; bytes of the passage's text.
    pub best: Range<usize>,
    pub place: Range<usize>,
    pub score: f32,
    pub signs: Signs,
    /// How many other sentences, of all passages, score as well or nearly so.
    pub as_good: usize,
}

/// What speaks for a quote, each from 0 to 1 unless it says otherwise.
pub type Signs = [f32; SIGNS];
pub const SIGNS: usize = 19;

/// Names of the signs, in order.
pub mod sign {
    /// Share of the question in the sentence itself and in the header of its table.
    pub const OWN: usize = 0;
    /// What the sentences beside it have of the rest.
    pub const BESIDE: usize = 1;
    /// What headings, and a listed question, have of the rest.
    pub const ABOVE: usize = 2;
    /// What the title has of the rest.
    pub const TITLE: usize = 3;
    /// The kind of thing that is wanted is there, where it can be told for sure.
    pub const FIRM: usize = 4;
    /// The same where it can be guessed.
    pub const LOOSE: usize = 5;
    /// It says a rule, where it is asked whether something may be.
    pub const LEAVE: usize = 6;
    /// Share of the question's weightiest words, in the sentence and above it.
    pub const CORE: usize = 7;
    /// How the passage fared in the search, beside the best one.
    pub const STANDING: usize = 8;
    /// How near to each other the question's words stand.
    pub const CLOSE: usize = 9;
    /// Length over 100 characters, −1 to 4.
    pub const LENGTH: usize = 10;
    pub const HEADER: usize = 11;
    pub const OPENS: usize = 12;
    /// A listed question is the one that is asked.
    pub const LISTED: usize = 13;
    /// It is a row of a table.
    pub const ROW: usize = 14;
    /// Weight of the weightiest word of the question that is missing, beside the weightiest of all.
    pub const MISSING: usize = 15;
    /// A code or a name of the question does not stand in the passage.
    pub const UNKNOWN: usize = 16;
    /// It opens a section whose heading is the question that is asked.
    pub const OPENING: usize = 17;
    /// Share of what a row of a table is about that the question did not ask about: it is another product's row, or another
    /// place's.
    pub const UNASKED: usize = 18;
}

/// What weighs how much in a sentence's score.
pub type Weights = [f32; SIGNS];

/// Found by coordinate search on half of SQuAD and CMRC questions and half of the sample's (`docs/benchmarks.md`).
#[must_use]
pub fn weights(language: Language) -> Weights {
    match language {
        Language::En => [
            3.51, 0.85, 2.39, 2.55, 1.27, 0.54, 1.06, 0.0, 1.56, -0.08, -0.04, -1.10, 0.0, 2.00, 0.38, -0.38, -0.59,
            1.2, -0.8,
        ],
        Language::Zh => [
            6.84, 0.65, 5.72, 5.62, 2.66, 0.44, 0.36, 0.0, 0.84, 0.07, -0.12, -1.78, -0.77, 2.00, 0.21, -0.69, -0.42,
            1.2, -0.8,
        ],
    }
}

/// The best quotes, best first; at most one from each passage.
#[must_use]
pub fn choose(asked: &Asked, passages: &[&Scored], language: Language) -> Vec<Quoted> {
    choose_with(asked, passages, &weights(language))
}

/// The same with chosen weights, for measuring them.
#[must_use]
pub fn choose_with(asked: &Asked, passages: &[&Scored], by: &Weights) -> Vec<Quoted> {
    let mut quotes: Vec<Quoted> = Vec::new();
    let mut scores: Vec<f32> = Vec::new();
    for mut quote in candidates(asked, passages) {
        quote.score = quote.signs.iter().zip(by).map(|(sign, weight)| sign * weight).sum();
        scores.push(quote.score);
        match quotes.iter_mut().find(|known| known.passage == quote.passage) {
            Some(known) if known.score >= quote.score => {}
            Some(known) => *known = quote,
            None => quotes.push(quote),
        }
    }
    quotes.sort_by(|a, b| b.score.total_cmp(&a.score));
    for quote in &mut quotes {
        quote.as_good = scores.iter().filter(|score| **score >= quote.score - AS_GOOD).count().saturating_sub(1);
        let passage = &passages[quote.passage].passage;
        let reading = reading::read(passage);
        if let Some(index) = reading.units.iter().position(|unit| unit.place == quote.best)
            && quote.signs[sign::LISTED] == 0.0
        {
            quote.place = span::widen(passage, &reading, asked, index);
        }
    }
    quotes
}

/// Every sentence and row that could be quoted, with its signs and without a score.
#[must_use]
pub fn candidates(asked: &Asked, passages: &[&Scored]) -> Vec<Quoted> {
    let top = passages.iter().map(|scored| worth(scored)).fold(f32::EPSILON, f32::max);
    let mut found = Vec::new();
    for (at, scored) in passages.iter().take(READ).enumerate() {
        let passage = &scored.passage;
        let reading = reading::read(passage);
        let standing = worth(scored) / top;
        if let Some(signs) = listed(asked, passage, &reading, standing) {
            let place = 0..passage.text.len();
            found.push(Quoted { passage: at, best: place.clone(), place, score: 0.0, signs, as_good: 0 });
            continue;
        }
        let units: Vec<Found> = reading.units.iter().map(|unit| asked.find(&unit.bag)).collect();
        let heading = asked.find(&reading.above);
        let heading = reading.question.as_ref().map_or_else(|| heading.clone(), |bag| heading.or(&asked.find(bag)));
        let title = asked.find(&reading.title);
        for (index, unit) in reading.units.iter().enumerate() {
            let signs = weigh(asked, &reading, index, (&units, &heading, &title), standing);
            let place = unit.place.clone();
            found.push(Quoted { passage: at, best: place.clone(), place, score: 0.0, signs, as_good: 0 });
        }
    }
    found
}

/// The signs of one sentence. `found` is what of the question its passage holds: in each unit, in the headings, in the title.
fn weigh(
    asked: &Asked,
    reading: &Reading,
    index: usize,
    (units, heading, title): (&[Found], &Found, &Found),
    standing: f32,
) -> Signs {
    let unit = &reading.units[index];
    // The header of a table says what its rows are about.
    let own = unit.under.map_or_else(|| units[index].clone(), |header| units[index].or(&units[header]));
    let mut around = own.clone();
    for beside in [index.checked_sub(1), Some(index + 1)].into_iter().flatten() {
        if reading.units.get(beside).is_some_and(|other| !other.row || !unit.row) {
            around = around.or(&units[beside]);
        }
    }
    let under = own.or(heading);
    let within = under.or(title);
    let share = asked.share(&own);
    let kind = fits(asked.wanted, reading, unit, &asked.own);
    let mut signs = of_kind(asked, kind);
    signs[sign::OWN] = share;
    signs[sign::BESIDE] = asked.share(&around) - share;
    signs[sign::ABOVE] = asked.share(&under) - share;
    signs[sign::TITLE] = asked.share(&within) - asked.share(&under);
    signs[sign::CORE] = asked.core(&within);
    signs[sign::STANDING] = standing;
    signs[sign::CLOSE] = closeness(asked, unit);
    signs[sign::LENGTH] = (unit.width as f32 / 100.0 - 1.0).clamp(-1.0, 4.0);
    signs[sign::HEADER] = f32::from(u8::from(unit.header));
    signs[sign::OPENS] = f32::from(u8::from(unit.opens));
    signs[sign::ROW] = f32::from(u8::from(unit.row));
    signs[sign::MISSING] = asked.missing(&within.or(&around));
    signs[sign::UNASKED] = asked.unasked(&unit.about);
    if !unit.header && reading.units[..index].iter().all(|before| before.header) {
        signs[sign::OPENING] = Some(same(asked, &reading.heading)).filter(|same| *same >= SAME_QUESTION).unwrap_or(0.0);
    }
    signs[sign::UNKNOWN] = f32::from(u8::from(asked.names_other(reading)));
    signs
}

/// The sign of the kind that is wanted, in its place.
fn of_kind(asked: &Asked, kind: f32) -> Signs {
    let mut signs = [0.0; SIGNS];
    let at = match asked.wanted {
        Wanted::Leave => sign::LEAVE,
        wanted if wanted.is_firm() => sign::FIRM,
        _ => sign::LOOSE,
    };
    signs[at] = kind;
    signs
}

/// The signs of a listed question's answer, when the question is the one that is asked.
fn listed(asked: &Asked, passage: &Passage, reading: &Reading, standing: f32) -> Option<Signs> {
    let bag = reading.question.as_ref()?;
    if width(&passage.text) > WHOLE {
        return None;
    }
    let same = same(asked, bag);
    if same < SAME_QUESTION {
        return None;
    }
    let found = asked.find(bag);
    let all = reading.units.iter().fold(found, |all, unit| all.or(&asked.find(&unit.bag)));
    let kind = reading.units.iter().map(|unit| fits(asked.wanted, reading, unit, &asked.own)).fold(0.0, f32::max);
    let mut signs = of_kind(asked, kind);
    signs[sign::OWN] = asked.share(&all);
    signs[sign::CORE] = asked.core(&all);
    signs[sign::STANDING] = standing;
    signs[sign::LISTED] = same;
    signs[sign::MISSING] = asked.missing(&all);
    signs[sign::UNKNOWN] = f32::from(u8::from(asked.names_other(reading)));
    Some(signs)
}

/// How much (0–1) a listed question or a heading is the question that is asked, both ways.
fn same(asked: &Asked, bag: &Bag) -> f32 {
    let found = asked.find(bag);
    let said = asked.share(&found);
    let known = (asked.count(&found) / bag.len().max(1) as f32).min(1.0);
    if said + known > 0.0 { 2.0 * said * known / (said + known) } else { 0.0 }
}

/// How near to each other the question's words stand (0–1).
fn closeness(asked: &Asked, unit: &Unit) -> f32 {
    let asks = |word: &Key| asked.words.iter().any(|one| one.key == *word);
    let places = || unit.words.iter().enumerate().filter(|(_, word)| asks(word)).map(|(at, _)| at);
    match (places().next(), places().next_back()) {
        (Some(first), Some(last)) if first < last => places().count() as f32 / (last - first + 1) as f32,
        _ => 0.0,
    }
}

fn worth(scored: &Scored) -> f32 {
    scored.scores.bm25.unwrap_or(0.0).max(scored.scores.cosine.unwrap_or(0.0).max(0.0))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::dialogue::asked;
    use crate::dialogue::reading::tests::passage;
    use crate::dialogue::strength::strength;
    use crate::model::passage::Scores;
    use crate::text::language::detect;
    use crate::text::terms::terms;

    fn look(question: &str, passages: &[Passage]) -> (String, f32) {
        let weights: HashMap<String, f32> = terms(question).into_iter().map(|term| (term, 1.0)).collect();
        let common = ["the", "is", "how", "a", "to", "do", "can"];
        let rarity = |term: &str| if common.contains(&term) { 0.1 } else { 3.0 };
        let idf: Vec<(String, f32)> = terms(question).into_iter().map(|term| (term.clone(), rarity(&term))).collect();
        let scores = Scores { bm25: Some(5.0), cosine: None, fused: 0.1 };
        let scored: Vec<Scored> = passages.iter().map(|passage| Scored { passage: passage.clone(), scores }).collect();
        let scored: Vec<&Scored> = scored.iter().collect();
        let asked = asked::read(question, &weights, &idf);
        let quotes = choose(&asked, &scored, detect(question));
        (span::shown(&scored[quotes[0].passage].passage, &quotes[0].place), strength(&asked, &quotes, detect(question)))
    }

    fn best(question: &str, passages: &[Passage]) -> String {
        look(question, passages).0
    }

    #[test]
    fn a_listed_question_gives_its_answer() {
        let listed =
            passage(Some("Can I change the delivery address?"), "Yes, until the parcel has left our warehouse.");
        let prose = passage(None, "The delivery address is printed on the label. You can change colours.");
        assert_eq!(
            best("can I change my delivery address", &[prose, listed]),
            "Yes, until the parcel has left our warehouse."
        );
    }

    #[test]
    fn the_sentence_with_the_wanted_kind_wins() {
        let text = "Refunds are easy with us. A refund takes 5 business days. We love refunds.";
        assert!(best("How long does a refund take?", &[passage(None, text)]).contains("5 business days"));
        let text = "退款很简单。退款会在3个工作日内原路退回。欢迎再次光临。";
        assert!(best("退款多久到账", &[passage(None, text)]).contains("3个工作日"));
    }

    #[test]
    fn other_words_for_the_same_thing_are_found() {
        let text = "Our lamps are bright.\n\nGoods that arrive faulty can be sent back.";
        assert_eq!(
            best("Can I return a broken cup?", &[passage(None, text)]),
            "Goods that arrive faulty can be sent back."
        );
        let text = "我们很高兴。\n\n签收时破损的商品请联系客服。";
        assert_eq!(best("收到的锅碎了怎么办", &[passage(None, text)]), "签收时破损的商品请联系客服。");
    }

    #[test]
    fn what_lacks_the_wanted_kind_or_names_something_else_is_weak() {
        let text = "The LP-600 power station weighs 7.2 kg. The LP-600 power station is silent.";
        let strong = look("How heavy is the LP-600 power station?", &[passage(None, text)]).1;
        for question in ["What does the LP-600 power station cost?", "How heavy is the LP-900 power station?"] {
            assert!(look(question, &[passage(None, text)]).1 < strong, "{question}");
        }
    }

    #[test]
    fn what_only_the_account_knows_is_told_by_listed_questions_alone() {
        for (question, said, listed) in [
            ("What is the balance of my gift card?", "The balance of my gift card is 5 yuan.", "Gift card balance"),
            ("我的礼品卡还剩多少钱？", "我的礼品卡还剩的钱有 100 元。", "我的礼品卡还剩多少钱？"),
        ] {
            assert!(look(question, &[passage(None, said)]).1 <= 0.0, "{question}");
            assert!(look(question, &[passage(Some(listed), "请看“我的账户”。")]).1 > 0.5, "{question}");
        }
    }

    #[test]
    fn what_lacks_a_kind_that_has_to_be_there_is_no_answer() {
        for (question, lacks, holds) in [
            (
                "How long does standard delivery take?",
                "Standard delivery takes no fee.",
                "Standard delivery takes 2 to 4 days.",
            ),
            ("加急配送要多久？", "加急配送另收费用。", "加急配送要 2 天。"),
        ] {
            assert!(look(question, &[passage(None, lacks)]).1 < 0.5, "{question}");
            assert!(look(question, &[passage(None, holds)]).1 > 0.5, "{question}");
        }
    }

    #[test]
    fn where_many_sentences_say_as_much_none_is_the_answer() {
        let one = "专用发票不能重开。";
        let many = "我们开具发票。普通发票是电子的。专用发票不能重开。发票寄到邮箱。发票上写有税率。";
        assert!(look("发票怎么开", &[passage(None, one)]).1 > 0.5);
        assert!(look("发票怎么开", &[passage(None, many)]).1 < 0.5);
    }

    #[test]
    fn a_heading_that_is_the_question_gives_what_it_opens() {
        let text = "商品有质量问题的，由我们承担。个人原因的：\n\n- 每单 12 元；\n- 床垫取件费 199 元。";
        let mut section = passage(None, text);
        section.heading = vec!["退货运费由谁承担".to_owned()];
        assert!(best("退货运费由谁承担？", &[section]).starts_with("商品有质量问题的，由我们承担。"));
    }

    #[test]
    fn a_row_about_something_else_is_weak() {
        let table = "| Product | Part | Price |\n|---|---|---|\n| Fennel tent | Pole | 35 yuan |\n| Fennel tent | Flysheet | 389 yuan |";
        let asks = |question: &str| look(question, &[passage(None, table)]);
        let (row, asked) = asks("What does a flysheet for the Fennel tent cost?");
        assert!(row.ends_with("| Fennel tent | Flysheet | 389 yuan |"), "{row}");
        let (_, other) = asks("What does the Fennel tent cost?");
        assert!(other + 0.05 < asked, "a part's price is not the tent's: {other} {asked}");
    }

    #[test]
    fn a_row_is_shown_under_its_header() {
        let table = "| Service | Time |\n|---|---|\n| Standard | 5 days |\n| Express | 2 days |";
        assert_eq!(
            best("How long does express take?", &[passage(None, table)]),
            "| Service | Time |\n|---|---|\n| Express | 2 days |"
        );
        assert_eq!(best("What is the time of a service?", &[passage(None, table)]), table, "no row is named");
    }
}
