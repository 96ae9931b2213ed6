//! `kill -9` at any moment: what was acknowledged is there, once.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use frontdesk::bus::local::Local;
use frontdesk::clock;
use frontdesk::inbox::{Inbound, Inbox};
use frontdesk::journal::Journal;
use frontdesk::model::event::Event;
use frontdesk::model::id::ConversationId;
use frontdesk::store::Store;
use tempfile::TempDir;

use super::open;

const ROUNDS: usize = 100;
const WRITERS: usize = 8;
/// Names the data folder, the round and the conversations to the child that is killed.
const CHILD: &str = "FRONTDESK_TEST_APPENDS";

/// The child: this test, started again by the one below. It appends until it is killed, and prints what was acknowledged.
#[expect(clippy::disallowed_methods, reason = "the orders of a child, not a setting")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child_that_appends_until_it_is_killed() {
    let Ok(orders) = std::env::var(CHILD) else { return };
    let mut orders = orders.split('|');
    let (folder, round) = (orders.next().unwrap(), orders.next().unwrap().to_owned());
    let journal = Journal::new(Store::open(Path::new(folder)).await.unwrap(), Arc::new(Local::default()));
    let writers = orders.map(|conversation| {
        let (inbox, round) = (Inbox::new(journal.clone()), round.clone());
        let conversation: ConversationId = conversation.parse().unwrap();
        tokio::spawn(async move {
            // Bounded, should nobody come to kill us.
            for n in 0..100_000 {
                let client_id = format!("{round}-{n}");
                let said = Inbound {
                    conversation,
                    client_id: client_id.clone(),
                    text: "still there?".into(),
                    attachments: Vec::new(),
                };
                let line = match inbox.accept(said, clock::now()).await {
                    Ok(accepted) => format!("ack {conversation} {} {client_id}", accepted.seq),
                    Err(error) => format!("failed {error}"),
                };
                let mut out = std::io::stdout().lock();
                writeln!(out, "{line}").unwrap();
                out.flush().unwrap();
                if line.starts_with("failed") {
                    return;
                }
            }
        })
    });
    futures::future::join_all(writers.collect::<Vec<_>>()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_or_doubled_by_a_hundred_kills() {
    let folder = TempDir::new().unwrap();
    let journal = super::journal(&folder).await;
    let inbox = Inbox::new(journal.clone());
    let mut conversations = Vec::new();
    for _ in 0..WRITERS {
        conversations.push(open(&inbox).await);
    }
    let names: Vec<String> = conversations.iter().map(ToString::to_string).collect();
    let mut acknowledged: HashMap<(String, String), u64> = HashMap::new();
    for round in 0..ROUNDS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "journal::crash::child_that_appends_until_it_is_killed", "--nocapture"])
            .env(CHILD, format!("{}|{round}|{}", folder.path().display(), names.join("|")))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // A different moment each round, told by how much was acknowledged rather than by a clock.
        let enough = 1 + (round * 37) % 61;
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut seen = 0;
        for line in lines.map_while(Result::ok) {
            let Some(ack) = line.find("ack ") else { continue };
            let mut words = line[ack + 4..].split(' ');
            let (Some(conversation), Some(seq), Some(client_id)) = (words.next(), words.next(), words.next()) else {
                continue;
            };
            acknowledged.insert((conversation.to_owned(), client_id.to_owned()), seq.parse().unwrap());
            seen += 1;
            if seen == enough {
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        assert!(seen >= enough, "the child ended by itself in round {round}");
    }
    let mut found: HashMap<(String, String), u64> = HashMap::new();
    for conversation in conversations {
        let events = journal.events(conversation, 0, usize::MAX).await.unwrap();
        assert!(events.iter().map(|recorded| recorded.seq).eq(1..=events.len() as u64), "no gap");
        for recorded in events {
            if let Event::CustomerSaid { client_id, .. } = recorded.event {
                let twice = found.insert((conversation.to_string(), client_id), recorded.seq);
                assert_eq!(twice, None, "doubled");
            }
        }
        // The projection agrees with the events: the conversation is due by its last message.
        let folded = journal.load(conversation).await.unwrap().unwrap();
        assert_eq!(folded.awaits_bot(), Some(folded.seq));
    }
    for (message, seq) in &acknowledged {
        assert_eq!(found.get(message), Some(seq), "acknowledged and lost: {message:?}");
    }
    println!("{} messages acknowledged, {} found, {ROUNDS} kills", acknowledged.len(), found.len());
    assert!(acknowledged.len() >= ROUNDS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_a_clear_error_and_loses_nothing() {
    let folder = TempDir::new().unwrap();
    let journal = super::journal(&folder).await;
    let id = open(&Inbox::new(journal.clone())).await;
    // A limit on the size of files is a disk that is full at a known moment; the trap turns the signal into an error.
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 2500; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "journal::crash::child_that_appends_until_it_is_killed", "--nocapture"])
        .env(CHILD, format!("{}|full|{id}", folder.path().display()))
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("failed the disk is full"), "{said}");
    let acknowledged = said.matches("ack ").count();
    let found = journal.load(id).await.unwrap().unwrap().messages.len();
    assert!(acknowledged > 10, "{said}");
    assert_eq!(found, acknowledged);
}
