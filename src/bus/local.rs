//! The bus of a house with one machine.

use std::sync::Arc;

use tokio::sync::broadcast;

use super::{Bus, Hint};

/// Hints that a slow listener may fall behind before it loses the oldest.
const CAPACITY: usize = 1024;

#[derive(Debug)]
pub struct Local {
    sender: broadcast::Sender<Arc<Hint>>,
}

impl Default for Local {
    fn default() -> Self {
        Self { sender: broadcast::channel(CAPACITY).0 }
    }
}

impl Bus for Local {
    fn publish(&self, hint: Arc<Hint>) {
        // No listener is no failure.
        let _ = self.sender.send(hint);
    }

    fn subscribe(&self) -> broadcast::Receiver<Arc<Hint>> {
        self.sender.subscribe()
    }
}
