//! From labelled cases to a promise that stands in decisions, through the real program.

use std::path::Path;

use serde_json::Value;

use crate::program::{frontdesk, run};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

#[test]
fn a_suite_becomes_a_promise_that_decisions_carry_and_a_change_makes_void() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("calibration.toml");
    let labels = data.path().join("labels.jsonl");
    let mut calibrate = frontdesk(data.path());
    calibrate.args(["eval", "calibrate"]).arg(root().join("eval/sample/cases.jsonl"));
    calibrate.arg("--knowledge").arg(root().join("knowledge")).args(["--alpha", "0.45", "--delta", "0.2", "--json"]);
    let (code, out, talk) = run(calibrate.arg("--out").arg(&file).arg("--labels").arg(&labels));
    let reports = lines(&out);
    assert!(reports.iter().any(|report| !report["claim"].is_null()), "{code} {out} {talk}");
    let claim = &reports.iter().find(|report| !report["claim"].is_null()).unwrap()["claim"];
    assert!(claim["upper"].as_f64().unwrap() <= 0.45 && claim["coverage"].as_f64().unwrap() > 0.1, "{claim}");

    // The same labels again, and one percent, which they cannot prove.
    let mut strict = frontdesk(data.path());
    strict.args(["eval", "calibrate"]).arg(&labels).args(["--alpha", "0.01", "--json"]);
    let (code, out, _) = run(&mut strict);
    assert_eq!(code, 6, "{out}");
    assert!(lines(&out).iter().all(|report| report["claim"].is_null()), "{out}");

    let documents = root().join("knowledge");
    assert_eq!(run(frontdesk(data.path()).arg("ingest").arg(&documents)).0, 0);
    let promise = |question: &str| {
        let set = format!("dialogue.calibration={}", file.display());
        let (code, out, talk) = run(frontdesk(data.path()).args(["--set", &set, "ask", question, "--json"]));
        assert_eq!(code, 0, "{talk}");
        lines(&out)[0]["decision"]["promise"].clone()
    };
    let question =
        if claim["language"] == "zh" { "礼品卡有效期多久？" } else { "How long are gift cards valid?" };
    let given = promise(question);
    assert_eq!(given["alpha"], 0.45, "{given}");
    assert!(given["void"].is_null(), "the same documents, policy and search: {given}");

    let news = data.path().join("news.md");
    std::fs::write(&news, "# News\n\nWe open a new shop in Suzhou on 1 May 2027.\n").unwrap();
    assert_eq!(run(frontdesk(data.path()).arg("ingest").arg(&news)).0, 0);
    assert_eq!(promise(question)["void"], serde_json::json!(["knowledge"]));
}

#[test]
fn lint_finds_what_is_wrong_and_fails_for_it() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("docs");
    std::fs::create_dir(&folder).unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    write("returns.md", "# Returns\n\nYou can return unused shoes within 30 days of delivery.\n");
    write("faq.md", "# Questions\n\nYou can return unused shoes within 14 days of delivery.\n");
    let (code, out, talk) = run(frontdesk(data.path()).args(["kb", "lint"]).arg(&folder).arg("--json"));
    let kinds: Vec<Value> = lines(&out).into_iter().map(|finding| finding["kind"].clone()).collect();
    assert_eq!((code, kinds), (6, vec![Value::from("contradiction")]), "{out}{talk}");
    write("faq.md", "# Questions\n\nPoints are added after each order.\n");
    let (code, out, talk) = run(frontdesk(data.path()).args(["kb", "lint"]).arg(&folder));
    assert_eq!((code, out.as_str()), (0, ""), "{talk}");
}

#[test]
fn drafts_are_written_once_and_a_folder_is_tried_on_old_tickets() {
    let data = tempfile::tempdir().unwrap();
    let (drafts, tickets) = (data.path().join("drafts.jsonl"), data.path().join("tickets.csv"));
    let mut generate = frontdesk(data.path());
    generate.args(["eval", "generate", "--knowledge"]).arg(root().join("knowledge")).arg("--out").arg(&drafts);
    assert_eq!(run(&mut generate).0, 0);
    let cases = lines(&std::fs::read_to_string(&drafts).unwrap());
    assert!(cases.len() > 100 && cases.iter().all(|case| case["unreviewed"] == true), "{}", cases.len());
    assert_eq!(run(&mut generate).0, 8, "what a person may have reviewed is not written over");

    std::fs::write(&tickets, "question,answer\nHow long are gift cards valid?,36 months\nDo you sell cars?,No\n")
        .unwrap();
    let mut poc = frontdesk(data.path());
    poc.args(["eval", "poc", "--per-document", "1", "--json", "--knowledge"]).arg(root().join("knowledge"));
    let (code, out, talk) = run(poc.arg("--tickets").arg(&tickets));
    assert_eq!(code, 0, "{talk}");
    let report = &lines(&out)[0];
    assert_eq!(report["tickets"], 2, "{report}");
    assert_eq!(report["accuracy"]["hits"], 1, "{report}");
}

