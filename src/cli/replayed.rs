//! Turns of the past, read from the journal of a data folder.

use crate::cli::since::Since;
use crate::clock;
use crate::eval::replay::past::{self, Past};
use crate::model::event::Recorded;
use crate::model::id::ConversationId;
use crate::model::time::Timestamp;
use crate::store::Store;

/// Conversations and events that are read at a time.
const PAGE: usize = 256;

/// Turns that were decided since then, in the order of time.
pub(super) async fn turns(store: &Store, since: Since) -> anyhow::Result<Vec<Past>> {
    let since = since.before(clock::now());
    let mut turns = Vec::new();
    each(store, since, |id, events| {
        turns.extend(past::turns(id, &events, since)?);
        Ok(())
    })
    .await?;
    turns.sort_by_key(|past| past.at);
    Ok(turns)
}

/// Hands on every conversation in which something happened since then, with all its events. Returns how many there are.
pub(super) async fn each(
    store: &Store,
    since: Timestamp,
    mut take: impl FnMut(ConversationId, Vec<Recorded>) -> anyhow::Result<()>,
) -> anyhow::Result<usize> {
    let (mut count, mut after) = (0, None);
    loop {
        let page = store.conversations_since(since, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(count) };
        after = Some(*last);
        for id in page {
            let mut events: Vec<Recorded> = Vec::new();
            loop {
                let next = store.events_after(id, events.last().map_or(0, |last| last.seq), PAGE).await?;
                let full = next.len() == PAGE;
                events.extend(next);
                if !full {
                    break;
                }
            }
            take(id, events)?;
            count += 1;
        }
    }
}
