//! Rules on public text: wishes for a person, attacks, and how often plain questions are mistaken for either.

use std::collections::BTreeMap;
use std::time::Instant;

use frontdesk::dialogue::policy::{self, Policy, Said};

use super::bench::{folder, lines, text};

fn rule(policy: &Policy, question: &str) -> String {
    policy::before(policy, Said { question, before: &[], offered: false })
        .map(|verdict| verdict.rule)
        .unwrap_or_default()
}

#[test]
fn wishes_for_a_person_are_heard_and_not_imagined() {
    let Some(folder) = folder("escalation_en") else { return };
    let policy = policy::built_in();
    let (mut heard, mut wished, mut imagined, mut others) = (0, 0, 0, 0);
    for line in lines(&folder.join("bitext_support_intents.jsonl")) {
        let found = rule(&policy, &text(&line, "text")) == "asks_for_person";
        if line["wants_human"].as_bool().unwrap() {
            (heard, wished) = (heard + usize::from(found), wished + 1);
        } else {
            (imagined, others) = (imagined + usize::from(found), others + 1);
        }
    }
    println!("policy: {heard} of {wished} wishes for a person heard, {imagined} of {others} others mistaken for one");
    assert!(heard * 100 >= wished * 95 && imagined * 200 <= others);
}

#[test]
fn attacks_are_seen_and_trigger_words_alone_are_none() {
    let Some(folder) = folder("injection") else { return };
    let policy = policy::built_in();
    let mut kinds: BTreeMap<(bool, String), (usize, usize)> = BTreeMap::new();
    let (prompts, began) = (lines(&folder.join("prompts.jsonl")), Instant::now());
    for line in &prompts {
        let slot = kinds.entry((line["label"] == 1, text(line, "kind"))).or_default();
        slot.0 += usize::from(rule(&policy, &text(line, "text")) == "prompt_injection");
        slot.1 += 1;
    }
    println!("policy: {} µs a prompt", began.elapsed().as_micros() / prompts.len() as u128);
    for ((attack, kind), (found, all)) in &kinds {
        println!("policy: {} {kind}: {found} of {all} taken for an attack", if *attack { "attack" } else { "benign" });
        let most = if kind == "benign-support" { 0.005 } else { 0.06 };
        assert!(*attack || *found as f32 <= most * *all as f32, "{kind}");
    }
    let direct: Vec<_> =
        kinds.iter().filter(|((attack, kind), _)| *attack && !kind.contains("indirect-injection")).collect();
    let (found, all) = direct.iter().fold((0, 0), |sum, (_, slot)| (sum.0 + slot.0, sum.1 + slot.1));
    assert!(found * 100 >= all * 80, "{found} of {all}");
}

#[test]
fn plain_questions_meet_no_rule() {
    let policy = policy::built_in();
    for (set, file, key) in [
        ("faq_en", "bankfaqs.jsonl", "question"),
        ("faq_en", "ecs_faq.jsonl", "question"),
        ("faq_zh", "atec_faq.jsonl", "question"),
        ("faq_zh", "ecs_faq.jsonl", "question"),
    ] {
        let Some(folder) = folder(set) else { return };
        let questions = lines(&folder.join(file));
        let met = questions.iter().filter(|line| !rule(&policy, &text(line, key)).is_empty()).count();
        println!("policy: {set}/{file}: {met} of {} questions meet a rule", questions.len());
        assert!(met * 200 <= questions.len());
    }
}
