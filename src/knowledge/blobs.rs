//! The bytes of uploaded files, named by their SHA-256 under `data/blobs`. A blob is there completely or not at all: it is
//! written beside, flushed to the disk, and then renamed.

use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use bytes::Bytes;
use futures::{Stream, StreamExt};
use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use crate::model::time::Timestamp;

/// Half-received files of uploads that died are removed when they are a day old; younger ones may still be growing.
const ABANDONED_MS: i64 = 24 * 60 * 60 * 1000;

/// The folder of blobs.
#[derive(Clone, Debug)]
pub struct Blobs {
    folder: PathBuf,
}

/// A file that arrived and is nobody's yet: gone with this value, unless it is kept.
#[derive(Debug)]
pub struct Arrived {
    blob: Blob,
    part: Part,
    folder: PathBuf,
}

/// A file that arrived and is safe on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    /// SHA-256 in hex.
    pub hash: String,
    pub bytes: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the file is larger than {limit} bytes")]
    TooLarge { limit: u64 },
    #[error("the disk is full")]
    DiskFull,
    /// The sender stopped in the middle.
    #[error("the upload broke off: {0}")]
    BrokeOff(io::Error),
    #[error("the file cannot be stored: {0}")]
    Disk(io::Error),
}

impl Blobs {
    #[must_use]
    pub fn new(data: &Path) -> Self {
        Self { folder: data.join("blobs") }
    }

    /// Where the blob of this hash is.
    #[must_use]
    pub fn path(&self, hash: &str) -> PathBuf {
        self.folder.join(hash)
    }

    /// Receives a file and keeps it. When it returns, the bytes survive a power cut.
    ///
    /// # Errors
    /// See [`Error`]; in each case nothing is left behind.
    pub async fn receive<S>(&self, stream: S, limit: u64) -> Result<Blob, Error>
    where
        S: Stream<Item = io::Result<Bytes>> + Send + Unpin,
    {
        self.take(stream, limit).await?.keep().await
    }

    /// Receives a file that may still be refused.
    ///
    /// # Errors
    /// See [`Error`]; in each case nothing is left behind.
    pub async fn take<S>(&self, mut stream: S, limit: u64) -> Result<Arrived, Error>
    where
        S: Stream<Item = io::Result<Bytes>> + Send + Unpin,
    {
        let incoming = self.folder.join("incoming");
        tokio::fs::create_dir_all(&incoming).await.map_err(disk)?;
        let part = Part(incoming.join(Uuid::now_v7().to_string()));
        let mut file = File::create_new(&part.0).await.map_err(disk)?;
        let (mut digest, mut bytes) = (Sha256::new(), 0_u64);
        while let Some(piece) = stream.next().await {
            let piece = piece.map_err(Error::BrokeOff)?;
            bytes += piece.len() as u64;
            if bytes > limit {
                return Err(Error::TooLarge { limit });
            }
            digest.update(&piece);
            file.write_all(&piece).await.map_err(disk)?;
        }
        file.flush().await.map_err(disk)?;
        file.sync_all().await.map_err(disk)?;
        let hash: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Arrived { blob: Blob { hash, bytes }, part, folder: self.folder.clone() })
    }

    /// Removes a blob that nothing names any more; false when it was not there.
    ///
    /// # Errors
    /// The disk does not let it go.
    pub async fn remove(&self, hash: &str) -> io::Result<bool> {
        match tokio::fs::remove_file(self.path(hash)).await {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Hashes of the blobs that have been there for a day: the row of a younger one may still be on its way.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub async fn settled(&self, now: Timestamp) -> io::Result<Vec<String>> {
        let mut settled = Vec::new();
        for (path, written) in files(&self.folder).await? {
            let hash = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if now.ms_since(written) > ABANDONED_MS && hash.len() == 64 {
                settled.push(hash);
            }
        }
        Ok(settled)
    }

    /// Removes what uploads that died left behind, and says how many files those were.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub async fn tidy_up(&self, now: Timestamp) -> io::Result<usize> {
        let mut removed = 0;
        for (path, written) in files(&self.folder.join("incoming")).await? {
            if now.ms_since(written) > ABANDONED_MS && tokio::fs::remove_file(path).await.is_ok() {
                removed += 1;
            }
        }
        Ok(removed)
    }
}

impl Arrived {
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.blob.bytes
    }

    /// Gives the file its name; the bytes survive a power cut then.
    ///
    /// # Errors
    /// The disk does not take it.
    pub async fn keep(self) -> Result<Blob, Error> {
        // Renaming onto a blob of the same hash replaces bytes by equal bytes.
        tokio::fs::rename(&self.part.0, self.folder.join(&self.blob.hash)).await.map_err(disk)?;
        sync_folder(self.folder).await.map_err(disk)?;
        Ok(self.blob)
    }
}

