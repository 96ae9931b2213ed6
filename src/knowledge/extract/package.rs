//! Office files and books are ZIP archives.
//!
//! This one is read from memory, entry by entry, under limits, so that an archive
//! of a few kilobytes cannot become gigabytes; names are only looked up, never used as paths.

use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use super::xml::{self, Element};
use crate::knowledge::document::Refusal;

const ENTRIES_LIMIT: usize = 20_000;
/// One entry, decompressed (bytes).
const ENTRY_LIMIT: u64 = 96 << 20;
/// All entries that were read, decompressed (bytes).
const TOTAL_LIMIT: u64 = 256 << 20;
/// Text compresses 3 to 20 times, a spreadsheet of equal rows 100 times; deflate's maximum is 1032.
const RATIO_LIMIT: u64 = 400;

pub struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    left: u64,
}

impl std::fmt::Debug for Package<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Package").field("entries", &self.archive.len()).field("left", &self.left).finish()
    }
}

impl<'a> Package<'a> {
    /// # Errors
    /// [`Refusal::Broken`] when the list of entries cannot be read, [`Refusal::TooLarge`] when it has too many.
    pub fn open(bytes: &'a [u8]) -> Result<Self, Refusal> {
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| refusal(&error))?;
        if archive.len() > ENTRIES_LIMIT {
            return Err(Refusal::TooLarge(format!("it contains more than {ENTRIES_LIMIT} files")));
        }
        Ok(Self { archive, left: TOTAL_LIMIT })
    }

    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.archive.index_for_name(name).is_some()
    }

    /// Names of all entries, in the archive's order.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.archive.file_names().filter_map(Result::ok).map(std::borrow::Cow::into_owned).collect()
    }

    /// One entry, or `None` when there is none of that name.
    ///
    /// # Errors
    /// As [`Refusal`] says: encrypted, damaged or too large.
    pub fn read(&mut self, name: &str) -> Result<Option<Vec<u8>>, Refusal> {
        let Some(index) = self.archive.index_for_name(name) else { return Ok(None) };
        let entry = self.archive.by_index(index).map_err(|error| refusal(&error))?;
        let (packed, limit) = (entry.compressed_size(), ENTRY_LIMIT.min(self.left));
        let mut bytes = Vec::new();
        let read = entry.take(limit + 1).read_to_end(&mut bytes);
        let size = bytes.len() as u64;
        if size > limit || size > (1 << 20) && size / packed.max(1) > RATIO_LIMIT {
            return Err(Refusal::TooLarge(
                "it is compressed far more than a real document; unpack it and upload its parts".to_owned(),
            ));
        }
        // A checksum that does not fit tells of damage, but what was read before it is worth keeping.
        if let Err(error) = read
            && bytes.is_empty()
        {
            return Err(Refusal::Broken(format!("the part {name} cannot be unpacked ({error})")));
        }
        self.left -= size;
        Ok(Some(bytes))
    }

    /// One entry as a tree of XML, or `None` when there is none of that name.
    ///
    /// # Errors
    /// As [`Package::read`].
    pub fn xml(&mut self, name: &str) -> Result<Option<Element>, Refusal> {
        Ok(self.read(name)?.map(|bytes| xml::parse(&bytes)))
    }

    /// Unpacks everything once and forgets it, before a reader that knows no limits is let in.
    ///
    /// # Errors
    /// As [`Package::read`].
    pub fn verify(&mut self) -> Result<(), Refusal> {
        for name in self.names() {
            match self.read(&name) {
                Err(Refusal::Broken(_)) | Ok(_) => {}
                Err(other) => return Err(other),
            }
        }
        self.left = TOTAL_LIMIT;
        Ok(())
    }
}

/// The entry that a relationship of `from` points to: `target` is relative to the folder of `from`, or to the root.
#[must_use]
pub fn resolve(from: &str, target: &str) -> String {
    let target = target.split(['#', '?']).next().unwrap_or_default();
    let mut parts: Vec<&str> = match target.strip_prefix('/') {
        Some(_) => Vec::new(),
        None => from.split('/').collect::<Vec<_>>().split_last().map_or_else(Vec::new, |(_, folder)| folder.to_vec()),
    };
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

fn refusal(error: &ZipError) -> Refusal {
    match error {
        ZipError::UnsupportedArchive(text) if text.to_lowercase().contains("password") => Refusal::Encrypted,
        ZipError::InvalidPassword => Refusal::Encrypted,
        other => Refusal::Broken(format!("its archive cannot be read ({other})")),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in entries {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn a_bomb_is_refused_in_words() {
        let bytes = archive(&[("bomb.xml", &vec![b' '; 64 << 20])]);
        assert!(bytes.len() < 1 << 20);
        let refused = Package::open(&bytes).unwrap().read("bomb.xml").unwrap_err();
        assert!(matches!(refused, Refusal::TooLarge(_)), "{refused}");
        assert!(matches!(Package::open(&bytes).unwrap().verify(), Err(Refusal::TooLarge(_))));
    }

    #[test]
    fn names_are_looked_up_and_never_followed() {
        let bytes = archive(&[("../../etc/passwd", b"root"), ("a/b.xml", b"<a/>")]);
        let mut package = Package::open(&bytes).unwrap();
        assert_eq!(package.read("a/b.xml").unwrap().as_deref(), Some(&b"<a/>"[..]));
        assert_eq!(package.read("etc/passwd").unwrap(), None);
        assert_eq!(resolve("ppt/slides/slide1.xml", "../notesSlides/n.xml"), "ppt/notesSlides/n.xml");
        assert_eq!(resolve("ppt/slides/slide1.xml", "/ppt/media/x"), "ppt/media/x");
        assert_eq!(resolve("a.xml", "../../../x"), "x");
    }

    #[test]
    fn a_damaged_archive_is_broken() {
        assert!(matches!(Package::open(b"PK\x03\x04 nothing"), Err(Refusal::Broken(_))));
    }
}
