//! One workspace's index on disk. A change is one commit of tantivy: texts, vectors and the version that they make, all
//! or nothing, whatever kills the process.

use std::cmp::Ordering;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use serde::{Deserialize, Serialize};
use tantivy::directory::MmapDirectory;
use tantivy::index::SegmentId;
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy};
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions, Value};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{
    DocAddress, IndexMeta, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, Searcher, SegmentReader,
    TantivyDocument, TantivyError, Term,
};

use super::dense::{Codes, from_bytes, to_bytes};
use super::{Access, Config};
use crate::index::{Change, Entry, Error, Held};

/// Number of this layout. A folder of another one is begun anew.
const FORMAT: u32 = 1;

pub(super) struct Shard {
    index: tantivy::Index,
    reader: IndexReader,
    fields: Fields,
    access: Access,
    memory: usize,
    /// Held while a change is made.
    writing: Mutex<()>,
    current: RwLock<Arc<Snapshot>>,
}

#[derive(Clone, Copy)]
pub(super) struct Fields {
    pub(super) name: Field,
    pub(super) terms: Field,
    pub(super) vector: Field,
}

/// What travels with each commit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Payload {
    format: u32,
    version: u64,
    dimensions: Option<usize>,
}

/// A state of the index that does not change under a search.
pub(super) struct Snapshot {
    pub(super) searcher: Searcher,
    pub(super) fields: Fields,
    /// Beside each segment of the searcher.
    pub(super) rows: Vec<Arc<Rows>>,
    payload: Payload,
    opstamp: u64,
    alive: usize,
    length: u64,
    vectors: u64,
}

/// A row of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Row {
    pub(super) segment: usize,
    pub(super) row: usize,
}

/// What of a segment is kept in memory. Segments never change, so this is read once.
pub(super) struct Rows {
    segment: SegmentId,
    names: Vec<Box<str>>,
    pub(super) codes: Codes,
}

impl Shard {
    pub(super) fn open(folder: &Path, access: Access, config: &Config) -> Result<Self, Error> {
        let memory = memory(config);
        match Self::open_whole(folder, access, memory) {
            Err(error) if access == Access::Write => {
                tracing::warn!(folder = %folder.display(), %error, "the index cannot be read and is made anew");
                fs::remove_dir_all(folder)?;
                Self::open_whole(folder, access, memory)
            }
            opened => opened,
        }
    }

    pub(super) fn in_memory(config: &Config) -> Result<Self, Error> {
        let index = tantivy::Index::builder().schema(schema().0).settings(settings()).create_in_ram()?;
        Self::over(index, Access::Write, memory(config))
    }

    fn open_whole(folder: &Path, access: Access, memory: usize) -> Result<Self, Error> {
        let exists = folder.join("meta.json").exists();
        let index = match (exists, access) {
            (true, _) => tantivy::Index::open_in_dir(folder)?,
            (false, Access::Read) => {
                return Err(Error::Unavailable(format!("there is no index in {}", folder.display())));
            }
            (false, Access::Write) => {
                // What a process left that died before its first commit.
                if folder.exists() {
                    fs::remove_dir_all(folder)?;
                }
                fs::create_dir_all(folder)?;
                let directory = MmapDirectory::open(folder).map_err(TantivyError::from)?;
                tantivy::Index::create(directory, schema().0, settings())?
            }
        };
        let damaged = if access == Access::Write { index.validate_checksum()?.len() } else { 0 };
        if damaged > 0 {
            return Err(Error::Unavailable(format!("{damaged} files are damaged")));
        }
        Self::over(index, access, memory)
    }

    fn over(index: tantivy::Index, access: Access, memory: usize) -> Result<Self, Error> {
        let (schema, fields) = schema();
        if index.schema() != schema {
            return Err(Error::Unavailable("the index has another layout".into()));
        }
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let current = RwLock::new(Arc::new(Snapshot::take(&index, &reader, fields, &[])?));
        Ok(Self { index, reader, fields, access, memory, writing: Mutex::default(), current })
    }

