//! The past, done again: in the same house it comes out the same, and in a candidate the difference is named.

use std::path::Path;
use std::sync::Arc;

use frontdesk::clock;
use frontdesk::desk::reception::Reception;
use frontdesk::eval::replay::differ::Class;
use frontdesk::eval::replay::past::{self, Past};
use frontdesk::eval::replay::{self, Candidate, Summary, Turn};
use frontdesk::eval::suite;
use frontdesk::llm::Llm;
use frontdesk::llm::scripted::{Script, Scripted, Step};
use frontdesk::model::conversation::{Conversation, Owner};
use frontdesk::model::event::Event;
use frontdesk::model::id::{ConversationId, CustomerId, TurnId, WorkspaceId};
use frontdesk::model::time::Timestamp;
use frontdesk::switchboard::outcome;
use frontdesk::text::language;
use tokio::sync::mpsc;

use crate::house::House;

/// Lets a customer say some lines, and the bot answer each of them, through the journal.
pub(crate) async fn talk(house: &House, lines: &[&str]) -> ConversationId {
    let journal = &house.app.journal;
    let id: ConversationId = clock::id();
    let opened = Event::Opened {
        workspace: WorkspaceId::DEFAULT,
        inbox: "shop".to_owned(),
        channel: "terminal".to_owned(),
        customer: clock::id::<CustomerId>(),
    };
    let unborn = Conversation::unborn(id);
    let mut conversation = journal.append(&unborn, vec![opened], clock::now()).await.unwrap();
    for (number, line) in lines.iter().enumerate() {
        if conversation.owner != Owner::Bot {
            break;
        }
        let turn: TurnId = clock::id();
        let said = Event::CustomerSaid {
            client_id: number.to_string(),
            text: (*line).to_owned(),
            language: language::detect(line),
            attachments: Vec::new(),
        };
        // Together, so that no other speaker of the house finds it waiting.
        let started = Event::TurnStarted { turn, through: conversation.seq + 1 };
        conversation = journal.append(&conversation, vec![said, started], clock::now()).await.unwrap();
        let (shown, _) = mpsc::channel(1);
        let done = house.app.dialogue.respond(&conversation, turn, clock::now(), &shown).await;
        let events = outcome::events(&conversation, done, Reception::default());
        conversation = journal.append(&conversation, events, clock::now()).await.unwrap();
    }
    id
}

pub(crate) async fn turns(house: &House, conversations: &[ConversationId]) -> Vec<Past> {
    let mut turns = Vec::new();
    for id in conversations {
        let events = house.app.journal.events(*id, 0, 1_000).await.unwrap();
        turns.extend(past::turns(*id, &events, Timestamp::default()).unwrap());
    }
    turns
}

async fn again(
    house: &House,
    turns: &[Past],
    candidate: &Candidate,
    live: Option<Arc<dyn Llm>>,
) -> (Vec<Turn>, Summary) {
    let config = &house.app.config;
    let bench = replay::House {
        store: house.app.store.clone(),
        embedder: house.app.embedding.embedder(),
        retrieve: config.retrieve.clone(),
        dialogue: config.dialogue.clone(),
    };
    let mut done = Vec::new();
    let summary = replay::replay(&bench, turns, candidate, live, |turn| {
        done.push(turn);
        Ok(())
    })
    .await
    .unwrap();
    (done, summary)
}

/// A house in which only the test speaks.
pub(crate) async fn quiet_house(llm: Option<Arc<dyn Llm>>, answer_from: Option<f32>) -> House {
    House::with(llm, |config| {
        config.switchboard.quiet_ms = 3_600_000;
        config.dialogue.answer_from = answer_from;
    })
    .await
}

#[tokio::test]
async fn every_turn_of_the_sample_comes_out_the_same_in_the_same_house() {
    let house = quiet_house(None, None).await;
    house.learn_sample().await;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("eval/sample/cases.jsonl");
    let mut conversations = Vec::new();
    for case in suite::read(&[path]).unwrap().iter().flat_map(|suite| &suite.cases) {
        let lines: Vec<&str> = case.turns.iter().map(frontdesk::eval::case::Turn::text).collect();
        conversations.push(talk(&house, &lines).await);
    }
    let turns = turns(&house, &conversations).await;
    assert!(turns.len() > 300, "{}", turns.len());
    let (done, summary) = again(&house, &turns, &Candidate::default(), None).await;
    let others: Vec<&Turn> = done.iter().filter(|turn| turn.class != Class::Same).collect();
    assert!(others.is_empty(), "{} of {}: {:#?}", others.len(), done.len(), &others[..others.len().min(3)]);
    assert_eq!(summary.classes.get(&Class::Same), Some(&summary.turns));
    assert_eq!(summary.reproduced.unwrap().rate, Some(1.0));
    house.close().await;
}

