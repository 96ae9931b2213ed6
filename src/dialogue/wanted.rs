//! What kind of thing a question asks for (a span of time, money, a share, a name, a reason), and whether a sentence holds one.
//! Pure.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::dialogue::reading::{Holds, Key, Reading, Unit};
use crate::text::pattern::pattern;
use crate::text::quantities::quantity::Unit as Measure;

/// What kind of thing a question asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    Span,
    Clock,
    Moment,
    Money,
    Share,
    Weight,
    Length,
    Count,
    Amount,
    Reason,
    Name,
    /// Whether something is so or allowed.
    Leave,
    Anything,
}

impl Wanted {
    /// Whether an answer without such a thing is none.
    #[must_use]
    pub fn is_firm(self) -> bool {
        !matches!(self, Self::Reason | Self::Name | Self::Leave | Self::Anything | Self::Length | Self::Amount)
    }
}

/// The first that is found decides.
static ASKS: LazyLock<Vec<(Regex, Wanted)>> = LazyLock::new(|| {
    [
        (r"\bwho(?:m|se)?\b|谁", Wanted::Name),
        (r"\bwhat time\b|\bwhat hours\b|\bopening hours\b|几点|几时", Wanted::Clock),
        (r"\bhow (?:long|soon|fast|quick\w*)\b|\bhow many (?:\w+ )?(?:seconds|minutes|hours|days|nights|weeks|months|years)\b|\bhow much time\b|\b(?:what|which)\b.{0,24}\bperiod\b|^\W*(?:warranty|return|trial) period\b|多久|多长时间|多少个?(?:天|小时|分钟|月|年|工作日|星期|周)|几个?(?:天|小时|分钟|月|年|工作日|星期|周)|期限|时限|有效期|保修期|冷静期", Wanted::Span),
        (r"^\W*when\b|\b(?:until|by|since|from) when\b|\bwhen (?:can|could|do|does|did|will|would|is|are|was|were|am|must|should|has|have|had|may|might|shall)\b|\b(?:what (?:year|date|day|month|time|century|decade)|which (?:year|day|month)|in what year)\b|什么时候|何时|哪(?:一)?(?:年|天|日|月)|几(?:月|号)|什么时间|时间是", Wanted::Moment),
        (r"\bwhat (?:share|percent\w*|proportion)\b|\bwhat .{0,20}\brate\b|百分之几|几折|税率|比例|利率", Wanted::Share),
        (r"\bhow heavy\b|\bweigh\b|\bwhat .{0,12}weight\b|多重|重量", Wanted::Weight),
        (r"\bhow (?:tall|high|deep|wide|far|big|large|thick)\b|多高|多深|多宽|多远|多大|多长", Wanted::Length),
        (r"\bcosts?\b|\bprices?\b|\bhow (?:much|expensive) (?:is|are|does|do|will|would|must|it|to|for)\b|\bfees?\b|多少(?:钱|元)|几(?:块|元)|价格|费用|运费|手续费|收费|[费价]多少", Wanted::Money),
        (r"\bhow (?:many|often)\b|多少(?:个|次|张|件|种|名|人|位|期)|几(?:个|次|张|件|种|名|人|位|岁|期)", Wanted::Count),
        (r"\bhow (?:much|old|late|hot|cold)\b|\bwhat (?:number|amount|is the (?:limit|size|population))\b|\bfrom what\b|\babove what\b|多少|上限|门槛", Wanted::Amount),
        (r"\bwhy\b|\bwhat (?:caused|is the reason)\b|为什么|为何|原因|怎么会", Wanted::Reason),
        (r"\b(?:who|whom|whose|where|which|what (?:city|country|person|company|team|place|state|language|river|name))\b|谁|哪(?:里|儿|个|位|家|座|国|省|市|些)|什么(?:地方|人|名|城市|国家|公司)|何地|何人|何处", Wanted::Name),
        (r"(?:^|[.!?,;]\s*|\bthen |\bso )(?:can|could|may|do|does|is|are|will|would|am|should|has|have|must) |吗|是否|能不能|可不可以|行不行|有没有|^能|^可以", Wanted::Leave),
    ]
    .into_iter()
    .map(|(text, wanted)| (pattern(text), wanted))
    .collect()
});

/// Words that only ask. No answer repeats them, and what stands beside them by chance means nothing.
static ASKING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\bhow (?:long|soon|fast|quick\w*|much|many|often|old|late|tall|high|deep|wide|far|big|large|thick|heavy|do i|can i|to)\b|\bwhat (?:is|are|does|do|can i do|should i do|if|time)\b|\b(?:do|does|can|could|will|would|may) (?:you|i|we)\b|\bi (?:am|have|want|need|would like|live|paid)\b|\b(?:please|pls|something|someone|tell me|just|still|really|actually|u|my|me|am)\b|请问|我想问一?下?|多少钱|多少|多久|多长时间?|几[天个次年月期]?|什么时候|什么|怎么办|怎么样?|如何|哪[里些天个]?|是不是|能不能|可不可以|有没有|你们|我们|的话|吗|呢|一共|现在|还",
    )
});

/// A folded question with the words that only ask made spaces.
#[must_use]
pub fn without_asking(folded: &str) -> String {
    ASKING.replace_all(folded, " ").into_owned()
}

