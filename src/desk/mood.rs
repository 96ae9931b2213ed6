//! How a customer sounds, read off their words. Pure, and no more than a hint for whoever picks up next.
//!
//! Anger is what is aimed at us; unhappiness is what went wrong. Shouting alone is neither: it makes one of them worse.

use std::sync::LazyLock;

use regex::Regex;

use crate::model::event::Mood;
use crate::text::normalise::fold;

/// The last messages that are looked at.
const LOOK_BACK: usize = 6;

static ANGRY: LazyLock<Regex> = LazyLock::new(|| {
    words(&[
        r"\b(?:ridiculous|unacceptable|outrageous|disgust(?:ed|ing)|appalling|pathetic|incompetent|angry|furious|livid|outraged|enraged|shameful)\b",
        r"\b(?:scam(?:mers?|med)?|fraud(?:sters?)?|rip[- ]?off|ripped (?:me )?off|thie(?:f|ves)|liars?|cheat(?:ed|ers|ing)?)\b",
        r"\b(?:useless|worthless|garbage|rubbish|a joke|bull ?shit|wtf|damn|hell is wrong|stupid|idiots?|morons?)\b",
        r"\b(?:sick (?:and tired )?of|fed up|had enough|how dare|shame on|waste of (?:time|money)|worst)\b",
        r"\b(?:sue you|lawyer|court|report you|chargeback|never (?:buy|order|shop)\w* (?:from you|here|again))\b",
        r"垃圾|骗子|骗人|欺骗|骗钱|坑人|坑爹|忽悠|黑店|黑心|奸商|无耻|不要脸|恶心|滚|傻|什么玩意|太过分|过分了|欺负人|离谱|气死|火大|愤怒|忍无可忍|受够|差评|投诉|举报|曝光|消协|工商|12315|起诉|律师|再也不(?:来|买)",
    ])
});

static UNHAPPY: LazyLock<Regex> = LazyLock::new(|| {
    words(&[
        r"\b(?:disappoint\w*|unhappy|frustrat\w*|annoy\w*|upset|dissatisf\w*|displeased|complain\w*|worried|unfortunately)\b",
        r"\b(?:broken|damaged|defective|faulty|torn|cracked|missing|wrong (?:item|size|colou?r|order|product)|not working|doesn'?t work|stopped working)\b",
        r"\b(?:still (?:have ?n'?t|has ?n'?t|no|not|waiting|nothing)|never (?:arrived|received|came|got)|(?:have ?n'?t|has ?n'?t|did ?n'?t) (?:arrived?|received?|got|get|come)|overdue|delayed|so late)\b",
        r"\b(?:nobody|no ?one|no-one) (?:answers|answered|replies|replied|helps|helped|responds|responded|cares)\b|\bwaiting for (?:over |more than )?(?:\w+ )?(?:hours|days|weeks|months)\b|\b(?:again and again|second time|third time|yet again|too (?:slow|long))\b",
        r"失望|不满|不开心|不高兴|生气|着急|急死|郁闷|无语|烦|担心|破损|坏了|坏的|破了|碎了|漏了|少了|缺(?:件|少)|发错|寄错|用不了|没法用|没反应",
        r"一直没|还没(?:有)?(?:收到|到|发|退|处理|回)|迟迟|怎么还|拖了|催了|等了.{0,8}(?:天|周|个?月|小时)|没人(?:理|回|管|接)|太慢|太久|太差|又(?:坏|错|是这样)|再三|第[二三]次",
    ])
});

