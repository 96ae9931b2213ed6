//! What the handlers of the web channel share: settings, limits, and who may do what in which conversation.

use std::sync::Arc;

use axum::http::{HeaderMap, header};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::bus::{Bus, Hint};
use crate::channel::follow::Seats;
use crate::channel::limit::{Caller, Limiter, Rate};
use crate::channel::names::Names;
use crate::channel::token::Key;
use crate::desk::inboxes::{Door, Inboxes};
use crate::desk::shell::Desk;
use crate::inbox::{self, Inbox};
use crate::journal::Journal;
use crate::knowledge::blobs::Blobs;
use crate::model::conversation::Conversation;
use crate::model::id::{ConversationId, CustomerId, WorkspaceId};
use crate::model::inbox::InboxSettings;
use crate::problem::{Code, Problem};
use crate::store::{self, Store};

/// Settings of the web channel.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Longest message, in characters.
    pub max_message_chars: usize,
    /// Conversations that one caller may start.
    pub new_conversations: Rate,
    /// Messages in one conversation.
    pub messages: Rate,
    /// Messages from one caller, over all conversations.
    pub messages_per_caller: Rate,
    /// Files that one caller may upload.
    pub uploads: Rate,
    /// What all files of customers may take together, in MiB.
    pub files_in_all_mib: u64,
    /// Small signs from one caller: typing, read, who they are.
    pub signs: Rate,
    /// Connections that may follow at the same time.
    pub max_streams: usize,
    /// Connections that may follow one conversation.
    pub max_streams_per_conversation: usize,
    /// Seconds between signs of life on a quiet stream.
    pub keep_alive_s: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            max_message_chars: 4000,
            new_conversations: Rate { burst: 20, per_minute: 20 },
            messages: Rate { burst: 10, per_minute: 30 },
            messages_per_caller: Rate { burst: 30, per_minute: 120 },
            uploads: Rate { burst: 10, per_minute: 20 },
            files_in_all_mib: 10_240,
            signs: Rate { burst: 60, per_minute: 240 },
            max_streams: 5000,
            max_streams_per_conversation: 6,
            keep_alive_s: 15,
        }
    }
}

/// The web channel.
#[derive(Clone, Debug)]
pub struct Web(pub(super) Arc<Parts>);

/// What the channel is made of.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) config: Config,
    pub(super) rooms: Rooms,
    pub(super) key: Key,
    pub(super) closing: CancellationToken,
    pub(super) names: Names,
    pub(super) starting: Limiter<Caller>,
    pub(super) speaking: Limiter<ConversationId>,
    pub(super) calling: Limiter<Caller>,
    pub(super) uploading: Limiter<Caller>,
    pub(super) signing: Limiter<Caller>,
    pub(super) seats: Seats,
}

/// The rooms that the channel enters.
#[derive(Clone, Debug)]
pub struct Rooms {
    pub journal: Journal,
    pub inbox: Inbox,
    pub inboxes: Inboxes,
    pub blobs: Blobs,
    pub store: Store,
    pub bus: Arc<dyn Bus>,
    pub desk: Desk,
}

impl Web {
    /// `closing` ends the open streams when the house closes.
    #[must_use]
    pub fn new(config: Config, rooms: Rooms, key: Key, closing: CancellationToken) -> Self {
        Self(Arc::new(Parts {
            starting: Limiter::new(config.new_conversations),
            speaking: Limiter::new(config.messages),
            calling: Limiter::new(config.messages_per_caller),
            uploading: Limiter::new(config.uploads),
            signing: Limiter::new(config.signs),
            seats: Seats::new(config.max_streams, config.max_streams_per_conversation),
            names: Names::new(rooms.store.clone()),
            config,
            rooms,
            key,
            closing,
        }))
    }