/// The files of a folder with the time at which each was written; none where there is no folder.
async fn files(folder: &Path) -> io::Result<Vec<(PathBuf, Timestamp)>> {
    let mut entries = match tokio::fs::read_dir(folder).await {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut files = Vec::new();
    while let Some(entry) = entries.next_entry().await? {
        let metadata = entry.metadata().await?;
        let written = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        if metadata.is_file() {
            files.push((entry.path(), Timestamp(i64::try_from(written.as_millis()).unwrap_or(i64::MAX))));
        }
    }
    Ok(files)
}

/// A file in the making: removed unless it was renamed away.
#[derive(Debug)]
struct Part(PathBuf);

impl Drop for Part {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A rename is on the disk only when its folder is.
async fn sync_folder(folder: PathBuf) -> io::Result<()> {
    tokio::task::spawn_blocking(move || std::fs::File::open(folder)?.sync_all()).await.map_err(io::Error::other)?
}

fn disk(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Error::DiskFull,
        _ => Error::Disk(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(pieces: &[&'static str]) -> impl Stream<Item = io::Result<Bytes>> + Send + Unpin {
        futures::stream::iter(pieces.iter().map(|piece| Ok(Bytes::from_static(piece.as_bytes()))).collect::<Vec<_>>())
    }

    fn left_over(data: &Path) -> usize {
        std::fs::read_dir(data.join("blobs/incoming")).unwrap().count()
    }

    #[tokio::test]
    async fn a_file_is_named_by_what_is_in_it() {
        let data = tempfile::tempdir().unwrap();
        let blobs = Blobs::new(data.path());
        let blob = blobs.receive(pieces(&["a", "bc"]), 10).await.unwrap();
        assert_eq!(blob.hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(std::fs::read(blobs.path(&blob.hash)).unwrap(), b"abc");
        assert_eq!(blobs.receive(pieces(&["abc"]), 3).await.unwrap(), blob);
        assert_eq!(left_over(data.path()), 0);
    }

    #[tokio::test]
    async fn what_does_not_arrive_leaves_nothing() {
        let data = tempfile::tempdir().unwrap();
        let blobs = Blobs::new(data.path());
        assert!(matches!(blobs.receive(pieces(&["ab", "cd"]), 3).await, Err(Error::TooLarge { limit: 3 })));
        let broken = futures::stream::iter([Ok(Bytes::from_static(b"ab")), Err(io::Error::other("connection lost"))]);
        assert!(matches!(blobs.receive(broken, 10).await, Err(Error::BrokeOff(_))));
        assert_eq!(left_over(data.path()), 0);
        assert_eq!(
            std::fs::read_dir(data.path().join("blobs")).unwrap().count(),
            1,
            "only the folder of incoming files"
        );
    }

    #[tokio::test]
    async fn what_is_refused_leaves_nothing() {
        let data = tempfile::tempdir().unwrap();
        let blobs = Blobs::new(data.path());
        let arrived = blobs.take(pieces(&["abc"]), 10).await.unwrap();
        assert_eq!((arrived.bytes(), left_over(data.path())), (3, 1));
        drop(arrived);
        assert_eq!(left_over(data.path()), 0);
        let now = crate::clock::now();
        let kept = blobs.take(pieces(&["abc"]), 10).await.unwrap().keep().await.unwrap();
        assert_eq!(blobs.settled(now).await.unwrap(), [] as [String; 0], "its row may be on its way");
        assert_eq!(blobs.settled(now.plus_ms(2 * ABANDONED_MS)).await.unwrap(), std::slice::from_ref(&kept.hash));
        assert!(blobs.remove(&kept.hash).await.unwrap() && !blobs.remove(&kept.hash).await.unwrap());
    }

    #[tokio::test]
    async fn half_a_file_goes_when_nobody_can_be_sending_it_any_more() {
        let data = tempfile::tempdir().unwrap();
        let blobs = Blobs::new(data.path());
        let now = crate::clock::now();
        assert_eq!(blobs.tidy_up(now).await.unwrap(), 0, "there is no folder yet");
        std::fs::create_dir_all(data.path().join("blobs/incoming")).unwrap();
        std::fs::write(data.path().join("blobs/incoming/half"), "ab").unwrap();
        assert_eq!(blobs.tidy_up(now).await.unwrap(), 0);
        assert_eq!(blobs.tidy_up(now.plus_ms(2 * ABANDONED_MS)).await.unwrap(), 1);
        assert_eq!(left_over(data.path()), 0);
    }

    #[test]
    fn a_full_disk_is_told_from_a_broken_one() {
        assert!(matches!(disk(io::Error::from(io::ErrorKind::StorageFull)), Error::DiskFull));
        assert!(matches!(disk(io::Error::from(io::ErrorKind::PermissionDenied)), Error::Disk(_)));
    }
}
