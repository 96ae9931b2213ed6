//! What an append costs: alone, when many conversations share the wait for the disk, and on its way to a follower.

use std::sync::Arc;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use frontdesk::bus::local::Local;
use frontdesk::clock;
use frontdesk::inbox::{Inbound, Inbox, Opening};
use frontdesk::journal::Journal;
use frontdesk::model::id::{ConversationId, WorkspaceId};
use frontdesk::store::Store;
use futures::StreamExt;
use tokio::runtime::Runtime;

async fn open(inbox: &Inbox) -> ConversationId {
    let opening = Opening {
        workspace: WorkspaceId::DEFAULT,
        inbox: "bench".into(),
        channel: "web".into(),
        customer: clock::id(),
    };
    inbox.open(opening, clock::now()).await.expect("the store is there")
}

async fn say(inbox: &Inbox, conversation: ConversationId) -> u64 {
    let client_id = clock::id::<ConversationId>().to_string();
    let said = Inbound { conversation, client_id, text: "Where is my parcel?".into(), attachments: Vec::new() };
    inbox.accept(said, clock::now()).await.expect("the store is there").seq
}

fn journal(c: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let store = runtime.block_on(Store::open(folder.path())).expect("a store");
    let journal = Journal::new(store, Arc::new(Local::default()));
    let inbox = Inbox::new(journal.clone());
    let mut group = c.benchmark_group("journal");
    group.sample_size(20);
    for writers in [1_u64, 64] {
        group.throughput(Throughput::Elements(writers));
        group.bench_function(format!("messages in {writers} conversations at once"), |bencher| {
            // Conversations stay short, as they are in life: fresh ones for each round.
            let fresh =
                || runtime.block_on(async { futures::future::join_all((0..writers).map(|_| open(&inbox))).await });
            let talk = |conversations: Vec<ConversationId>| {
                runtime.block_on(async {
                    futures::future::join_all(conversations.into_iter().map(|id| say(&inbox, id))).await
                })
            };
            bencher.iter_batched(fresh, talk, BatchSize::PerIteration);
        });
    }
    group.throughput(Throughput::Elements(1));
    group.bench_function("message to follower", |bencher| {
        let id = runtime.block_on(open(&inbox));
        let mut live = Box::pin(journal.follow(id, 1));
        bencher.iter(|| {
            runtime.block_on(async {
                let seq = say(&inbox, id).await;
                let seen = live.next().await.expect("it never ends").expect("it can be read");
                assert_eq!(seen.seq, seq);
            });
        });
    });
    group.finish();
}

criterion_group!(benches, journal);
criterion_main!(benches);
