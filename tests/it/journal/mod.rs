//! The journal over the real store: nothing lost, nothing doubled, one speaker.

mod crash;
mod fold;

use std::sync::Arc;

use frontdesk::bus::local::Local;
use frontdesk::clock;
use frontdesk::inbox::{self, Inbound, Inbox, Opening};
use frontdesk::journal::{AppendError, Journal};
use frontdesk::model::conversation::{Forbidden, Owner};
use frontdesk::model::decision::{Action, Decision, Mode, Thresholds};
use frontdesk::model::event::{Event, Recorded};
use frontdesk::model::id::{AgentId, ConversationId, TurnId, WorkspaceId};
use frontdesk::model::time::Timestamp;
use frontdesk::store::Store;
use frontdesk::store::conversations::Row;
use frontdesk::store::due::Lease;
use frontdesk::text::language::Language;
use futures::StreamExt;
use tempfile::TempDir;

async fn journal(folder: &TempDir) -> Journal {
    Journal::new(Store::open(folder.path()).await.unwrap(), Arc::new(Local::default()))
}

async fn open(inbox: &Inbox) -> ConversationId {
    let opening =
        Opening { workspace: WorkspaceId::DEFAULT, inbox: "shop".into(), channel: "web".into(), customer: clock::id() };
    inbox.open(opening, clock::now()).await.unwrap()
}

/// The decision that a reply of this turn needs before it.
fn decided(turn: TurnId) -> Event {
    let decision = Decision {
        action: Action::Answer,
        mode: Mode::Quote,
        because: "supported".into(),
        query: "parcel".into(),
        thresholds: Thresholds { answer: 0.5, offer: 0.25 },
        calibration: "test".into(),
        knowledge: 1,
        ..Decision::blank(turn, Language::En)
    };
    Event::Decided { decision: Box::new(decision) }
}

