//! The place where the house keeps its model. Whoever asks takes what stands there at that moment, so that a change holds for
//! the next turn and takes nothing from one under way.

use std::sync::{Arc, PoisonError, RwLock};

use super::Llm;

/// A place for one model, or none. Clones are the same place.
#[derive(Clone, Debug, Default)]
pub struct Slot(Arc<RwLock<Option<Arc<dyn Llm>>>>);

impl Slot {
    /// The model that is used now.
    #[must_use]
    pub fn current(&self) -> Option<Arc<dyn Llm>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts another model here, or none.
    pub fn put(&self, llm: Option<Arc<dyn Llm>>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = llm;
    }
}

impl From<Option<Arc<dyn Llm>>> for Slot {
    fn from(llm: Option<Arc<dyn Llm>>) -> Self {
        Self(Arc::new(RwLock::new(llm)))
    }
}
