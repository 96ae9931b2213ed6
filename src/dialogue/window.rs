//! What of a conversation a search is asked. Pure.
//!
//! All that the customer wrote since the last answer is one question. What was said before helps a question that leans on
//! it ("and for sale items?") and misleads one that stands alone, so its weight follows how much the question leans.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use regex::Regex;

use crate::knowledge::rank;
use crate::knowledge::retrieve::Ask;
use crate::model::conversation::{Conversation, Message};
use crate::model::event::Party;
use crate::text::language::{self, Language, is_han};
use crate::text::normalise::fold;
use crate::text::pattern::pattern;
use crate::text::terms::terms;

/// Messages before the question that are looked at.
const LOOK_BACK: usize = 8;
/// Characters of an earlier message that a search is asked.
const LONGEST: usize = 600;

/// The conversation as a turn sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// What the customer wrote since the last answer.
    pub question: String,
    /// Messages before it, oldest first.
    pub history: Vec<Said>,
    /// The language of the question; of the conversation when the question has no words.
    pub language: Language,
    pub leaning: Leaning,
    /// The last reply offered a person.
    pub offered: bool,
    /// Replies in a row, up to the last one, that offered a person and quoted nothing.
    pub unanswered: usize,
}

/// A message before the question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub by_customer: bool,
    pub text: String,
}

/// How much a question leans on what was said before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaning {
    /// There was nothing before.
    First,
    /// It names its subject itself.
    Alone,
    /// It has few words of its own.
    Short,
    /// It points back: "it", "that one", "那…呢".
    Back,
}

/// Weights of what was said before, beside the question's 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weights {
    /// The message before, of the customer and of the bot.
    pub customer: f32,
    pub bot: f32,
    /// Factor for each message further back.
    pub fade: f32,
}

static BACK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:and|or|but|so|then|also|what about|how about|what if|why|when|where|how (?:much|many|long|soon|do i do that)|which one|ok|okay|yes|no|right|sure|for)\b|\b(?:it|its|they|them|their|that|those|this|these|there|one|ones|same|else|too|either|instead|otherwise|he|she|such)\b|^(?:那|那么|然后|所以|但是|如果|还有|另外|此外|也|可是|就|为什么|多久|多少|怎么|什么时候|在哪|哪里|好的|嗯|对)|其他|别的|呢[？?。!！]*$|也(?:可以|能|是|要|行)",
    )
});

/// Chinese words that point back wherever they stand.
static POINTS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"它|他们|这个|那个|这种|那种|这些|那些|这样|那样|这里|那里|上面|刚才|刚刚|同样"));

/// The window of a conversation; `None` when the customer waits for nothing.
#[must_use]
pub fn look(conversation: &Conversation) -> Option<Window> {
    let open = |message: &&Arc<Message>| message.from == Party::Customer && message.seq > conversation.answered_through;
    let asked: Vec<&Arc<Message>> = conversation.messages.iter().filter(open).collect();
    let first = asked.first()?.seq;
    let question = asked.iter().map(|message| message.text.trim()).collect::<Vec<_>>().join("\n");
    let earlier: Vec<&Arc<Message>> = conversation.messages.iter().filter(|message| message.seq < first).collect();
    let history: Vec<Said> = earlier[earlier.len().saturating_sub(LOOK_BACK)..]
        .iter()
        .map(|message| Said { by_customer: message.from == Party::Customer, text: message.text.clone() })
        .collect();
    let replies = || earlier.iter().rev().filter(|message| message.from == Party::Bot);
    let unanswered = replies().take_while(|reply| reply.offers_human && reply.citations.is_empty()).count();
    let wordless = !question.chars().any(char::is_alphabetic);
    Some(Window {
        language: if wordless { conversation.language } else { language::detect(&question) },
        leaning: leaning(&question, &history),
        offered: replies().next().is_some_and(|reply| reply.offers_human),
        unanswered,
        question,
        history,
    })
}

/// What retrieval is asked.
#[must_use]
pub fn ask(window: &Window, limit: usize) -> Ask {
    ask_with(window, limit, weights(window.leaning))
}

