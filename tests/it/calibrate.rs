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
