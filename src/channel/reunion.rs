//! Two customers turn out to be one person: what was said of the younger goes to the older, and so do its conversations.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::channel::visitor::CLAIM;
use crate::inbox::Inbox;
use crate::model::conversation::Conversation;
use crate::model::event::Event;
use crate::model::id::CustomerId;
use crate::model::time::Timestamp;
use crate::problem::Problem;
use crate::store::Store;
use crate::store::contacts::ContactRow;

/// Conversations of somebody who was nobody until now; whoever had more keeps the rest under the old row.
const MOST: usize = 200;

/// Completes a row with what another one has: what is there already stands.
pub(super) fn fill(row: &mut ContactRow, other: &ContactRow) {
    for (kept, given) in [
        (&mut row.name, &other.name),
        (&mut row.email, &other.email),
        (&mut row.phone, &other.phone),
        (&mut row.language, &other.language),
    ] {
        if kept.is_empty() {
            kept.clone_from(given);
        }
    }
    if !other.notes.is_empty() {
        row.notes = format!("{}\n{}", row.notes, other.notes).trim().to_owned();
    }
    let read = |attributes: &str| serde_json::from_str::<BTreeMap<String, Value>>(attributes).unwrap_or_default();
    let mut attributes = read(&row.attributes);
    // Whom the other one said to be is settled now.
    for (key, value) in read(&other.attributes).into_iter().filter(|(key, _)| key != CLAIM) {
        attributes.entry(key).or_insert(value);
    }
    // A map of JSON values is JSON.
    row.attributes = serde_json::to_string(&attributes).unwrap_or_else(|_| row.attributes.clone());
    row.created_at = row.created_at.min(other.created_at);
}

/// Gives the conversations of a customer to another one, and forgets the row that is empty then.
///
/// # Errors
/// The store cannot be used.
pub(super) async fn move_to(
    store: &Store,
    inbox: &Inbox,
    from: &ContactRow,
    customer: CustomerId,
    now: Timestamp,
) -> Result<(), Problem> {
    let theirs = store.conversations_of(from.workspace, from.id, MOST).await.map_err(Problem::internal)?;
    let emptied = theirs.len() < MOST;
    for id in theirs {
        let decide = |conversation: &Conversation| match conversation.customer {
            Some(known) if known == from.id => vec![Event::Recognised { customer }],
            _ => Vec::new(),
        };
        inbox.record(id, now, decide).await.map_err(Problem::internal)?;
    }
    if emptied {
        store.delete_contact(from.workspace, from.id).await.map_err(Problem::internal)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use crate::model::id::WorkspaceId;

    #[test]
    fn the_older_row_is_completed_and_keeps_what_it_has() {
        let row = |at| ContactRow::unknown(WorkspaceId::DEFAULT, clock::id(), Timestamp(at));
        let (mut older, mut younger) = (row(5), row(9));
        older.name = "Ann".to_owned();
        older.attributes = r#"{"plan":"pro"}"#.to_owned();
        younger.name = "Annie".to_owned();
        younger.email = "ann@example.com".to_owned();
        younger.notes = "likes tents".to_owned();
        younger.attributes = r#"{"claimed_id":"user-42","plan":"free","size":"L"}"#.to_owned();
        fill(&mut older, &younger);
        assert_eq!((older.name.as_str(), older.email.as_str()), ("Ann", "ann@example.com"));
        assert_eq!((older.notes.as_str(), older.created_at), ("likes tents", Timestamp(5)));
        assert_eq!(older.attributes, r#"{"plan":"pro","size":"L"}"#);
    }
}