/// Questions about what only the customer's account knows. A document may say how to find it, never what it is.
static OWN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:balance|status|value) (?:of|on|for|left on) my\b|\bwhat(?:.s| is) my (?:\w+ ){0,3}(?:balance|status)\b|\bhow (?:many|much)\b.{0,24}\bdo i (?:still )?(?:have|own)(?: left)?\W*$|\bhow (?:many|much)\b.{0,24}\b(?:is|are) (?:left )?(?:on|in) my\b|\bwhere(?:.s| is) my (?:order|parcel|package|delivery|refund)\b|我(?:的)?(?:订单|包裹|快递|退款).{0,24}(?:到哪|在哪|到了没|发了没|什么进度|进度如何|什么状态)|我(?:的|账户|卡|现在|目前|里|上)*(?:礼品卡|余额|积分|优惠券|账户余额|购物金|卡)?(?:里|上|还|现在|目前|一共|总共)*(?:剩|剩下|剩余|有)(?:了|的)?(?:多少|几)(?:个|张)?(?:钱|余额|积分|优惠券)?[?？。!！]*$",
    )
});

/// Whether a folded question asks for something of the customer's own that no document holds.
#[must_use]
pub fn asks_own(folded: &str) -> bool {
    OWN.is_match(folded)
}

/// What a folded question asks for.
#[must_use]
pub fn wanted(folded: &str) -> Wanted {
    ASKS.iter().find(|(pattern, _)| pattern.is_match(folded)).map_or(Wanted::Anything, |(_, wanted)| *wanted)
}

/// How well (0–1) a sentence holds the kind of thing that is wanted, where the question does not have it already.
#[must_use]
pub fn fits(wanted: Wanted, reading: &Reading, unit: &Unit, asked: &HashSet<Key>) -> f32 {
    let holds = &unit.holds;
    let fresh = |keys: &[Key]| keys.iter().any(|key| !asked.contains(key));
    let any = |of: &dyn Fn(Measure, f64) -> bool| {
        holds.quantities.iter().any(|(unit, value, keys)| of(*unit, *value) && fresh(keys))
    };
    let is = |of: Measure| any(&|unit, _| unit == of);
    let span = any(&|unit, _| unit.family() == Measure::Time);
    // A bare number in a table counts what the table's header, or what stands above it, says.
    let header = unit.under.map(|header| &reading.units[header].holds);
    let column = |says: &dyn Fn(&Holds) -> bool, above: bool| {
        header.is_some_and(|header| says(header) || above) && is(Measure::Count)
    };
    let found = match wanted {
        Wanted::Span => span || column(&|header| header.span, reading.span),
        Wanted::Clock => is(Measure::Clock),
        Wanted::Moment => {
            let moment = |unit| matches!(unit, Measure::Date | Measure::Clock | Measure::Weekday);
            span || any(&|unit, value| moment(unit) || unit == Measure::Count && (1000.0..2100.0).contains(&value))
        }
        Wanted::Share => any(&|unit, _| unit.family() == Measure::Percent),
        Wanted::Weight => is(Measure::Grams),
        Wanted::Length => any(&|unit, _| unit.family() != Measure::Time && unit != Measure::Weekday),
        Wanted::Money => {
            any(&|unit, _| matches!(unit.family(), Measure::Usd | Measure::Percent))
                || column(&|header| header.money, reading.money)
                || holds.free
        }
        Wanted::Count => any(&|unit, _| unit.family() != Measure::Time) || holds.times,
        Wanted::Amount => any(&|unit, _| unit != Measure::Weekday),
        Wanted::Name => holds.named || holds.names.iter().any(|name| fresh(name)),
        Wanted::Reason => holds.reason,
        Wanted::Leave => return holds.rule,
        Wanted::Anything => false,
    };
    // "How long" may be asked of a river.
    if wanted == Wanted::Span && !found && is(Measure::Metres) {
        return 0.5;
    }
    f32::from(u8::from(found))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialogue::reading::tests::passage;
    use crate::dialogue::reading::{key, read};
    use crate::text::normalise::fold;
    use crate::text::terms::terms;

    #[test]
    fn what_only_the_account_knows_is_told_from_what_documents_say() {
        for (question, own) in [
            ("What is the balance of my gift card?", true),
            ("How many points do I have?", true),
            ("Where is my order?", true),
            ("我的订单 20260412-7781 到哪里了？", true),
            ("我的礼品卡还剩多少钱？", true),
            ("我现在有多少积分？", true),
            ("How many days do I have to return it?", false),
            ("What happens to the balance of an expired card?", false),
            ("How long is a gift card valid?", false),
            ("我的订单可以取消吗", false),
            ("我可以用多少积分", false),
        ] {
            assert_eq!(asks_own(&fold(question)), own, "{question}");
        }
    }

    #[test]
    fn questions_name_what_they_want_and_sentences_hold_it() {
        for (question, kind, holds, lacks) in [
            ("When does the sale end?", Wanted::Moment, "It ends on 5 March.", "It ends soon."),
            ("How much is delivery?", Wanted::Money, "Delivery costs $5.", "Delivery is cheap."),
            ("退款多久到账？", Wanted::Span, "3个工作日内到账。", "很快到账。"),
            ("什么时候发货？", Wanted::Moment, "每天16:00前发货。", "尽快发货。"),
            ("Can I return it?", Wanted::Leave, "Opened pillows cannot be returned.", "Pillows are soft."),
            ("What share is deducted?", Wanted::Share, "We deduct 15 %.", "We deduct 15 yuan."),
            (
                "Why is my card refused?",
                Wanted::Reason,
                "This happens because the limit is reached.",
                "Cards are welcome.",
            ),
        ] {
            let asked: HashSet<Key> = terms(question).iter().map(|term| key(term)).collect();
            let fit = |text: &str| {
                let reading = read(&passage(None, text));
                fits(kind, &reading, &reading.units[0], &asked)
            };
            assert_eq!(wanted(&fold(question)), kind, "{question}");
            assert!(fit(holds) > fit(lacks), "{question}");
        }
    }
}