    /// The state to search now. A reader beside a writer looks whether there is a newer one.
    pub(super) fn snapshot(&self) -> Result<Arc<Snapshot>, Error> {
        let current = Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner));
        if self.access == Access::Write || self.index.load_metas()?.opstamp == current.opstamp {
            return Ok(current);
        }
        self.refresh()
    }

    fn refresh(&self) -> Result<Arc<Snapshot>, Error> {
        let known = Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner));
        let fresh = Arc::new(Snapshot::take(&self.index, &self.reader, self.fields, &known.rows)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&fresh);
        Ok(fresh)
    }

    pub(super) fn apply(&self, change: &Change) -> Result<(), Error> {
        if self.access == Access::Read {
            return Err(Error::Unavailable("the index is open for reading only".into()));
        }
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let held = self.snapshot()?.payload;
        let mut dimensions = held.dimensions.filter(|_| !change.reset);
        for got in change.add.iter().filter_map(|entry| entry.vector.as_ref().map(Vec::len)) {
            let expected = *dimensions.get_or_insert(got);
            if got != expected {
                return Err(Error::Mismatched { expected, got });
            }
        }
        let payload = Payload { format: FORMAT, version: change.version.unwrap_or(held.version), dimensions };
        // One thread each: changes are small, and threads that wait cost memory.
        let options = IndexWriterOptions::builder()
            .num_worker_threads(1)
            .num_merge_threads(1)
            .memory_budget_per_thread(self.memory)
            .build();
        let mut writer: IndexWriter = self.index.writer_with_options(options)?;
        // A change that was killed leaves files whose names this one would choose again.
        writer.garbage_collect_files().wait()?;
        let mut merges = LogMergePolicy::default();
        merges.set_del_docs_ratio_before_merge(0.3);
        writer.set_merge_policy(Box::new(merges));
        if change.reset {
            writer.delete_all_documents()?;
        }
        for name in &change.remove {
            writer.delete_term(Term::from_field_text(self.fields.name, &name.0));
        }
        for entry in &change.add {
            writer.delete_term(Term::from_field_text(self.fields.name, &entry.chunk.0));
            writer.add_document(document(self.fields, entry))?;
        }
        let mut commit = writer.prepare_commit()?;
        commit.set_payload(&serde_json::to_string(&payload).map_err(|error| Error::Unavailable(error.to_string()))?);
        commit.commit()?;
        self.refresh()?;
        writer.wait_merging_threads()?;
        self.refresh()?;
        Ok(())
    }
}

impl Snapshot {
    fn take(index: &tantivy::Index, reader: &IndexReader, fields: Fields, known: &[Arc<Rows>]) -> Result<Self, Error> {
        let metas = settled(|| Ok(index.load_metas()?), || Ok(reader.reload()?))?;
        let payload = match &metas.payload {
            Some(payload) => serde_json::from_str(payload).unwrap_or_default(),
            None => Payload { format: FORMAT, ..Payload::default() },
        };
        if payload.format != FORMAT {
            return Err(Error::Unavailable("the index has another layout".into()));
        }
        let searcher = reader.searcher();
        let mut rows = Vec::new();
        let (mut alive, mut length, mut vectors) = (0, 0, 0);
        for segment in searcher.segment_readers() {
            let own = match known.iter().find(|rows| rows.segment == segment.segment_id()) {
                Some(rows) => Arc::clone(rows),
                None => Arc::new(Rows::read(segment, fields, payload.dimensions)?),
            };
            let lengths = segment.get_fieldnorms_reader(fields.terms)?;
            for row in segment.doc_ids_alive() {
                alive += 1;
                length += u64::from(lengths.fieldnorm(row));
                vectors += u64::from(own.codes.has(row as usize));
            }
            rows.push(own);
        }
        Ok(Self { searcher, fields, rows, payload, opstamp: metas.opstamp, alive, length, vectors })
    }

    pub(super) fn held(&self) -> Held {
        Held { version: self.payload.version, chunks: self.alive as u64, vectors: self.vectors }
    }

    pub(super) fn alive(&self) -> usize {
        self.alive
    }

    pub(super) fn dimensions(&self) -> Option<usize> {
        self.payload.dimensions
    }

    /// Terms of a chunk on average.
    #[expect(clippy::cast_precision_loss, reason = "a mean needs no more than 24 bits")]
    pub(super) fn mean_length(&self) -> f32 {
        if self.alive == 0 { 1.0 } else { (self.length as f64 / self.alive as f64) as f32 }
    }

    pub(super) fn name(&self, row: Row) -> &str {
        &self.rows[row.segment].names[row.row]
    }

    /// The best finds, best first; equal scores are in order of names, so that an answer can be repeated.
    pub(super) fn best(&self, mut finds: Vec<(Row, f32)>, limit: usize) -> Vec<(Row, f32)> {
        let order = |one: &(Row, f32), other: &(Row, f32)| -> Ordering {
            other.1.total_cmp(&one.1).then_with(|| self.name(one.0).cmp(self.name(other.0)))
        };
        if limit == 0 {
            return Vec::new();
        }
        if finds.len() > limit {
            finds.select_nth_unstable_by(limit - 1, order);
            finds.truncate(limit);
        }
        finds.sort_unstable_by(order);
        finds
    }