#[tokio::test]
async fn a_candidate_is_compared_turn_by_turn() {
    let house = quiet_house(None, Some(0.1)).await;
    house.learn(&[("returns.md", "# Returns\n\nYou can return unused shoes within 30 days of delivery.\n")]).await;
    let asked = ["Within how many days can I return unused shoes?", "Hello", "I want to speak to a human agent"];
    let mut conversations = Vec::new();
    for line in asked {
        conversations.push(talk(&house, &[line]).await);
    }
    let turns = turns(&house, &conversations).await;
    house.learn(&[("returns.md", "# Returns\n\nYou can return unused shoes within 14 days of delivery.\n")]).await;

    // The house has moved on; a turn is done again with the documents of its time.
    let (done, _) = again(&house, &turns, &Candidate::default(), None).await;
    assert!(done.iter().all(|turn| turn.class == Class::Same), "{done:#?}");

    let newest = house.app.store.published(WorkspaceId::DEFAULT).await.unwrap().version;
    let candidate = Candidate { knowledge: Some(newest), ..Candidate::default() };
    let (done, summary) = again(&house, &turns, &candidate, None).await;
    let classes: Vec<Class> = done.iter().map(|turn| turn.class).collect();
    assert_eq!(classes, [Class::CitesOther, Class::Same, Class::Same]);
    assert!(done[0].before.text.contains("30 days") && done[0].after.text.contains("14 days"), "{:#?}", done[0]);
    assert!((summary.changed.unwrap().rate.unwrap() - 1.0 / 3.0).abs() < 1e-9 && !summary.answers_less());

    let strict = Candidate { answer_from: Some(1.0), ..Candidate::default() };
    let (done, summary) = again(&house, &turns, &strict, None).await;
    assert_eq!(done[0].class, Class::NowOffers);
    assert_eq!((summary.only_before, summary.only_after), (1, 0));

    let folder = tempfile::tempdir().unwrap();
    let rule = "version = \"x\"\n[[rule]]\nname = \"shoes\"\naction = \"escalate\"\nreply = \"handoff\"\npatterns = [\"shoes\"]\n";
    let policy = folder.path().join("policy.toml");
    std::fs::write(&policy, rule).unwrap();
    let (done, _) = again(&house, &turns, &Candidate { policy: Some(policy), ..Candidate::default() }, None).await;
    assert_eq!(done[0].class, Class::NowEscalates);
    assert_ne!(done[1].class, Class::Same, "nobody greets any more");

    let replies = "[greeting]\nen = \"Welcome!\"\nzh = \"欢迎！\"\n";
    let prompts = folder.path().join("prompts");
    std::fs::create_dir(&prompts).unwrap();
    std::fs::write(prompts.join("replies.toml"), replies).unwrap();
    let (done, _) = again(&house, &turns, &Candidate { prompts: Some(prompts), ..Candidate::default() }, None).await;
    let classes: Vec<Class> = done.iter().map(|turn| turn.class).collect();
    assert_eq!(classes, [Class::Same, Class::TextDiffers, Class::Same]);
    house.close().await;
}

#[tokio::test]
async fn what_the_model_wrote_is_reused_where_it_is_asked_the_same() {
    let scripts = [
        Script::answer("You can return unused shoes within 30 days of delivery [1]. They must be blue [1]."),
        Script::answer("Between friends: 99 days [1]."),
    ];
    let llm = Scripted::new(scripts);
    let house = quiet_house(Some(Arc::new(llm.clone())), Some(0.01)).await;
    house.learn(&[("returns.md", "# Returns\n\nYou can return unused shoes within 30 days of delivery.\n")]).await;
    let lines = ["Within how many days can I return unused shoes?", "And within how many days for shoes abroad?"];
    let conversations = [talk(&house, &lines).await];
    let turns = turns(&house, &conversations).await;
    assert_eq!(turns.len(), 2);
    assert!(turns[0].decision.wrote.as_ref().unwrap().contains("must be blue") && turns[0].decision.asked.is_some());
    let asked = llm.asked().len();
    let (done, summary) = again(&house, &turns, &Candidate::default(), None).await;
    assert!(done.iter().all(|turn| turn.class == Class::Same), "{done:#?}");
    assert_eq!((llm.asked().len(), summary.turns), (asked, 2), "nobody was asked again");

    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("system.en.md"), "{{ fence }} holds data. Otherwise NO_ANSWER.").unwrap();
    let candidate = Candidate { prompts: Some(folder.path().to_owned()), ..Candidate::default() };
    let (done, summary) = again(&house, &turns, &candidate, None).await;
    assert!(done.iter().all(|turn| turn.class == Class::NotRecomputed), "{done:#?}");
    assert_eq!(summary.changed.unwrap().of, 0, "what is not known is no change");

    let other = Script::answer("Unused shoes can be returned within 30 days of delivery [1].");
    let live = Scripted::new([other.clone(), other]);
    let (done, _) = again(&house, &turns[..1], &candidate, Some(Arc::new(live))).await;
    assert_ne!(done[0].class, Class::NotRecomputed);

    // A provider that breaks off says nothing about the candidate.
    let cut = Script(vec![Step::Say("Unused ".to_owned())]);
    let live = Scripted::new([cut.clone(), cut]);
    let (done, summary) = again(&house, &turns[..1], &candidate, Some(Arc::new(live))).await;
    assert_eq!((done[0].class, summary.changed.unwrap().of), (Class::NotRecomputed, 0));
    house.close().await;
}