    /// The conversation of a path, when the request carries its token. A wrong token and a conversation that does not
    /// exist look the same from outside.
    ///
    /// # Errors
    /// `unauthorized`.
    pub fn authorised(&self, id: &str, headers: &HeaderMap) -> Result<ConversationId, Problem> {
        let conversation = id.parse::<ConversationId>().map_err(|_| Code::Unauthorized)?;
        match bearer(headers) {
            Some(token) if self.0.key.proves(conversation, token) => Ok(conversation),
            _ => Err(Code::Unauthorized.into()),
        }
    }

    /// The conversation itself, as it is now.
    pub(super) async fn load(&self, id: ConversationId) -> Result<Arc<Conversation>, Problem> {
        let found = self.0.rooms.journal.load(id).await.map_err(Problem::internal)?;
        // The token was right, so the data folder is not the one that it was made for.
        found.ok_or_else(|| Code::NotFound.into())
    }

    /// Tells consoles that something else is known of a customer.
    pub(super) fn tell_contact(&self, workspace: WorkspaceId, contact: CustomerId) {
        self.0.rooms.bus.publish(Arc::new(Hint::Contact { workspace, contact }));
    }

    /// The inbox of a key. `None` when it is gone.
    pub(super) async fn door(&self, key: &str) -> Result<Option<Arc<Door>>, Problem> {
        self.0.rooms.inboxes.by_key(key).await.map_err(Problem::internal)
    }

    /// The settings that hold for a conversation; those of a fresh house when its inbox is gone.
    pub(super) async fn settings(&self, conversation: &Conversation) -> Result<InboxSettings, Problem> {
        let door = self.door(&conversation.inbox).await?;
        Ok(door.map_or_else(InboxSettings::default, |door| door.inbox.settings.clone()))
    }
}

/// The token of `Authorization: Bearer …`.
#[must_use]
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Whether a website may use an inbox: a page of the house itself, one that the settings name, or any when they name none.
/// Programs that are no browsers send no origin and need none: what protects conversations is their token.
#[must_use]
pub fn welcomes(settings: &InboxSettings, headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok()) else { return true };
    if settings.origins.is_empty() || settings.origins.iter().any(|known| known == origin) {
        return true;
    }
    let host = origin.split_once("://").map(|(_, host)| host);
    host.is_some() && host == headers.get(header::HOST).and_then(|value| value.to_str().ok())
}

pub(super) fn refused(error: inbox::Error) -> Problem {
    match error {
        // The token was right, so the data folder is not the one that it was made for.
        inbox::Error::NoSuchConversation => Code::NotFound.into(),
        inbox::Error::Empty => Code::EmptyMessage.into(),
        inbox::Error::TooLong => Code::MessageTooLong.into(),
        inbox::Error::BadClientId => Code::BadClientId.into(),
        inbox::Error::Busy | inbox::Error::Store(store::Error::Busy) => Problem::from(Code::Busy).retry_after(1),
        inbox::Error::Forbidden(_) | inbox::Error::Store(_) => Problem::internal(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bearer_is_read_as_rfc_6750_has_it() {
        let mut headers = HeaderMap::new();
        assert_eq!(bearer(&headers), None);
        headers.insert(header::AUTHORIZATION, "bearer  abc ".parse().unwrap());
        assert_eq!(bearer(&headers), Some("abc"));
        headers.insert(header::AUTHORIZATION, "Basic abc".parse().unwrap());
        assert_eq!(bearer(&headers), None);
    }

    #[test]
    fn an_inbox_welcomes_the_websites_that_it_names() {
        let named = InboxSettings { origins: vec!["https://shop.example".to_owned()], ..InboxSettings::default() };
        for (settings, origin, host, expected) in [
            (&named, Some("https://shop.example"), "help.example", true),
            (&named, Some("https://evil.example"), "help.example", false),
            (&named, Some("https://help.example"), "help.example", true),
            (&named, Some("null"), "help.example", false),
            (&named, None, "help.example", true),
            (&InboxSettings::default(), Some("https://any.example"), "help.example", true),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().unwrap());
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, origin.parse().unwrap());
            }
            assert_eq!(welcomes(settings, &headers), expected, "{origin:?}");
        }
    }
}
