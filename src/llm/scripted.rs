//! The twin of a model: says what it was told to say, with the faults and the pauses that it was told to have.
//!
//! Pauses go through tokio's time, so a test with a paused clock takes none.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt as _;

use super::{Error, Finish, Llm, Piece, PieceStream, Prompt};

/// One thing that the model does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Say(String),
    Wait(Duration),
    /// Before any text it fails the call, later the stream.
    Fail(Error),
    End(Finish),
}

/// What the model does in one completion.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script(pub Vec<Step>);

impl Script {
    /// Says a text, word by word, and stops.
    #[must_use]
    pub fn answer(text: &str) -> Self {
        let words = text.split_inclusive(char::is_whitespace).map(|word| Step::Say(word.to_owned()));
        Self(words.chain([Step::End(Finish::Stop)]).collect())
    }

    /// Fails without a word.
    #[must_use]
    pub fn fail(error: Error) -> Self {
        Self(vec![Step::Fail(error)])
    }
}

type Author = dyn Fn(&Prompt) -> Script + Send + Sync;

/// Plays scripts, one for each completion.
#[derive(Clone)]
pub struct Scripted {
    scripts: Arc<Mutex<VecDeque<Script>>>,
    /// Writes a script when none is left.
    author: Option<Arc<Author>>,
    asked: Arc<Mutex<Vec<Prompt>>>,
}

impl std::fmt::Debug for Scripted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scripted").field("scripts", &self.scripts).finish_non_exhaustive()
    }
}

impl Scripted {
    /// Plays these scripts in order; a completion after the last one fails.
    #[must_use]
    pub fn new(scripts: impl IntoIterator<Item = Script>) -> Self {
        Self { scripts: Arc::new(Mutex::new(scripts.into_iter().collect())), author: None, asked: Arc::default() }
    }

    /// Gives the same answer to everything.
    #[must_use]
    pub fn always(answer: &str) -> Self {
        let script = Script::answer(answer);
        Self::by(move |_| script.clone())
    }

    /// Lets a function of the prompt write each script.
    #[must_use]
    pub fn by(author: impl Fn(&Prompt) -> Script + Send + Sync + 'static) -> Self {
        Self { author: Some(Arc::new(author)), ..Self::new([]) }
    }

    /// The prompts so far, in order.
    #[must_use]
    pub fn asked(&self) -> Vec<Prompt> {
        lock(&self.asked).clone()
    }
}

#[async_trait]
impl Llm for Scripted {
    fn name(&self) -> &str {
        "scripted"
    }

    async fn stream(&self, prompt: &Prompt) -> Result<PieceStream, Error> {
        lock(&self.asked).push(prompt.clone());
        let next = lock(&self.scripts).pop_front();
        let script = next.or_else(|| self.author.as_ref().map(|author| author(prompt)));
        let Some(script) = script else {
            return Err(Error::Unavailable("the script is over".to_owned()));
        };
        let mut steps = VecDeque::from(script.0);
        // Up to the first word, as a real adapter does.
        loop {
            match steps.front() {
                Some(Step::Wait(pause)) => tokio::time::sleep(*pause).await,
                Some(Step::Fail(error)) => return Err(error.clone()),
                _ => break,
            }
            steps.pop_front();
        }
        Ok(futures::stream::unfold(Some((steps, 0)), play).boxed())
    }
}

type Playing = Option<(VecDeque<Step>, u32)>;

/// The next piece. A script that just stops is a stream that was cut.
async fn play(playing: Playing) -> Option<(Result<Piece, Error>, Playing)> {
    let (mut steps, said) = playing?;
    loop {
        return match steps.pop_front() {
            Some(Step::Wait(pause)) => {
                tokio::time::sleep(pause).await;
                continue;
            }
            Some(Step::Say(text)) => Some((Ok(Piece::Text(text)), Some((steps, said + 1)))),
            Some(Step::End(finish)) => {
                Some((Ok(Piece::Done { finish, prompt_tokens: 0, completion_tokens: said }), None))
            }
            Some(Step::Fail(error)) => Some((Err(error), None)),
            None => Some((Err(Error::Cut), None)),
        };
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::super::{Message, Role};
    use super::*;

    fn prompt(text: &str) -> Prompt {
        let messages = vec![Message { role: Role::User, content: text.to_owned() }];
        Prompt { version: "test@0".to_owned(), messages, max_tokens: 64, temperature: 0.0, deadline: None }
    }

    async fn hear(llm: &Scripted, text: &str) -> Result<Vec<Result<Piece, Error>>, Error> {
        Ok(llm.stream(&prompt(text)).await?.collect().await)
    }

    #[tokio::test]
    async fn plays_words_pauses_and_faults() {
        let limited = Error::RateLimited { retry_after: None };
        let hung = vec![Step::Say("Thirty ".into()), Step::Wait(Duration::from_millis(1)), Step::Fail(Error::TimedOut)];
        let cut = vec![Step::Say("Thirty ".into())];
        let llm =
            Scripted::new([Script::answer("Thirty days."), Script::fail(limited.clone()), Script(hung), Script(cut)]);

        let done = Piece::Done { finish: Finish::Stop, prompt_tokens: 0, completion_tokens: 2 };
        let whole = vec![Ok(Piece::Text("Thirty ".into())), Ok(Piece::Text("days.".into())), Ok(done)];
        assert_eq!(hear(&llm, "one").await, Ok(whole));
        assert_eq!(hear(&llm, "two").await, Err(limited));
        let heard = hear(&llm, "three").await.unwrap();
        assert_eq!(heard, [Ok(Piece::Text("Thirty ".into())), Err(Error::TimedOut)]);
        assert_eq!(hear(&llm, "four").await.unwrap()[1], Err(Error::Cut));
        assert!(matches!(hear(&llm, "five").await, Err(Error::Unavailable(_))));
        assert_eq!(llm.asked().len(), 5);
    }

    #[tokio::test]
    async fn an_author_sees_the_prompt() {
        let llm = Scripted::by(|prompt| Script::answer(&prompt.messages[0].content.to_uppercase()));
        assert_eq!(hear(&llm, "yes").await.unwrap()[0], Ok(Piece::Text("YES".into())));
    }
}
