//! Who may sign in, and who is signed in. Passwords are kept as argon2id hashes, sessions as hashes of their tokens.

use std::io;
use std::sync::{Arc, LazyLock};

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use crate::clock;
use crate::desk::config::Config;
use crate::model::id::{AgentId, WorkspaceId};
use crate::model::staff::Role;
use crate::model::time::Timestamp;
use crate::store::agents::{AgentRow, NewAgent};
use crate::store::{self, Store};

/// The address of the account that the first start makes.
pub const FIRST_OWNER: &str = "owner@localhost";
/// Conversations that somebody new can have at the same time.
pub const CAPACITY: u32 = 5;
/// Shortest password, in characters; longer is better than odder.
const SHORTEST: usize = 10;
/// Longest password, in bytes: hashing must not become work for free.
const LONGEST: usize = 256;
/// Passwords that are hashed at the same time; each takes 19 MiB.
const HASHING: usize = 2;
/// How long a session may be used before that is written down again.
const NOTED_EVERY_MS: i64 = 5 * 60_000;
const HOUR_MS: i64 = 3_600_000;

/// A cheap handle to the accounts of the house.
#[derive(Clone, Debug)]
pub struct Accounts(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    store: Store,
    idle_ms: i64,
    longest_ms: i64,
    hashing: Semaphore,
}

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct Who {
    pub agent: AgentRow,
    /// Names the session; worth nothing to somebody who reads it.
    pub session: String,
    /// What a page must send with everything that changes something.
    pub csrf: String,
}

/// Somebody new.
#[derive(Clone, Debug)]
pub struct Newcomer {
    pub name: String,
    pub email: String,
    pub role: Role,
    pub capacity: u32,
    pub languages: Vec<String>,
    pub topics: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("a password has {SHORTEST} characters at least and {LONGEST} bytes at most")]
    BadPassword,
    #[error("this is no e-mail address")]
    BadEmail,
    #[error("somebody else has this address")]
    EmailTaken,
    #[error("the password is wrong")]
    WrongPassword,
    #[error("there is no such account")]
    NoSuchAgent,
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error("a password cannot be hashed: {0}")]
    Inside(String),
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Inside(error.to_string())
    }
}

impl Accounts {
    #[must_use]
    pub fn new(store: Store, config: &Config) -> Self {
        let idle_ms = i64::from(config.session_idle_hours) * HOUR_MS;
        let longest_ms = i64::from(config.session_days) * 24 * HOUR_MS;
        Self(Arc::new(Parts { store, idle_ms, longest_ms, hashing: Semaphore::new(HASHING) }))
    }