fn said(conversation: ConversationId, client_id: impl Into<String>) -> Inbound {
    Inbound { conversation, client_id: client_id.into(), text: "Where is my parcel?".into(), attachments: Vec::new() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_message_that_is_sent_by_a_hundred_tasks_arrives_once() {
    let folder = TempDir::new().unwrap();
    let journal = journal(&folder).await;
    let inbox = Inbox::new(journal.clone());
    let id = open(&inbox).await;
    let sends = (0..100).map(|_| {
        let inbox = inbox.clone();
        tokio::spawn(async move { inbox.accept(said(id, "one"), clock::now()).await.unwrap() })
    });
    let accepted = futures::future::join_all(sends).await;
    assert_eq!(accepted.iter().filter(|accepted| !accepted.as_ref().unwrap().repeated).count(), 1);
    assert!(accepted.iter().all(|accepted| accepted.as_ref().unwrap().seq == 2));
    assert_eq!(journal.load(id).await.unwrap().unwrap().messages.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn followers_see_each_event_once_and_in_order_also_from_another_process() {
    let folder = TempDir::new().unwrap();
    let (here, there) = (journal(&folder).await, journal(&folder).await);
    let inbox = Inbox::new(here.clone());
    let id = open(&inbox).await;
    let total = 200_u64;
    let writers = (0..4_u64).map(|writer| {
        let inbox = Inbox::new(if writer % 2 == 0 { here.clone() } else { there.clone() });
        tokio::spawn(async move {
            for n in 0..total / 4 {
                inbox.accept(said(id, format!("{writer}-{n}")), clock::now()).await.unwrap();
            }
        })
    });
    let followers = (0..8_u64).map(|n| {
        let journal = if n % 2 == 0 { here.clone() } else { there.clone() };
        tokio::spawn(async move {
            let seen: Vec<Recorded> = journal
                .follow(id, n * 5)
                .map(Result::unwrap)
                .take(usize::try_from(total + 1 - n * 5).unwrap())
                .collect()
                .await;
            assert!(seen.iter().map(|recorded| recorded.seq).eq(n * 5 + 1..=total + 1));
        })
    });
    let followers: Vec<_> = followers.collect();
    for task in writers.collect::<Vec<_>>().into_iter().chain(followers) {
        task.await.unwrap();
    }
}

/// Races of one run of the suite; `FRONTDESK_TEST_RACES` asks for more.
#[expect(clippy::disallowed_methods, reason = "the orders of whoever runs the tests, not a setting")]
fn wanted_races() -> usize {
    std::env::var("FRONTDESK_TEST_RACES").ok().and_then(|count| count.parse().ok()).unwrap_or(2_000)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_bot_never_speaks_after_a_person_has_stepped_in() {
    let folder = TempDir::new().unwrap();
    let journal = journal(&folder).await;
    let inbox = Inbox::new(journal.clone());
    let agent: AgentId = clock::id();
    let (mut bot_first, mut agent_first) = (0, 0);
    for _ in 0..wanted_races() {
        let id = open(&inbox).await;
        let seq = inbox.accept(said(id, "q"), clock::now()).await.unwrap().seq;
        let turn: TurnId = clock::id();
        let before = journal.load(id).await.unwrap().unwrap();
        let started =
            journal.append(&before, vec![Event::TurnStarted { turn, through: seq }], clock::now()).await.unwrap();
        let (bot, human) = (journal.clone(), journal.clone());
        let (bot_saw, agent_saw) = (Arc::clone(&started), Arc::clone(&started));
        let bot = tokio::spawn(async move {
            let reply = Event::BotSaid {
                turn,
                text: "Tomorrow.".into(),
                mode: Mode::Quote,
                citations: Vec::new(),
                offers_human: false,
            };
            bot.append(&bot_saw, vec![decided(turn), reply], clock::now()).await.is_ok()
        });
        let human = tokio::spawn(async move {
            let mut saw = agent_saw;
            loop {
                match human.append(&saw, vec![Event::Claimed { agent, routed: false }], clock::now()).await {
                    Ok(_) => return,
                    Err(AppendError::Conflict { .. }) => saw = human.load(saw.id).await.unwrap().unwrap(),
                    Err(error) => panic!("{error}"),
                }
            }
        });
        let spoke = bot.await.unwrap();
        human.await.unwrap();
        let events = journal.events(id, 0, 100).await.unwrap();
        let claimed = events.iter().position(|recorded| matches!(recorded.event, Event::Claimed { .. })).unwrap();
        let said = events.iter().position(|recorded| matches!(recorded.event, Event::BotSaid { .. }));
        assert_eq!(spoke, said.is_some());
        assert!(said.is_none_or(|said| said < claimed));
        assert_eq!(journal.load(id).await.unwrap().unwrap().owner, Owner::Agent(agent));
        if spoke {
            bot_first += 1
        } else {
            agent_first += 1
        }
        let late = journal.load(id).await.unwrap().unwrap();
        let reply = Event::BotSaid {
            turn,
            text: "Late.".into(),
            mode: Mode::Quote,
            citations: Vec::new(),
            offers_human: false,
        };
        let refused = journal.append(&late, vec![reply], clock::now()).await;
        assert_eq!(refused, Err(AppendError::Forbidden(Forbidden::NotTheBots)));
    }
    println!("the bot was first {bot_first} times, the agent {agent_first} times");
}

#[tokio::test]
async fn a_turn_has_one_owner_until_its_lease_runs_out() {
    let folder = TempDir::new().unwrap();
    let journal = journal(&folder).await;
    let inbox = Inbox::new(journal.clone());
    let id = open(&inbox).await;
    let now = clock::now();
    let (one, other) = (clock::id(), clock::id());
    assert_eq!(journal.owed(0, 10).await.unwrap(), []);
    inbox.accept(said(id, "q"), now).await.unwrap();
    let due = async |quiet_ms| journal.owed(quiet_ms, 10).await.unwrap().first().map(|owed| owed.due.ms_since(now));
    assert_eq!((due(0).await, due(200).await), (Some(0), Some(200)), "the customer may go on");

    let begin = async |holder, at: Timestamp| {
        let current = journal.load(id).await.unwrap().unwrap();
        let started = Event::TurnStarted { turn: clock::id(), through: current.awaits_bot().unwrap() };
        let lease = Lease { holder, until: at.plus_ms(1000) };
        journal.begin_turn(&current, started, at, lease).await.unwrap().is_some()
    };
    assert!(begin(one, now).await);
    assert_eq!(due(200).await, Some(1000), "nobody looks at it before");
    assert!(!begin(other, now.plus_ms(999)).await, "one owner, also for somebody who knows all events");
    assert!(begin(one, now.plus_ms(500)).await, "the owner begins anew, and the lease with it");
    assert!(!begin(other, now.plus_ms(1499)).await);
    assert!(begin(other, now.plus_ms(1500)).await, "the lease ran out");
    journal.release_lease(id, one).await.unwrap();
    assert_eq!(due(200).await, Some(2500), "not one's own lease");
    journal.release_lease(id, other).await.unwrap();
    assert_eq!(journal.rebuild_projections().await.unwrap(), 1);
    assert_eq!(due(200).await, Some(200));
    assert!(begin(one, now.plus_ms(1600)).await);
    let current = journal.load(id).await.unwrap().unwrap();
    let claimed = Event::Claimed { agent: clock::id(), routed: false };
    journal.append(&current, vec![claimed], clock::now()).await.unwrap();
    assert_eq!(journal.owed(0, 10).await.unwrap(), [], "a person has it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_conflicting_append_fails_alone() {
    let folder = TempDir::new().unwrap();
    let journal = journal(&folder).await;
    let inbox = Inbox::new(journal.clone());
    let (mut writers, mut ids) = (Vec::new(), Vec::new());
    for _ in 0..32 {
        let id = open(&inbox).await;
        ids.push(id);
        let before = journal.load(id).await.unwrap().unwrap();
        // Two writers saw the same state: of each pair one must win, whoever shares their transaction.
        for label in ["left", "right"] {
            let (journal, before) = (journal.clone(), Arc::clone(&before));
            writers.push(tokio::spawn(async move {
                let tagged = Event::Tagged { label: label.into(), removed: false };
                journal.append(&before, vec![tagged], clock::now()).await
            }));
        }
    }
    let mut won = 0;
    for outcome in futures::future::join_all(writers).await {
        match outcome.unwrap() {
            Ok(after) => {
                assert_eq!(after.seq, 2);
                won += 1;
            }
            Err(error) => assert_eq!(error, AppendError::Conflict { actual: 2 }),
        }
    }
    assert_eq!(won, ids.len());
    for id in ids {
        assert_eq!(journal.load(id).await.unwrap().unwrap().labels.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_append_that_the_database_refuses_fails_alone() {
    let folder = TempDir::new().unwrap();
    let inbox = Inbox::new(journal(&folder).await);
    let nowhere: WorkspaceId = clock::id();
    let openings = (0..64).map(|n| {
        let workspace = if n % 8 == 0 { nowhere } else { WorkspaceId::DEFAULT };
        let opening = Opening { workspace, inbox: "shop".into(), channel: "web".into(), customer: clock::id() };
        let inbox = inbox.clone();
        tokio::spawn(async move { (n, inbox.open(opening, clock::now()).await) })
    });
    for opened in futures::future::join_all(openings.collect::<Vec<_>>()).await {
        let (n, outcome) = opened.unwrap();
        assert_eq!(matches!(outcome, Err(inbox::Error::Store(_))), n % 8 == 0, "opening {n}: {outcome:?}");
        assert_eq!(outcome.is_ok(), n % 8 != 0, "opening {n}");
    }
}

#[tokio::test]
async fn projections_are_what_the_events_say() {
    let folder = TempDir::new().unwrap();
    let journal = journal(&folder).await;
    let inbox = Inbox::new(journal.clone());
    let id = open(&inbox).await;
    inbox.accept(said(id, "q"), clock::now()).await.unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    let current = journal.load(id).await.unwrap().unwrap();
    let mut wrong = Row::of(&current);
    wrong.awaits = None;
    wrong.channel = "elsewhere".into();
    assert!(store.rewrite_projection(id, &wrong).await.unwrap());
    assert_eq!(journal.owed(0, 10).await.unwrap(), []);
    journal.rebuild_projections().await.unwrap();
    assert_eq!(journal.owed(0, 10).await.unwrap()[0].conversation, id);
    assert_eq!(journal.renew_projections().await.unwrap(), 0, "they are all of today");
    wrong.seq = 1;
    assert!(!store.rewrite_projection(id, &wrong).await.unwrap(), "a projection of the past is not written");
}
