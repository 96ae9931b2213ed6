//! `frontdesk eval replay`, `drift` and `import-conversations` on a data folder with a past, as the program is called.

use std::path::Path;

use frontdesk::clock;
use frontdesk::dialogue::calibration::{self, Calibration, Claim, Made};
use frontdesk::model::decision::Mode;
use frontdesk::model::event::Event;
use frontdesk::model::id::{AgentId, WorkspaceId};
use frontdesk::text::language::Language;
use serde_json::Value;

use crate::house::House;
use crate::program::{frontdesk, run};
use crate::replay::{quiet_house, talk, turns};

const RETURNS: &str = "# Returns\n\nYou can return unused shoes within 30 days of delivery.\n";
const ASKED: &str = "Within how many days can I return unused shoes?";

/// The program beside the running house.
async fn eval(house: &House, arguments: &[&str]) -> (i32, String, String) {
    let mut command = frontdesk(house.data());
    command.env("FRONTDESK_DIALOGUE__ANSWER_FROM", "0.1").arg("eval").args(arguments);
    tokio::task::spawn_blocking(move || run(&mut command)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_says_by_its_code_whether_anything_changes() {
    let house = quiet_house(None, Some(0.1)).await;
    house.learn(&[("returns.md", RETURNS)]).await;
    let (code, out, said) = eval(&house, &["replay"]).await;
    assert_eq!(code, 8, "no turn is no proof: {out}{said}");
    talk(&house, &[ASKED]).await;
    let (code, out, said) = eval(&house, &["replay"]).await;
    assert_eq!(code, 0, "{out}{said}");
    house.learn(&[("returns.md", &RETURNS.replace("30 days", "14 days"))]).await;
    let newest = house.app.store.published(WorkspaceId::DEFAULT).await.unwrap().version;
    let candidate = format!("knowledge={newest}");
    let (code, out, _) = eval(&house, &["replay", "--against", &candidate, "--max-changed", "10"]).await;
    assert!(code == 6 && out.contains("14 days"), "{out}");
    let (code, out, _) = eval(&house, &["replay", "--against", &candidate, "--max-changed", "100"]).await;
    assert_eq!(code, 0, "{out}");
    let missing = format!("knowledge={}", newest + 1);
    let (code, out, said) = eval(&house, &["replay", "--against", &missing]).await;
    assert!(code == 8 && said.contains("there is no version"), "a version that never was changes nothing: {out}{said}");
    house.close().await;
}

/// A calibration file that promises something about English quotes with these confidences.
fn promise(file: &Path, confidences: [f64; 3]) {
    let claim = Claim {
        language: Language::En,
        mode: Mode::Quote,
        dense: false,
        alpha: 0.1,
        delta: 0.1,
        threshold: 0.0,
        labels: 600,
        asked: 400,
        answered: 300,
        wrong: 10,
        upper: 0.05,
        coverage: 0.75,
        scored: 600,
        quantiles: (0..21).map(|at| confidences[at / 7]).collect(),
    };
    let calibration = Calibration { claim: vec![claim], made: Some(Made::default()), ..calibration::built_in() };
    std::fs::write(file, calibration::written(&calibration).unwrap()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn drift_says_by_its_code_whether_the_promise_covers_what_comes_in() {
    let house = quiet_house(None, Some(0.1)).await;
    house.learn(&[("returns.md", RETURNS)]).await;
    let (code, _, said) = eval(&house, &["drift"]).await;
    assert!(code == 0 && said.contains("promises nothing"), "{said}");
    let first = talk(&house, &[ASKED]).await;
    let usual = f64::from(turns(&house, &[first]).await[0].decision.evidence.confidence);
    let file = house.data().join("calibration.toml");
    let named = format!("dialogue.calibration={}", file.display());
    promise(&file, [usual; 3]);
    let (code, out, _) = eval(&house, &["drift", "--set", &named]).await;
    assert!(code == 8 && out.contains("too few decisions"), "one decision tells nothing: {out}");
    for _ in 0..60 {
        talk(&house, &[ASKED]).await;
    }
    let (code, out, said) = eval(&house, &["drift", "--set", &named]).await;
    assert!(code == 0 && out.contains("holds"), "{out}{said}");
    promise(&file, [0.001, usual / 3.0, usual / 2.0]);
    let (code, out, _) = eval(&house, &["drift", "--set", &named, "--dry-run", "--json"]).await;
    let drift: Value = serde_json::from_str(&out).unwrap();
    assert!(code == 6 && drift["drift"]["standing"] == "void", "{out}");
    let drifted = || calibration::parse(&std::fs::read_to_string(&file).unwrap()).unwrap().made.unwrap().drifted;
    assert_eq!(drifted(), "", "it only looked");
    let (code, _, said) = eval(&house, &["drift", "--set", &named]).await;
    assert!(code == 6 && said.contains("Calibrate again") && !drifted().is_empty(), "{said}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_answered_is_imported_as_a_draft() {
    let house = quiet_house(None, Some(0.1)).await;
    house.learn(&[("returns.md", RETURNS)]).await;
    let id = talk(&house, &["Please let me talk to a person about my shoes"]).await;
    let journal = &house.app.journal;
    let conversation = journal.load(id).await.unwrap().unwrap();
    let agent: AgentId = clock::id();
    let answer = "Worn shoes can be returned within 14 days, at your cost.";
    let said = Event::AgentSaid {
        agent,
        client_id: "a".to_owned(),
        text: answer.to_owned(),
        attachments: Vec::new(),
        citations: Vec::new(),
    };
    journal.append(&conversation, vec![Event::Claimed { agent, routed: false }, said], clock::now()).await.unwrap();
    let (code, out, said) = eval(&house, &["import-conversations", "--out", "cases.jsonl"]).await;
    assert!(code == 0 && said.contains("1 cases from 1 conversations"), "{out}{said}");
    let cases = std::fs::read_to_string(house.data().join("cases.jsonl")).unwrap();
    let case: Value = serde_json::from_str(&cases).unwrap();
    assert!(case["unreviewed"] == true && case["expect"]["answers"][0] == answer, "{cases}");
    let (code, _, said) = eval(&house, &["import-conversations", "--out", "cases.jsonl"]).await;
    assert!(code == 8 && said.contains("cannot be made anew"), "{said}");
    house.close().await;
}
