//! Files of the person at the terminal, on their way in.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;
use futures::StreamExt;
use tokio_util::io::ReaderStream;

use crate::cli::failure::told;
use crate::knowledge::ingest::{Ingest, UploadError, Uploaded};
use crate::model::id::WorkspaceId;
use crate::model::time::Timestamp;

/// Pieces in which files are read.
const PIECE: usize = 64 << 10;

/// A file, and the name that its document gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) path: PathBuf,
    pub(super) name: String,
    pub(super) bytes: u64,
}

/// The file, or all files of a folder and the folders in it, by name. Hidden ones are left out, and so are links to
/// folders, because they can lead in a circle. Names are relative to the folder, so that the same folder can be taken in
/// again from elsewhere.
pub(super) fn below(path: &Path) -> anyhow::Result<Vec<Found>> {
    let about = fs::metadata(path).map_err(|error| {
        let path = path.display();
        told(format!("{path} cannot be read: {error}"), format!("{path} 无法读取：{error}"))
    })?;
    let mut found = Vec::new();
    if about.is_dir() {
        walk(path, path, &mut found)?;
    } else {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        found.push(Found { path: path.to_owned(), name, bytes: about.len() });
    }
    Ok(found)
}

/// Leaves each file once, however often it was named, and says which two would be one document: the second would silently take the
/// place of the first.
pub(super) fn merge(found: &mut Vec<Found>) -> Option<[Found; 2]> {
    let mut known: HashMap<String, Found> = HashMap::new();
    let mut clash = None;
    let real = |file: &Found| fs::canonicalize(&file.path).unwrap_or_else(|_| file.path.clone());
    found.retain(|file| match known.get(&file.name) {
        None => {
            known.insert(file.name.clone(), file.clone());
            true
        }
        Some(first) => {
            if real(first) != real(file) {
                clash.get_or_insert_with(|| [first.clone(), file.clone()]);
            }
            false
        }
    });
    clash
}

fn walk(root: &Path, folder: &Path, found: &mut Vec<Found>) -> anyhow::Result<()> {
    let listing = fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut entries = listing.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if entry.file_type()?.is_dir() {
            walk(root, &path, found)?;
            continue;
        }
        // A link to a file is the file; one that leads nowhere is nothing.
        let Ok(about) = fs::metadata(&path) else { continue };
        if about.is_file() {
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
            found.push(Found { path, name, bytes: about.len() });
        }
    }
    Ok(())
}

/// Puts a file into the queue.
pub(super) async fn upload(ingest: &Ingest, file: &Found, now: Timestamp) -> Result<Uploaded, UploadError> {
    let opened = tokio::fs::File::open(&file.path).await.map_err(UploadError::BrokeOff)?;
    let content = ReaderStream::with_capacity(opened, PIECE).boxed();
    ingest.upload(WorkspaceId::DEFAULT, &file.name, content, now).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_walked_in_order_without_what_is_hidden() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.md", "a/z.txt", "a/.hidden", ".git/config", "发票.md"] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        std::os::unix::fs::symlink(folder.path(), folder.path().join("a/loop")).unwrap();
        std::os::unix::fs::symlink("nowhere", folder.path().join("dead")).unwrap();
        let names: Vec<_> = below(folder.path()).unwrap().into_iter().map(|file| file.name).collect();
        assert_eq!(names, ["a/z.txt", "b.md", "发票.md"]);
        let single = below(&folder.path().join("a/z.txt")).unwrap();
        assert_eq!((single[0].name.as_str(), single[0].bytes), ("z.txt", 1));
        assert!(below(Path::new("/no/such/place")).is_err());
    }

    #[test]
    fn two_files_of_one_name_are_told_apart_from_one_file_named_twice() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a/terms.md", "b/terms.md"] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        }
        let found = |paths: &[&str]| -> Vec<Found> {
            paths.iter().flat_map(|path| below(&folder.path().join(path)).unwrap()).collect()
        };
        let mut twice = found(&["a/terms.md", "a", "b/../a/terms.md"]);
        assert_eq!((merge(&mut twice), twice.len()), (None, 1));
        let clash = merge(&mut found(&["a/terms.md", "b/terms.md"])).unwrap();
        assert_eq!(clash.map(|file| fs::read_to_string(file.path).unwrap()), ["a/terms.md", "b/terms.md"]);
        let mut whole = found(&["."]);
        assert_eq!((merge(&mut whole), whole.len()), (None, 2), "below one folder they have different names");
    }
}
