//! Names of things. Ids are `UUIDv7` (RFC 9562) newtypes, so that they sort by age and cannot be mixed up; a chunk is
//! named by the hash of what it says.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+};
}

ids! {
    /// A business. Every row and every index entry carries the workspace it belongs to.
    WorkspaceId,
    /// One conversation with one customer.
    ConversationId,
    /// A person who writes to the business.
    CustomerId,
    /// A person who answers for the business.
    AgentId,
    /// A group of agents with a queue of its own.
    TeamId,
    /// One door of a business: a website's widget, a mailbox, an account.
    InboxId,
    /// A canned reply.
    CannedId,
    /// A saved view of the list of conversations.
    ViewId,
    /// One attempt of the bot to answer what the customer said last.
    TurnId,
    /// A document, whichever revision of it is published.
    DocumentId,
    /// One state of a document's content.
    RevisionId,
}

impl WorkspaceId {
    /// The workspace that exists from the first migration on.
    pub const DEFAULT: Self = Self(Uuid::from_u128(1));
}

/// The name of a chunk: the first 128 bits of the SHA-256 of its content, in hex (32 characters).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChunkName(pub String);

impl ChunkName {
    /// Names content given in parts. Each part is hashed with its length, so moving a boundary changes the name.
    #[must_use]
    pub fn of(parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        Self(hash.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl fmt::Display for ChunkName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
