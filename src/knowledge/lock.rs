//! One process ingests: whoever holds the lock of the data folder reads documents and writes the index.
//!
//! Others put rows in the queue and wait. The operating system lets go of the lock when its holder dies, however it dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

/// The right to ingest into a data folder; given back when dropped.
#[derive(Debug)]
pub struct WriterLock {
    _file: File,
}

impl WriterLock {
    /// Takes the lock of a data folder, or `None` when another process has it.
    ///
    /// # Errors
    /// The folder or the lock file cannot be written.
    pub fn try_take(data: &Path) -> io::Result<Option<Self>> {
        std::fs::create_dir_all(data)?;
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(data.join("lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_has_one_holder_at_a_time() {
        let data = tempfile::tempdir().unwrap();
        let first = WriterLock::try_take(data.path()).unwrap();
        assert!(first.is_some());
        assert!(WriterLock::try_take(data.path()).unwrap().is_none());
        drop(first);
        assert!(WriterLock::try_take(data.path()).unwrap().is_some());
    }
}
