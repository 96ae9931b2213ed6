//! The rules that were edited in the house, in a file of the data folder. They win over those of the settings until they are
//! taken back.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::{Policy, parse};

fn path(data: &Path) -> PathBuf {
    data.join("policy.toml")
}

/// The edited rules, if there are any. A file that cannot be used stops the house: to leave out the rules in silence could
/// let the bot say what it must not.
///
/// # Errors
/// The file cannot be read or compiled.
pub fn load(data: &Path) -> anyhow::Result<Option<Policy>> {
    let path = path(data);
    match fs::read_to_string(&path) {
        Ok(text) => {
            let fix =
                || format!("{}: correct it, or remove it to go back to the rules of the settings", path.display());
            parse(&text).map(Some).with_context(fix)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// Whether rules were edited.
#[must_use]
pub fn exists(data: &Path) -> bool {
    path(data).exists()
}

/// Keeps edited rules; a crash leaves the old ones or the new ones.
///
/// # Errors
/// The data folder cannot be written.
pub fn keep(data: &Path, policy: &Policy) -> io::Result<()> {
    let draft = data.join(format!("policy.{}.draft", std::process::id()));
    let mut file = File::create(&draft)?;
    file.write_all(policy.text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&draft, path(data))
}

/// Goes back to the rules of the settings.
///
/// # Errors
/// The data folder cannot be written.
pub fn forget(data: &Path) -> io::Result<()> {
    match fs::remove_file(path(data)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