/// Labels of a kind, as `eval calibrate --labels` writes them: `right` and `wrong` ones of equal evidence, with the house or without.
fn labels(file: &Path, made: Option<&str>, prefix: &str, right: usize, wrong: usize) {
    let header = made.map(|knowledge| format!("{{\"made\":{{\"knowledge\":\"{knowledge}\"}}}}\n")).unwrap_or_default();
    let evidence =
        serde_json::to_value(frontdesk::model::decision::Evidence { terms: 3, ..Default::default() }).unwrap();
    let line = |at: usize| {
        let label = serde_json::json!({
            "id": format!("{prefix}{at}"), "language": "en", "mode": "quote", "evidence": evidence, "answers": true, "wrong": at < wrong,
        });
        format!("{label}\n")
    };
    std::fs::write(file, header + &(0..right + wrong).map(line).collect::<String>()).unwrap();
}

#[test]
fn labels_know_their_house_and_count_once() {
    let data = tempfile::tempdir().unwrap();
    let path = |name: &str| data.path().join(name);
    labels(&path("one.jsonl"), Some("a"), "one-", 400, 0);
    labels(&path("more.jsonl"), Some("a"), "more-", 100, 0);
    labels(&path("other.jsonl"), Some("b"), "other-", 100, 0);
    labels(&path("bare.jsonl"), None, "bare-", 400, 0);
    let calibrate = |arguments: &[&str]| run(frontdesk(data.path()).args(["eval", "calibrate"]).args(arguments));
    let (code, out, talk) = calibrate(&["one.jsonl", "more.jsonl", "--out", "made.toml"]);
    assert_eq!(code, 0, "{out}{talk}");
    assert!(out.contains("which is no promise") && talk.contains("at its own δ"), "{out}{talk}");
    let made = frontdesk::dialogue::calibration::parse(&std::fs::read_to_string(path("made.toml")).unwrap()).unwrap();
    assert_eq!(made.made.unwrap().knowledge, "a", "a claim from labels is about their house");
    for (files, complaint) in [
        (["one.jsonl", "one.jsonl"], "the case one-0 stands in one.jsonl and again in one.jsonl"),
        (["one.jsonl", "other.jsonl"], "other.jsonl is about another house than the labels before it: other knowledge"),
    ] {
        let (code, _, talk) = calibrate(&files);
        assert!(code == 8 && talk.contains(complaint), "{talk}");
    }
    let (code, _, talk) = calibrate(&["bare.jsonl", "--out", "void.toml"]);
    assert!(code == 8 && talk.contains("void at once") && !path("void.toml").exists(), "{talk}");
    assert_eq!(calibrate(&["bare.jsonl"]).0, 0, "to look at it is no harm");
    // What can be told of few labels, and what cannot.
    labels(&path("few.jsonl"), Some("a"), "few-", 8, 0);
    let (code, out, _) = calibrate(&["few.jsonl"]);
    assert!(code == 6 && out.contains("too few to tell") && !out.contains("no number of labels helps"), "{out}");
    labels(&path("bad.jsonl"), Some("a"), "bad-", 50, 50);
    let (code, out, _) = calibrate(&["bad.jsonl"]);
    assert!(code == 6 && out.contains("no number of labels helps"), "{out}");
    let (code, out, _) = calibrate(&["one.jsonl", "--trials", "50"]);
    assert!(code == 0 && out.contains("broken 0/50 = 0.0 % (0.0–7.1) ≤ 10 %"), "{out}");
}

#[test]
fn a_case_that_takes_any_answer_earns_no_promise() {
    let data = tempfile::tempdir().unwrap();
    let path = |name: &str| data.path().join(name);
    std::fs::create_dir(path("docs")).unwrap();
    std::fs::write(path("docs/returns.md"), "# Returns\n\nUnused shoes can be returned within 30 days.\n").unwrap();
    std::fs::write(path("intents.csv"), "text,intent\nHow can I return shoes?,returns\nTalk to a person,human\n")
        .unwrap();
    let program = |arguments: &[&str]| run(frontdesk(data.path()).arg("eval").args(arguments));
    let (code, _, talk) = program(&["import", "intents", "intents.csv", "suite.jsonl", "--human", "human"]);
    assert!(code == 0 && talk.contains("1 of them are drafts"), "{talk}");
    let drafted = std::fs::read_to_string(path("suite.jsonl")).unwrap();
    std::fs::write(path("suite.jsonl"), drafted.replace(",\"unreviewed\":true", "")).unwrap();
    let (_, out, talk) = program(&["run", "suite.jsonl", "--knowledge", "docs", "--offline"]);
    assert!(out.contains("cases that take any answer (they show coverage, not accuracy): 1"), "{out}{talk}");
    let (_, _, talk) = program(&["calibrate", "suite.jsonl", "--knowledge", "docs"]);
    assert!(talk.contains("1 cases take any answer"), "{talk}");
}
