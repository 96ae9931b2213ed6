//! What kind of thing a question asks for (a moment, an amount, a name, a reason), and whether a sentence holds one. Pure.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::text::identifiers::identifiers;
use crate::text::normalise::fold;
use crate::text::quantities::quantities;
use crate::text::quantities::quantity::Unit as Measure;
use crate::text::terms::terms;

/// What kind of thing a question asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    Moment,
    Amount,
    Name,
    Reason,
    Anything,
}

static MOMENT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:when|what (?:year|date|day|month|time|century|decade)|which (?:year|day|month)|in what year|what hours)\b|什么时候|何时|几时|哪(?:一)?(?:年|天|日|月)|几(?:月|号|点)|什么时间|时间是")
        .expect("a constant pattern")
});
static AMOUNT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\bhow (?:many|much|long|far|old|big|large|tall|high|often|soon|fast|late|deep|wide|heavy|hot|cold)\b|\bwhat (?:percent\w*|number|amount|is the (?:price|cost|fee|limit|size|population|rate))\b|\bcosts?\b|多少|多久|多长|多大|多高|多远|多重|几(?:天|个|年|次|岁|名|位|人|种|件|小时|分钟|周)|几折|价格|费用|期限|上限")
        .expect("a constant pattern")
});
static NAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:who|whom|whose|where|which|what (?:city|country|person|company|team|place|state|language|river|name))\b|谁|哪(?:里|儿|个|位|家|座|国|省|市|些)|什么(?:地方|人|名|城市|国家|公司)|何地|何人|何处")
        .expect("a constant pattern")
});
static REASON: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\bwhy\b|\bwhat (?:caused|is the reason)\b|为什么|为何|原因|怎么会").expect("a constant pattern")
});
static GIVES_REASON: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:because|since|due to|owing to|so that|in order to|as a result|caused|reason)\b|因为|由于|因此|所以|为了|导致|原因|以便")
        .expect("a constant pattern")
});
/// What a folded question asks for.
#[must_use]
pub fn wanted(folded: &str) -> Wanted {
    [(&*AMOUNT, Wanted::Amount), (&*MOMENT, Wanted::Moment), (&*REASON, Wanted::Reason), (&*NAME, Wanted::Name)]
        .into_iter()
        .find(|(pattern, _)| pattern.is_match(folded))
        .map_or(Wanted::Anything, |(_, wanted)| wanted)
}

/// Whether a sentence holds the kind of thing that is wanted, and the question does not have it already (0 or 1).
#[must_use]
pub fn fits(wanted: Wanted, sentence: &str, asked: &HashSet<String>) -> f32 {
    let fresh = |text: &str| terms(text).iter().any(|term| !asked.contains(term));
    let holds = match wanted {
        Wanted::Moment => quantities(sentence).iter().any(|quantity| {
            let moment = matches!(
                quantity.unit,
                Measure::Date | Measure::Clock | Measure::Weekday | Measure::Time | Measure::Workdays | Measure::Months
            );
            let year = quantity.unit == Measure::Count && (1000.0..2100.0).contains(&quantity.low);
            (moment || year) && fresh(&sentence[quantity.place.clone()])
        }),
        Wanted::Amount => quantities(sentence)
            .iter()
            .any(|quantity| quantity.unit != Measure::Weekday && fresh(&sentence[quantity.place.clone()])),
        Wanted::Name => {
            let capital = sentence
                .split_whitespace()
                .skip(1)
                .any(|word| word.starts_with(|c: char| c.is_uppercase()) && word.len() > 1 && fresh(word));
            capital || sentence.contains(['「', '《', '“']) || !identifiers(sentence).is_empty()
        }
        Wanted::Reason => GIVES_REASON.is_match(&fold(sentence)),
        Wanted::Anything => false,
    };
    f32::from(u8::from(holds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_name_what_they_want_and_sentences_hold_it() {
        for (question, kind, holds, lacks) in [
            ("When does the sale end?", Wanted::Moment, "It ends on 5 March.", "It ends soon."),
            ("How much is delivery?", Wanted::Amount, "Delivery costs $5.", "Delivery is cheap."),
            ("退款多久到账？", Wanted::Amount, "3个工作日内到账。", "很快到账。"),
            ("什么时候发货？", Wanted::Moment, "每天16:00前发货。", "尽快发货。"),
            (
                "Why is my card refused?",
                Wanted::Reason,
                "This happens because the limit is reached.",
                "Cards are welcome.",
            ),
        ] {
            let asked: HashSet<String> = terms(question).into_iter().collect();
            assert_eq!(wanted(&fold(question)), kind, "{question}");
            assert!(fits(kind, holds, &asked) > fits(kind, lacks, &asked), "{question}");
        }
    }
}
