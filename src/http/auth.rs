//! The administrator's token. Only its hash is kept; who lost it makes another with `frontdesk token reset`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use axum::extract::Request;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::channel::limit::{Caller, Limiter, Rate};
use crate::channel::token::write_private;
use crate::channel::web::state::bearer;
use crate::clock::{self, random};
use crate::problem::{Code, Problem};

const FILE: &str = "admin.token.sha256";

/// Knows the right token when it sees it.
#[derive(Clone, Debug)]
pub struct Admin(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    known: Known,
    tries: Limiter<Caller>,
}

#[derive(Debug)]
enum Known {
    /// From the settings.
    Configured([u8; 32]),
    /// In a file, read at each use, so that a reset holds at once.
    File(PathBuf),
}

impl Admin {
    /// The token of the settings, or that of the data folder. Where there is none, one is made, and returned to be shown
    /// once.
    ///
    /// # Errors
    /// The data folder cannot be written.
    pub fn open(configured: Option<&SecretString>, data: &Path, tries: Rate) -> io::Result<(Self, Option<String>)> {
        let path = data.join(FILE);
        let mut fresh = None;
        let known = match configured {
            Some(token) => Known::Configured(digest(token.expose_secret())),
            None => {
                if !path.try_exists()? {
                    fresh = Some(reset(data)?);
                }
                Known::File(path)
            }
        };
        Ok((Self(Arc::new(Parts { known, tries: Limiter::new(tries) })), fresh))
    }

    /// Whether a request carries the right token. Wrong ones are few: who has used them up is not even listened to, or the
    /// limit would not limit guessing.
    pub(super) fn admits(&self, request: &Request) -> Result<(), Problem> {
        let (now, caller) = (clock::now(), request.extensions().get::<Caller>().copied());
        if let Some(caller) = caller {
            self.0.tries.has(&caller, now).map_err(Problem::too_many)?;
        }
        // Who brings no token does not guess.
        let token = bearer(request.headers()).filter(|token| !token.is_empty()).ok_or(Code::Unauthorized)?;
        if self.accepts(token).map_err(Problem::internal)? {
            return Ok(());
        }
        if let Some(caller) = caller {
            self.0.tries.take(caller, now).map_err(Problem::too_many)?;
        }
        Err(Code::Unauthorized.into())
    }

    fn accepts(&self, token: &str) -> io::Result<bool> {
        let known = match &self.0.known {
            Known::Configured(hash) => *hash,
            Known::File(path) => match fs::read_to_string(path)?.trim().as_bytes() {
                hex if hex.len() == 64 => from_hex(hex).ok_or_else(|| unreadable(path))?,
                _ => return Err(unreadable(path)),
            },
        };
        // Hashes are compared, so the time that it takes tells nothing about the token.
        Ok(digest(token) == known)
    }
}

/// Makes a new token, keeps its hash, and returns it to be shown once. The old one is worthless from now on.
///
/// # Errors
/// The data folder cannot be written.
pub fn reset(data: &Path) -> io::Result<String> {
    fs::create_dir_all(data)?;
    let token = format!("fd_{}", URL_SAFE_NO_PAD.encode(random::<32>()?));
    let hex: String = digest(&token).iter().map(|byte| format!("{byte:02x}")).collect();
    let draft = data.join(format!("{FILE}.{}.draft", std::process::id()));
    write_private(&draft, hex.as_bytes())?;
    fs::rename(&draft, data.join(FILE))?;
    Ok(token)
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

fn from_hex(hex: &[u8]) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(hex.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

fn unreadable(path: &Path) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{} is damaged; run `frontdesk token reset`", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRIES: Rate = Rate { burst: 1, per_minute: 1 };

    #[test]
    fn a_token_is_shown_once_and_a_reset_ends_it() {
        let data = tempfile::tempdir().unwrap();
        let (admin, first) = Admin::open(None, data.path(), TRIES).unwrap();
        let first = first.expect("a fresh folder has no token");
        assert!(admin.accepts(&first).unwrap());
        assert!(!admin.accepts("fd_wrong").unwrap());
        assert!(Admin::open(None, data.path(), TRIES).unwrap().1.is_none());
        let second = reset(data.path()).unwrap();
        assert!(admin.accepts(&second).unwrap());
        assert!(!admin.accepts(&first).unwrap());
        let stored = fs::read_to_string(data.path().join(FILE)).unwrap();
        assert!(!stored.contains(&second));
    }

    #[test]
    fn a_configured_token_needs_no_file() {
        let data = tempfile::tempdir().unwrap();
        let configured = SecretString::from("a token of the operator".to_owned());
        let (admin, shown) = Admin::open(Some(&configured), data.path(), TRIES).unwrap();
        assert!(shown.is_none());
        assert!(admin.accepts("a token of the operator").unwrap());
        assert!(!admin.accepts("").unwrap());
    }
}