/// Said, and not meant of us: taken out before the words are looked for.
static DENIED: LazyLock<Regex> = LazyLock::new(|| {
    words(&[
        r"\b(?:not|n'?t|never|no longer|isn'?t|wasn'?t) (?:\w+ )?(?:angry|upset|annoy\w*|disappoint\w*|unhappy|frustrat\w*|worried|complain\w*|broken|damaged)\b",
        r"\b(?:what|how|if|in case|should|would)\b[^.!?]{0,60}\b(?:is|are|arrives?|gets?|turns?|comes?|be|was|were|to) (?:\w+ )?(?:broken|damaged|defective|faulty|missing|delayed|torn)\b",
        r"(?:不|没|没有|并不|别)(?:是|会|要)?(?:太|很)?(?:生气|着急|失望|不满|担心|烦|投诉)|麻烦|耐烦|如果.{0,20}(?:坏了|破损|发错|少了|破了|碎了)|(?:投诉|举报)(?:电话|渠道|方式|流程)",
    ])
});

fn words(patterns: &[&str]) -> Regex {
    Regex::new(&patterns.join("|")).expect("a constant pattern")
}

/// How the customer sounds. `messages` are theirs, oldest first.
#[must_use]
pub fn mood(messages: &[&str]) -> Mood {
    let recent = &messages[messages.len().saturating_sub(LOOK_BACK)..];
    let (mut angry, mut unhappy, mut loud) = (0, 0, false);
    for message in recent {
        let text = fold(message).replace('’', "'");
        let text = DENIED.replace_all(&text, " ");
        angry += ANGRY.find_iter(&text).count();
        unhappy += UNHAPPY.find_iter(&text).count();
        loud |= shouts(message);
    }
    match (angry, unhappy) {
        (0, 0) => Mood::Calm,
        (0, few) if few < 2 || !loud => Mood::Unhappy,
        _ => Mood::Angry,
    }
}

/// Three exclamation marks, or most letters capital in more than two words.
fn shouts(message: &str) -> bool {
    let marks = message.chars().filter(|c| matches!(c, '!' | '！')).count();
    let capital = |word: &&str| word.chars().filter(char::is_ascii_uppercase).count() >= 3;
    marks >= 3 || message.split_whitespace().filter(capital).count() >= 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_calm_whatever_they_are_about() {
        for text in [
            "How long do I have to return something?",
            "What happens if my parcel arrives damaged?",
            "Where can I file a warranty claim for a tent?",
            "Hi, could you tell me whether gift cards expire?",
            "I'm not angry, I just want to know when it ships.",
            "Great service, thank you so much!!!",
            "请问退货运费谁承担？",
            "如果收到的东西坏了怎么办？",
            "麻烦帮我查一下发票",
            "不着急，慢慢来",
            "投诉电话是多少？",
            "IS THE XL TENT IN STOCK?",
        ] {
            assert_eq!(mood(&[text]), Mood::Calm, "{text}");
        }
    }

    #[test]
    fn what_went_wrong_makes_unhappy() {
        for text in [
            "My lamp arrived broken.",
            "I still haven't received my order from two weeks ago.",
            "I'm quite disappointed with the quality.",
            "Nobody answered my e-mail.",
            "等了十天还没收到货",
            "收到的杯子碎了",
            "你们发错货了，有点失望",
            "一直没人回我",
        ] {
            assert_eq!(mood(&[text]), Mood::Unhappy, "{text}");
        }
    }

    #[test]
    fn what_is_aimed_at_us_is_anger() {
        for text in [
            "This is ridiculous, I want my money back.",
            "I am really angry!!! Where is my money? I want to talk to a person now",
            "You are a bunch of scammers",
            "Worst shop ever. Never buying here again.",
            "STILL NO PARCEL, nobody answers, it arrived BROKEN last time. HELLO?!!!",
            "你们就是骗子",
            "垃圾客服，太过分了",
            "再不处理我就打12315投诉",
        ] {
            assert_eq!(mood(&[text]), Mood::Angry, "{text}");
        }
        assert_eq!(
            mood(&["你们这是欺骗", "好的，请问订单号在哪里看？"]),
            Mood::Angry,
            "not forgotten by the next message"
        );
        let calm_since: Vec<&str> =
            std::iter::once("you are scammers").chain(std::iter::repeat_n("where is it?", 6)).collect();
        assert_eq!(mood(&calm_since), Mood::Calm);
        assert_eq!(mood(&[]), Mood::Calm);
    }
}
