//! A process that died in the middle of a turn: whoever starts next answers at once, not when the lease runs out.

use std::sync::Arc;

use frontdesk::app::{House, Roles, Seams};
use frontdesk::bus::local::Local;
use frontdesk::clock;
use frontdesk::config::Config;
use frontdesk::embed;
use frontdesk::inbox::{Inbound, Inbox, Opening};
use frontdesk::journal::Journal;
use frontdesk::model::event::Event;
use frontdesk::model::id::WorkspaceId;
use frontdesk::store::Store;
use frontdesk::store::due::Lease;
use futures::StreamExt as _;

use crate::house::PATIENCE;

const HOUR_MS: i64 = 3_600_000;

#[tokio::test]
async fn the_leases_of_the_dead_are_void() {
    let data = tempfile::tempdir().unwrap();
    let dead = Journal::new(Store::open(data.path()).await.unwrap(), Arc::new(Local::default()));
    let inbox = Inbox::new(dead.clone());
    let opening = Opening {
        workspace: WorkspaceId::DEFAULT,
        inbox: "default".into(),
        channel: "web".into(),
        customer: clock::id(),
    };
    let id = inbox.open(opening, clock::now()).await.unwrap();
    let said = Inbound { conversation: id, client_id: "1".into(), text: "Hello!".into(), attachments: Vec::new() };
    inbox.accept(said, clock::now()).await.unwrap();
    let current = dead.load(id).await.unwrap().unwrap();
    let started = Event::TurnStarted { turn: clock::id(), through: current.awaits_bot().unwrap() };
    let now = clock::now();
    let lease = Lease { holder: clock::id(), until: now.plus_ms(HOUR_MS) };
    dead.begin_turn(&current, started, now, lease).await.unwrap().expect("nobody else is there");
    let owed = dead.owed(0, 10).await.unwrap();
    assert!(owed[0].due.ms_since(now) >= HOUR_MS, "it is taken: {owed:?}");

    let mut config = Config { data: data.path().to_owned(), ..Config::default() };
    config.embed.kind = embed::config::Kind::None;
    let house = House::open(config, Roles::ALL, Seams::default()).await.unwrap();
    house.start();
    let mut events = Box::pin(house.journal.follow(id, 0));
    let answered = async { while !matches!(events.next().await.unwrap().unwrap().event, Event::BotSaid { .. }) {} };
    tokio::time::timeout(PATIENCE, answered).await.expect("an answer long before the lease ends");
    house.close().await;
}
