//! Files that travel with a message.

use serde::{Deserialize, Serialize};

/// A file of a conversation. Its bytes lie in the data folder under their SHA-256.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// SHA-256 of the bytes in hex (64 characters).
    pub hash: String,
    /// The file's own name, cleaned: no path, no control characters.
    pub name: String,
    /// Found out from the bytes, never taken from the sender.
    pub media_type: String,
    /// Size in bytes.
    pub bytes: u64,
}
