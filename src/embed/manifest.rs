//! `model.toml`: what `make models` left in the models folder. Reading it is cheap (it compares sizes); `verify` reads every
//! byte and is for `doctor`.

use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::text::language::Language;

const NAME: &str = "model.toml";

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Manifest {
    pub name: String,
    pub dimensions: usize,
    pub languages: Vec<Language>,
    pub pooling: Pooling,
    /// Longer texts are cut here; the model was not trained on more.
    pub max_tokens: usize,
    /// What the model was trained to see before a question, and before a passage.
    pub question_prefix: String,
    pub passage_prefix: String,
    pub licence: String,
    pub files: Vec<File>,
}

/// How one vector is made of the vectors of all tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pooling {
    Mean,
    Cls,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct File {
    pub name: String,
    pub bytes: u64,
    /// Lower-case hexadecimal.
    pub sha256: String,
}

/// Why a folder holds no usable model.
#[derive(Debug, thiserror::Error)]
pub enum NotSetUp {
    #[error("there is no model in {}", .0.display())]
    Missing(PathBuf),
    #[error("{NAME} cannot be read: {0}")]
    Unreadable(String),
    #[error("{0} is missing or damaged")]
    Damaged(String),
}

impl Manifest {
    /// Reads the manifest of a models folder and compares the sizes of the files that it names.
    pub fn read(folder: &Path) -> Result<Self, NotSetUp> {
        let text = fs::read_to_string(folder.join(NAME)).map_err(|error| match error.kind() {
            ErrorKind::NotFound => NotSetUp::Missing(folder.to_owned()),
            _ => NotSetUp::Unreadable(error.to_string()),
        })?;
        let manifest: Self = toml::from_str(&text).map_err(|error| NotSetUp::Unreadable(error.message().to_owned()))?;
        for file in &manifest.files {
            let bytes = fs::metadata(folder.join(&file.name)).map(|metadata| metadata.len());
            if bytes.ok() != Some(file.bytes) {
                return Err(NotSetUp::Damaged(file.name.clone()));
            }
        }
        Ok(manifest)
    }

    /// Compares every byte with the SHA-256 in the manifest. Takes about 0.1 s; blocking.
    pub fn verify(&self, folder: &Path) -> Result<(), NotSetUp> {
        for file in &self.files {
            if sha256(&folder.join(&file.name)).ok().as_deref() != Some(&file.sha256) {
                return Err(NotSetUp::Damaged(file.name.clone()));
            }
        }
        Ok(())
    }

    /// ONNX Runtime's library, whatever this platform calls it.
    pub fn library(&self, folder: &Path) -> Result<PathBuf, NotSetUp> {
        let library = self.files.iter().find(|file| file.name.starts_with("libonnxruntime"));
        library
            .map(|file| folder.join(&file.name))
            .ok_or_else(|| NotSetUp::Unreadable("it names no ONNX Runtime library".to_owned()))
    }
}

fn sha256(path: &Path) -> io::Result<String> {
    let (mut file, mut hasher, mut block) = (fs::File::open(path)?, Sha256::new(), vec![0; 1 << 16]);
    loop {
        let read = file.read(&mut block)?;
        if read == 0 {
            break;
        }
        hasher.update(&block[..read]);
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
        name = "tiny/int8"
        dimensions = 4
        languages = ["en", "zh"]
        pooling = "mean"
        max_tokens = 16
        question_prefix = "query: "
        passage_prefix = ""
        licence = "Apache-2.0"
        [[files]]
        name = "libonnxruntime.so"
        bytes = 3
        sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    "#;

    fn folder(library: &[u8]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(NAME), TEXT).unwrap();
        fs::write(folder.path().join("libonnxruntime.so"), library).unwrap();
        folder
    }

    #[test]
    fn a_complete_folder_is_read_and_verified() {
        let folder = folder(b"abc");
        let manifest = Manifest::read(folder.path()).unwrap();
        assert_eq!((manifest.dimensions, manifest.pooling), (4, Pooling::Mean));
        assert_eq!(manifest.languages, [Language::En, Language::Zh]);
        assert_eq!(manifest.library(folder.path()).unwrap(), folder.path().join("libonnxruntime.so"));
        manifest.verify(folder.path()).unwrap();
    }

    #[test]
    fn what_is_missing_or_damaged_is_named() {
        let empty = tempfile::tempdir().unwrap();
        assert!(matches!(Manifest::read(empty.path()), Err(NotSetUp::Missing(_))));

        let short = folder(b"ab");
        assert!(matches!(Manifest::read(short.path()), Err(NotSetUp::Damaged(name)) if name == "libonnxruntime.so"));

        // Of the right size, but of other content: only the full check sees that.
        let other = folder(b"abd");
        let manifest = Manifest::read(other.path()).unwrap();
        assert!(matches!(manifest.verify(other.path()), Err(NotSetUp::Damaged(_))));

        fs::write(empty.path().join(NAME), "name = 3").unwrap();
        assert!(matches!(Manifest::read(empty.path()), Err(NotSetUp::Unreadable(_))));
    }
}
