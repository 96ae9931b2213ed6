//! The sample help centre and the labelled questions about it, read by the product's own extraction: what a case promises, the
//! documents say.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use frontdesk::dialogue::policy;
use frontdesk::eval::case::Case;
use frontdesk::eval::metric::facts;
use frontdesk::eval::suite;
use frontdesk::knowledge::chunk;
use frontdesk::knowledge::document::Extracted;
use frontdesk::knowledge::extract;
use frontdesk::text::language::{Language, detect};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn cases() -> Vec<Case> {
    let suites = suite::read(&[root().join("eval/sample"), root().join("eval/practice")])
        .unwrap_or_else(|error| panic!("{error}"));
    suites.into_iter().flat_map(|suite| suite.cases).collect()
}

fn documents() -> BTreeMap<String, Extracted> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(root().join("knowledge")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let extracted =
            extract::read(&name, &std::fs::read(&path).unwrap()).unwrap_or_else(|why| panic!("{name}: {why}"));
        found.insert(name, extracted);
    }
    found
}

#[test]
fn every_document_is_read_without_loss() {
    let documents = documents();
    assert!(documents.len() >= 30, "{}", documents.len());
    for (name, extracted) in &documents {
        let codes: Vec<&str> = extracted.warnings.iter().map(|warning| warning.code.as_str()).collect();
        let expected = name.starts_with("账户") || name.starts_with("户外电源");
        assert!(codes.iter().all(|&code| expected && code == "encoding_guessed"), "{name}: {codes:?}");
        let rows = name.ends_with(".csv") || name.ends_with(".xlsx");
        assert!(rows || extracted.title.as_ref().is_some_and(|title| !title.is_empty()), "{name} has no title");
        assert!(!extracted.text.contains('\u{FFFD}'), "{name}: characters were lost");
        let first_is_chinese = name.chars().next().is_some_and(frontdesk::text::language::is_han);
        let bilingual = name == "shipping-fees.xlsx";
        assert!(bilingual || (detect(&extracted.text) == Language::Zh) == first_is_chinese, "{name}");
    }
}

#[test]
fn pages_keep_what_they_say_and_lose_what_surrounds_it() {
    let documents = documents();
    for (name, kept, lost) in [
        ("shipping.html", "next day in 42 cities", ["newsletter", "Basket", "dataLayer"]),
        ("配送说明.html", "42 个城市次日达", ["公众号", "限时特惠", "招聘"]),
    ] {
        let text = &documents[name].text;
        assert!(text.contains(kept), "{name} lost: {kept}");
        for noise in lost {
            assert!(!text.contains(noise), "{name} kept: {noise}");
        }
    }
    assert_eq!(documents["faq.csv"].questions.len(), 20);
    assert_eq!(documents["常见问题.xlsx"].questions.len(), 20);
}

#[test]
fn no_chunk_is_a_table_of_contents() {
    for (name, extracted) in documents() {
        let chunks = chunk::chunk(&extracted, &chunk::Limits::default());
        assert!(!chunks.is_empty(), "{name} gives no chunk");
        for chunk in chunks {
            assert!(!chunk.text.contains("(#"), "{name}: a link list became a chunk: {}", chunk.text);
            assert!(extracted.text.get(chunk.place.clone()).is_some(), "{name}: a chunk without a place");
        }
    }
}

#[test]
fn each_fact_of_each_case_stands_in_each_document_it_names() {
    let documents = documents();
    let mut complaints = Vec::new();
    for case in cases().iter().filter(|case| case.is_answerable()) {
        for (cite, fact) in
            case.expect.cites.iter().flat_map(|cite| case.expect.facts.iter().map(move |fact| (cite, fact)))
        {
            let name = cite.document();
            if !documents.get(name).is_some_and(|extracted| facts::stated(fact, &extracted.text)) {
                complaints.push(format!("{}: {name} does not say {fact}", case.id));
            }
        }
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn cases_are_well_formed_and_balanced() {
    let cases = cases();
    let rules: BTreeSet<String> = policy::rules(&policy::built_in()).into_iter().map(|(name, _)| name).collect();
    let mut complaints = Vec::new();
    for case in &cases {
        let expect = &case.expect;
        let mut complain = |what: &str| complaints.push(format!("{}: {what}", case.id));
        if detect(case.question()) != case.language {
            complain("the question is not in the case's language");
        }
        if expect.rule.as_ref().is_some_and(|rule| !rules.contains(rule)) {
            complain("names a rule that the policy does not have");
        }
        if case.is_answerable() == (expect.facts.is_empty() || expect.cites.is_empty()) {
            complain("an answer needs facts and documents, anything else has no facts");
        }
        if expect.cites.iter().any(|cite| !root().join("knowledge").join(cite.document()).is_file()) {
            complain("cites a document that is not there");
        }
        if case.tags.is_empty() {
            complain("no tags");
        }
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
    for language in [Language::En, Language::Zh] {
        let of: Vec<&Case> = cases.iter().filter(|case| case.language == language).collect();
        let answers = of.iter().filter(|case| case.is_answerable()).count();
        assert!(of.len() >= 140, "{} cases", of.len());
        assert!((55..=70).contains(&(answers * 100 / of.len())), "{answers} of {} have an answer", of.len());
    }
}

#[test]
fn rules_decide_what_they_should_and_leave_questions_alone() {
    let policy = policy::built_in();
    let mut complaints = Vec::new();
    for case in cases() {
        let before: Vec<&str> = case.said().filter(|said| *said != case.question()).collect();
        let verdict =
            policy::before(&policy, policy::Said { question: case.question(), before: &before, offered: false });
        let rule = verdict.map(|verdict| verdict.rule);
        if case.expect.rule.as_ref().is_some_and(|expected| rule.as_ref() != Some(expected)) {
            complaints.push(format!("{}: decided by {rule:?}, not by {:?}", case.id, case.expect.rule));
        }
        if case.is_answerable() && rule.is_some() {
            complaints.push(format!("{}: a question with an answer is taken by {rule:?}", case.id));
        }
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}
