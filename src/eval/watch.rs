//! A model under observation: what failed on the way to it, so that a missing recording or a provider that is down is not taken
//! for a bad answer.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use futures::StreamExt as _;

use crate::llm::{Error, Llm, PieceStream, Prompt};
use crate::model::decision::Decision;

/// How a turn words the failure of the embedding model.
const BY_MEANING: &str = "search by meaning: ";

/// Hands everything on and remembers the first failure. One for each job, since it does not know whose failure it was.
#[derive(Clone, Debug)]
pub struct Watched {
    inner: Arc<dyn Llm>,
    failure: Arc<Mutex<Option<Error>>>,
}

impl Watched {
    #[must_use]
    pub fn new(inner: Arc<dyn Llm>) -> Self {
        Self { inner, failure: Arc::default() }
    }

    /// The first failure since the last look.
    #[must_use]
    pub fn take_failure(&self) -> Option<Error> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// What failed in a turn that nobody watched: the search, the embedding model (so that only words were looked for), or a model that
/// the turn's own deadline cut off.
#[must_use]
pub fn fault(decision: &Decision) -> Option<String> {
    if decision.because == "search_failed" {
        return Some(decision.faults.join("; "));
    }
    let late = Error::TimedOut.to_string();
    decision.faults.iter().find(|fault| fault.starts_with(BY_MEANING) || **fault == late).cloned()
}

fn note(failure: &Mutex<Option<Error>>, error: &Error) {
    failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| error.clone());
}

#[async_trait]
impl Llm for Watched {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn names(&self) -> Vec<&str> {
        self.inner.names()
    }

    async fn stream(&self, prompt: &Prompt) -> Result<PieceStream, Error> {
        let pieces = self.inner.stream(prompt).await.inspect_err(|error| note(&self.failure, error))?;
        let failure = Arc::clone(&self.failure);
        Ok(pieces.inspect(move |piece| _ = piece.as_ref().inspect_err(|error| note(&failure, error))).boxed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::scripted::{Script, Scripted, Step};
    use crate::llm::{Message, Role};

    #[tokio::test]
    async fn a_failure_is_remembered_once() {
        let source = Scripted::new([Script::answer("Fine."), Script(vec![Step::Say("Cut ".into())])]);
        let watched = Watched::new(Arc::new(source));
        let messages = vec![Message { role: Role::User, content: "x".to_owned() }];
        let prompt =
            Prompt { version: "test@0".to_owned(), messages, max_tokens: 64, temperature: 0.0, deadline: None };
        let _: Vec<_> = watched.stream(&prompt).await.unwrap().collect().await;
        assert_eq!(watched.take_failure(), None);
        let _: Vec<_> = watched.stream(&prompt).await.unwrap().collect().await;
        assert_eq!((watched.take_failure(), watched.take_failure()), (Some(Error::Cut), None));
    }

    #[test]
    fn what_the_turn_itself_got_over_is_a_fault_all_the_same() {
        let with = |because: &str, faults: &[&str]| {
            let faults: Vec<String> = faults.iter().map(|fault| (*fault).to_owned()).collect();
            fault(&Decision { because: because.to_owned(), faults, ..crate::eval::ask::scripted_decision() })
        };
        assert_eq!(with("quoted", &["no sentence of the model passed verification"]), None);
        assert_eq!(
            with("quoted", &["the model did not answer in time"]).as_deref(),
            Some("the model did not answer in time")
        );
        let late = "search by meaning: the embedding model took longer than 400 ms";
        assert_eq!(with("supported", &[late]).as_deref(), Some(late));
        assert_eq!(with("search_failed", &["search: gone"]).as_deref(), Some("search: gone"));
    }
}