/// The same with chosen weights, for measuring them.
#[must_use]
pub fn ask_with(window: &Window, limit: usize, weights: Weights) -> Ask {
    let mut lexical = vec![(window.question.clone(), 1.0)];
    let mut fade = 1.0;
    for said in window.history.iter().rev() {
        let weight = fade * if said.by_customer { weights.customer } else { weights.bot };
        if weight > 0.0 {
            lexical.push((said.text.chars().take(LONGEST).collect(), weight));
        }
        fade *= weights.fade;
    }
    // A question that stands alone may begin another topic: only the last exchange is read with it.
    let read = match window.leaning {
        Leaning::First => 0,
        Leaning::Alone => 2,
        Leaning::Short | Leaning::Back => LOOK_BACK,
    };
    let earlier = window.history.iter().rev().take(read).map(|said| said.text.as_str());
    let dense = rank::question_to_embed(std::iter::once(window.question.as_str()).chain(earlier));
    Ask { lexical, dense, language: window.language, limit, version: None }
}

fn weights(leaning: Leaning) -> Weights {
    match leaning {
        Leaning::First => Weights { customer: 0.0, bot: 0.0, fade: 0.0 },
        Leaning::Alone => Weights { customer: 0.15, bot: 0.1, fade: 0.6 },
        Leaning::Short => Weights { customer: 0.4, bot: 0.25, fade: 0.8 },
        Leaning::Back => Weights { customer: 0.5, bot: 0.3, fade: 0.8 },
    }
}

/// How much a question leans on what was said before it.
#[must_use]
pub fn leaning(question: &str, history: &[Said]) -> Leaning {
    if history.is_empty() {
        return Leaning::First;
    }
    let folded = fold(question);
    let own: BTreeSet<String> = terms(&folded).into_iter().collect();
    let chinese = folded.chars().any(is_han);
    let few = if chinese { 4 } else { 5 };
    // 那礼品卡有效期多久 begins like a follow-up and names another subject; only a pronoun points back from a long question.
    let points = POINTS.is_match(&folded);
    let reach = if chinese && !points { 6 } else { few * 4 };
    if (points || BACK.is_match(&folded)) && own.len() <= reach {
        return Leaning::Back;
    }
    if own.len() <= few { Leaning::Short } else { Leaning::Alone }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leans(question: &str) -> Leaning {
        leaning(question, &[Said { by_customer: true, text: "Can I return shoes?".to_owned() }])
    }

    #[test]
    fn follow_ups_lean_and_new_topics_do_not() {
        for question in [
            "and for sale items?",
            "What about shoes?",
            "Does it also hold for gifts?",
            "那海外呢？",
            "那要多久",
            "定制的也可以吗",
        ] {
            assert_eq!(leans(question), Leaning::Back, "{question}");
        }
        for question in ["Sale items?", "海外订单", "运费"] {
            assert_eq!(leans(question), Leaning::Short, "{question}");
        }
        for question in [
            "Can my company get an invoice with a VAT number?",
            "企业客户可以开增值税专用发票吗",
            "那礼品卡有效期多久？",
        ] {
            assert_eq!(leans(question), Leaning::Alone, "{question}");
        }
        assert_eq!(leaning("and for sale items?", &[]), Leaning::First);
    }

    #[test]
    fn the_question_weighs_more_than_what_was_said_before() {
        let history = [(true, "Can I return shoes?"), (false, "Yes, within 30 days.")];
        let window = Window {
            question: "and boots?".to_owned(),
            history: history.map(|(by_customer, text)| Said { by_customer, text: text.to_owned() }).to_vec(),
            language: Language::En,
            leaning: Leaning::Back,
            offered: false,
            unanswered: 0,
        };
        let asked = ask(&window, 5);
        let weights: Vec<f32> = asked.lexical.iter().map(|(_, weight)| *weight).collect();
        assert_eq!(asked.lexical[0].0, "and boots?");
        assert!(weights[0] > weights[1] && weights.iter().all(|weight| *weight > 0.0), "{weights:?}");
        assert_eq!(asked.dense, "and boots?\nYes, within 30 days.\nCan I return shoes?");
    }
}