    /// A chunk's vector in full precision, from disk.
    pub(super) fn vector(&self, row: Row) -> Result<Option<Vec<f32>>, Error> {
        if !self.rows[row.segment].codes.has(row.row) {
            return Ok(None);
        }
        let number = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
        let document: TantivyDocument = self.searcher.doc(DocAddress::new(number(row.segment), number(row.row)))?;
        Ok(document.get_first(self.fields.vector).and_then(|value| value.as_bytes()).map(from_bytes))
    }
}

impl Rows {
    fn read(segment: &SegmentReader, fields: Fields, dimensions: Option<usize>) -> Result<Self, Error> {
        let count = segment.max_doc() as usize;
        let mut rows = Self {
            segment: segment.segment_id(),
            names: Vec::with_capacity(count),
            codes: Codes::new(dimensions.unwrap_or(0), count),
        };
        let store = segment.get_store_reader(0)?;
        // Deleted rows are read as well: the place in these lists is the number of the row.
        for document in store.iter::<TantivyDocument>(None) {
            let document = document?;
            rows.names
                .push(document.get_first(fields.name).and_then(|value| value.as_str()).unwrap_or_default().into());
            let vector = document.get_first(fields.vector).and_then(|value| value.as_bytes()).map(from_bytes);
            rows.codes.push(vector.as_deref());
        }
        Ok(rows)
    }
}

/// Reloads until nothing was committed meanwhile, by this process or another: what the index says of itself has to be that of
/// the segments that are searched.
fn settled(
    read: impl Fn() -> Result<IndexMeta, Error>,
    reload: impl Fn() -> Result<(), Error>,
) -> Result<IndexMeta, Error> {
    loop {
        let before = read()?;
        reload()?;
        if read()?.opstamp == before.opstamp {
            return Ok(before);
        }
    }
}

fn memory(config: &Config) -> usize {
    config.writer_memory_mib.max(15) << 20
}

fn settings() -> IndexSettings {
    IndexSettings { docstore_compress_dedicated_thread: false, docstore_blocksize: 8192, ..IndexSettings::default() }
}

fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let words =
        TextFieldIndexing::default().set_tokenizer("raw").set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let fields = Fields {
        name: schema.add_text_field("name", tantivy::schema::STRING | tantivy::schema::STORED),
        terms: schema.add_text_field("terms", TextOptions::default().set_indexing_options(words)),
        vector: schema.add_bytes_field("vector", tantivy::schema::STORED),
    };
    (schema.build(), fields)
}

fn document(fields: Fields, entry: &Entry) -> TantivyDocument {
    let mut document = TantivyDocument::new();
    document.add_text(fields.name, &entry.chunk.0);
    let tokens = entry.terms.iter().enumerate().map(|(position, term)| Token {
        position,
        text: term.clone(),
        ..Token::default()
    });
    document.add_pre_tokenized_text(fields.terms, PreTokenizedString { text: String::new(), tokens: tokens.collect() });
    if let Some(vector) = &entry.vector {
        document.add_bytes(fields.vector, &to_bytes(vector));
    }
    document
}

impl From<TantivyError> for Error {
    fn from(error: TantivyError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Unavailable(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::model::id::{ChunkName, WorkspaceId};

    #[test]
    fn a_commit_during_a_reload_is_neither_missed_nor_taken_for_loaded() {
        let folder = tempfile::tempdir().unwrap();
        let writer = Shard::open(folder.path(), Access::Write, &Config::default()).unwrap();
        let write = |version: u64| {
            let chunk = ChunkName::of(&[&version.to_string()]);
            let add = vec![Entry { chunk, terms: vec!["shoe".to_owned()], vector: None }];
            let workspace = WorkspaceId::DEFAULT;
            writer.apply(&Change { workspace, reset: false, add, remove: Vec::new(), version: Some(version) }).unwrap();
        };
        write(1);
        let index = tantivy::Index::open_in_dir(folder.path()).unwrap();
        let reader: IndexReader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into().unwrap();
        let reloads = Cell::new(0);
        let reload = || {
            reader.reload()?;
            reloads.set(reloads.get() + 1);
            if reloads.get() == 1 {
                write(2);
            }
            Ok(())
        };
        let metas = settled(|| Ok(index.load_metas()?), reload).unwrap();
        let payload: Payload = serde_json::from_str(&metas.payload.unwrap()).unwrap();
        assert_eq!((payload.version, reader.searcher().num_docs(), reloads.get()), (2, 2, 2));
    }
}
