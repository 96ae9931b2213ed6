//! What was worked out for passages, kept for the next question: working it out is most of a turn, and the passages that
//! answer are few.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;

use crate::model::id::ChunkName;
use crate::model::passage::Passage;

/// Passages that are kept.
const ROOM: NonZeroUsize = NonZeroUsize::new(256).expect("is not zero");

/// Everything of a passage that what is worked out may depend on; what a chunk's name stands for, but not on its word.
#[derive(Debug)]
struct Content {
    title: String,
    heading: Vec<String>,
    question: Option<String>,
    text: String,
}

impl Content {
    fn is_of(&self, passage: &Passage) -> bool {
        self.text == passage.text
            && self.title == passage.title
            && self.heading == passage.heading
            && self.question == passage.question
    }
}

/// The last passages that were asked for, with what was worked out for them.
#[derive(Debug)]
pub(super) struct Kept<T>(Mutex<LruCache<ChunkName, (Content, Arc<T>)>>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(ROOM)))
    }
}

impl<T> Kept<T> {
    /// What was worked out for a passage, now or before.
    pub(super) fn get(&self, passage: &Passage, work_out: impl FnOnce(&Passage) -> T) -> Arc<T> {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((content, known)) = lock().get(&passage.chunk)
            && content.is_of(passage)
        {
            return Arc::clone(known);
        }
        let worked_out = Arc::new(work_out(passage));
        let content = Content {
            title: passage.title.clone(),
            heading: passage.heading.clone(),
            question: passage.question.clone(),
            text: passage.text.clone(),
        };
        lock().put(passage.chunk.clone(), (content, Arc::clone(&worked_out)));
        worked_out
    }
}