    /// Makes the first account where there is none, and returns its password to be shown once.
    ///
    /// # Errors
    /// The store failed.
    pub async fn first_owner(&self, workspace: WorkspaceId, now: Timestamp) -> Result<Option<String>, Error> {
        if self.0.store.has_agents(workspace).await? {
            return Ok(None);
        }
        let newcomer = Newcomer {
            name: "Owner".to_owned(),
            email: FIRST_OWNER.to_owned(),
            role: Role::Owner,
            capacity: CAPACITY,
            languages: Vec::new(),
            topics: Vec::new(),
        };
        match self.create(workspace, newcomer, now).await {
            Ok((_, password)) => Ok(Some(password)),
            // Another process came first, and has shown the password.
            Err(Error::EmailTaken) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes an account with a password of ours, which is returned to be shown once.
    ///
    /// # Errors
    /// [`Error::BadEmail`], [`Error::EmailTaken`], or the store failed.
    pub async fn create(
        &self,
        workspace: WorkspaceId,
        newcomer: Newcomer,
        now: Timestamp,
    ) -> Result<(AgentId, String), Error> {
        let password = generated()?;
        let agent = NewAgent {
            id: clock::id(),
            workspace,
            email: address(&newcomer.email)?,
            name: newcomer.name,
            role: newcomer.role,
            password: self.hash(password.clone()).await?,
            must_change: true,
            language: "en".to_owned(),
            capacity: newcomer.capacity,
            languages: newcomer.languages,
            topics: newcomer.topics,
        };
        match self.0.store.insert_agent(&agent, now).await? {
            true => Ok((agent.id, password)),
            false => Err(Error::EmailTaken),
        }
    }

    /// Gives an account a new password, which is returned to be shown once, and ends its sessions.
    ///
    /// # Errors
    /// [`Error::NoSuchAgent`], or the store failed.
    pub async fn reset_password(&self, workspace: WorkspaceId, agent: AgentId) -> Result<String, Error> {
        self.0.store.agent(workspace, agent).await?.ok_or(Error::NoSuchAgent)?;
        let password = generated()?;
        let hash = self.hash(password.clone()).await?;
        self.0.store.set_password(agent, &hash, true, None).await?;
        Ok(password)
    }

    /// Changes the password of somebody who knows the old one. Their other sessions end.
    ///
    /// # Errors
    /// [`Error::WrongPassword`], [`Error::BadPassword`], or the store failed.
    pub async fn change_password(&self, who: &Who, old: &str, new: &str) -> Result<(), Error> {
        if new.chars().count() < SHORTEST || new.len() > LONGEST || new.eq_ignore_ascii_case(&who.agent.email) {
            return Err(Error::BadPassword);
        }
        let known = self.0.store.password_of(who.agent.workspace, &who.agent.email).await?;
        let (_, hash) = known.ok_or(Error::NoSuchAgent)?;
        if !self.verify(old.to_owned(), hash).await? {
            return Err(Error::WrongPassword);
        }
        let hash = self.hash(new.to_owned()).await?;
        self.0.store.set_password(who.agent.id, &hash, false, Some(&who.session)).await?;
        Ok(())
    }

    /// The token of a new session, or `None` when address or password are wrong; both take the same time.
    ///
    /// # Errors
    /// The store failed.
    pub async fn sign_in(
        &self,
        workspace: WorkspaceId,
        email: &str,
        password: &str,
        now: Timestamp,
    ) -> Result<Option<String>, Error> {
        if password.len() > LONGEST {
            return Ok(None);
        }
        let known = self.0.store.password_of(workspace, &email.trim().to_lowercase()).await?;
        let (agent, hash) = known.map_or((None, NOBODY.clone()), |(agent, hash)| (Some(agent), hash));
        let right = self.verify(password.to_owned(), hash).await?;
        let Some(agent) = agent.filter(|_| right) else { return Ok(None) };
        let token = URL_SAFE_NO_PAD.encode(clock::random::<32>()?);
        self.0.store.insert_session(&session_of(&token), agent, now, now.plus_ms(-self.0.idle_ms)).await?;
        Ok(Some(token))
    }

    /// Who holds this token, when the session is still good.
    ///
    /// # Errors
    /// The store failed.
    pub async fn who(&self, token: &str, now: Timestamp) -> Result<Option<Who>, store::Error> {
        let session = session_of(token);
        let found = self.find(&session, now).await?;
        Ok(found.map(|agent| Who { agent, session, csrf: derived("csrf", token) }))
    }

    async fn find(&self, session: &str, now: Timestamp) -> Result<Option<AgentRow>, store::Error> {
        let (seen_since, begun_since) = (now.plus_ms(-self.0.idle_ms), now.plus_ms(-self.0.longest_ms));
        let found = self.0.store.agent_of_session(session, seen_since, begun_since).await?;
        let Some((agent, seen_at)) = found else { return Ok(None) };
        if now.ms_since(seen_at) > NOTED_EVERY_MS {
            self.0.store.session_seen(session, now).await?;
        }
        Ok(Some(agent))
    }

    /// Whether a session that was good is good still; using a console counts as using its session.
    ///
    /// # Errors
    /// The store failed.
    pub async fn is_good(&self, who: &Who, now: Timestamp) -> Result<bool, store::Error> {
        Ok(self.find(&who.session, now).await?.is_some())
    }

    /// Ends a session.
    ///
    /// # Errors
    /// The store failed.
    pub async fn sign_out(&self, who: &Who) -> Result<(), store::Error> {
        self.0.store.delete_session(&who.session).await
    }

    async fn hash(&self, password: String) -> Result<String, Error> {
        let _seat = self.0.hashing.acquire().await.map_err(|error| Error::Inside(error.to_string()))?;
        tokio::task::spawn_blocking(move || hashed(&password))
            .await
            .map_err(|error| Error::Inside(error.to_string()))?
    }

    async fn verify(&self, password: String, hash: String) -> Result<bool, Error> {
        let _seat = self.0.hashing.acquire().await.map_err(|error| Error::Inside(error.to_string()))?;
        tokio::task::spawn_blocking(move || {
            let hash = PasswordHash::new(&hash).map_err(|error| Error::Inside(error.to_string()))?;
            Ok(Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
        })
        .await
        .map_err(|error| Error::Inside(error.to_string()))?
    }
}

/// What an unknown address is checked against, so that it takes as long as a known one. Nobody knows its password.
static NOBODY: LazyLock<String> =
    LazyLock::new(|| generated().ok().and_then(|password| hashed(&password).ok()).unwrap_or_default());

/// argon2id with the library's parameters (19 MiB, two passes), which are OWASP's.
fn hashed(password: &str) -> Result<String, Error> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    hash.map(|hash| hash.to_string()).map_err(|error| Error::Inside(error.to_string()))
}

/// 100 random bits, in letters and digits that cannot be mistaken for each other.
fn generated() -> io::Result<String> {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
    let bytes = clock::random::<20>()?;
    let letters: Vec<char> = bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    Ok(letters.chunks(5).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}

/// The address in the form in which it is kept. Whether it works, only a letter would tell.
///
/// # Errors
/// [`Error::BadEmail`].
pub fn address(email: &str) -> Result<String, Error> {
    let email = email.trim().to_lowercase();
    let plain = email.len() <= 254 && !email.chars().any(|c| c.is_whitespace() || c.is_control());
    match email.split_once('@') {
        Some((name, place)) if plain && !name.is_empty() && !place.is_empty() && !place.contains('@') => Ok(email),
        _ => Err(Error::BadEmail),
    }
}

fn session_of(token: &str) -> String {
    derived("session", token)
}

/// A name for one purpose, made from a token; it tells nothing about the token or its other names.
fn derived(purpose: &str, token: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(b"frontdesk ");
    hash.update(purpose.as_bytes());
    hash.update(b"\0");
    hash.update(token.as_bytes());
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn accounts(folder: &tempfile::TempDir) -> Accounts {
        Accounts::new(Store::open(folder.path()).await.unwrap(), &Config::default())
    }

    const HOME: WorkspaceId = WorkspaceId::DEFAULT;

    #[tokio::test]
    async fn sessions_end_by_time_by_password_and_by_leaving() {
        let folder = tempfile::tempdir().unwrap();
        let accounts = accounts(&folder).await;
        let start = Timestamp(1_000_000_000_000);
        let password = accounts.first_owner(HOME, start).await.unwrap().expect("a fresh house has nobody");
        assert_eq!(accounts.first_owner(HOME, start).await.unwrap(), None);
        assert!(accounts.sign_in(HOME, FIRST_OWNER, "wrong", start).await.unwrap().is_none());
        assert!(accounts.sign_in(HOME, "nobody@localhost", &password, start).await.unwrap().is_none());
        let token = accounts.sign_in(HOME, " Owner@Localhost ", &password, start).await.unwrap().unwrap();
        let who = accounts.who(&token, start).await.unwrap().unwrap();
        assert!(who.agent.must_change && who.csrf != who.session && who.session != token);

        // Use keeps a session alive, silence and age end it.
        let day = 24 * HOUR_MS;
        assert!(accounts.who(&token, start.plus_ms(day + 1)).await.unwrap().is_none());
        for days in 1..=30 {
            assert!(accounts.who(&token, start.plus_ms(days * day)).await.unwrap().is_some(), "day {days}");
        }
        assert!(accounts.who(&token, start.plus_ms(30 * day + 1)).await.unwrap().is_none());

        let other = accounts.sign_in(HOME, FIRST_OWNER, &password, start).await.unwrap().unwrap();
        let wrong = accounts.change_password(&who, "wrong", "a much better one").await;
        assert!(matches!(wrong, Err(Error::WrongPassword)));
        assert!(matches!(accounts.change_password(&who, &password, "short").await, Err(Error::BadPassword)));
        accounts.change_password(&who, &password, "a much better one").await.unwrap();
        assert!(accounts.who(&other, start).await.unwrap().is_none(), "other sessions end with the old password");
        let who = accounts.who(&token, start).await.unwrap().expect("one's own goes on");
        assert!(!who.agent.must_change);

        let mut gone = who.agent.clone();
        gone.disabled_at = Some(start);
        assert!(accounts.0.store.update_agent(&gone).await.unwrap());
        assert!(accounts.who(&token, start).await.unwrap().is_none());
        assert!(accounts.sign_in(HOME, FIRST_OWNER, "a much better one", start).await.unwrap().is_none());
    }

    #[test]
    fn an_address_is_one_account_however_it_is_typed() {
        assert_eq!(address(" Li.Wei@Shop.Example ").unwrap(), "li.wei@shop.example");
        for bad in ["", "x", "@", "a@", "@b", "a@b@c", "a b@c"] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn passwords_of_ours_can_be_read_aloud() {
        let (one, other) = (generated().unwrap(), generated().unwrap());
        assert_ne!(one, other);
        assert_eq!((one.len(), one.matches('-').count()), (23, 3), "{one}");
    }
}
