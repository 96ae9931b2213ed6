//! Tokens without a table: whoever started a conversation holds a code that only this house can make from its id.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::{fmt, fs};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::clock::random;
use crate::model::id::ConversationId;

/// What is signed begins with this, so that a code for one purpose is worth nothing for another.
const PURPOSE: &[u8] = b"frontdesk web conversation v1\0";

/// The house's signing key: 256 random bits in `data/secret.key`.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    /// A key that lives as long as the process.
    ///
    /// # Errors
    /// The system has no random numbers.
    pub fn fresh() -> io::Result<Self> {
        random().map(Self)
    }

    /// Reads the key file, or makes it (readable for its owner only) when there is none. Processes that start together
    /// end with the same key.
    ///
    /// # Errors
    /// The file cannot be written, or is no key.
    pub fn load_or_create(path: &Path) -> io::Result<Self> {
        if !path.try_exists()? {
            let draft = path.with_extension(format!("{}.draft", std::process::id()));
            write_private(&draft, URL_SAFE_NO_PAD.encode(random::<32>()?).as_bytes())?;
            // A link appears whole or not at all, and never replaces a key that another process made first.
            let linked = fs::hard_link(&draft, path);
            fs::remove_file(&draft)?;
            match linked {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => {}
            }
        }
        let bytes = URL_SAFE_NO_PAD.decode(fs::read_to_string(path)?.trim()).map_err(|_| not_a_key(path))?;
        bytes.try_into().map(Self).map_err(|_| not_a_key(path))
    }

    /// The bearer token of a conversation.
    #[must_use]
    pub fn token(&self, conversation: ConversationId) -> String {
        URL_SAFE_NO_PAD.encode(self.code(conversation).finalize().into_bytes())
    }

    /// Whether a token belongs to a conversation. Takes the same time for every wrong token.
    #[must_use]
    pub fn proves(&self, conversation: ConversationId, token: &str) -> bool {
        URL_SAFE_NO_PAD.decode(token).is_ok_and(|code| self.code(conversation).verify_slice(&code).is_ok())
    }

    fn code(&self, conversation: ConversationId) -> Hmac<Sha256> {
        let mut code = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        code.update(PURPOSE);
        code.update(conversation.0.as_bytes());
        code
    }
}

/// Writes a file that only its owner may read; an old one is replaced.
///
/// # Errors
/// The file cannot be written.
pub fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

fn not_a_key(path: &Path) -> io::Error {
    let text = format!(
        "{} is not a key of 43 base64url characters; restore it from a backup, or delete it: open chats then start anew",
        path.display()
    );
    io::Error::new(io::ErrorKind::InvalidData, text)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::clock;

    #[test]
    fn a_token_opens_its_own_conversation_only() {
        let (key, other) = (Key::fresh().unwrap(), Key::fresh().unwrap());
        let (mine, yours): (ConversationId, ConversationId) = (clock::id(), clock::id());
        let token = key.token(mine);
        assert!(key.proves(mine, &token));
        assert!(!key.proves(yours, &token));
        assert!(!other.proves(mine, &token));
        for forged in ["", "x", &token[1..], &format!("{token}A"), &"A".repeat(43)] {
            assert!(!key.proves(mine, forged), "{forged}");
        }
    }

    #[test]
    fn the_key_file_is_private_and_lasts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        let conversation = clock::id();
        let token = Key::load_or_create(&path).unwrap().token(conversation);
        assert!(Key::load_or_create(&path).unwrap().proves(conversation, &token));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        fs::write(&path, "short").unwrap();
        assert!(Key::load_or_create(&path).unwrap_err().to_string().contains("secret.key"));
    }
}
