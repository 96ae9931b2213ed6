//! Records the answers of a model, one file for each prompt, and replays them without it.
//!
//! A prompt's name is the hash of everything in it, so that a changed prompt is a miss, and a miss while replaying is an error: a
//! recording never pretends. Recordings hold what customers wrote: they belong into tests and evaluations, not beside a live system.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use async_trait::async_trait;
use futures::StreamExt as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Error, Llm, Piece, PieceStream, Prompt};

/// A folder of recordings.
#[derive(Clone, Debug)]
pub struct Cassette {
    folder: PathBuf,
    /// Recorded from this model; without one, recordings are replayed.
    source: Option<Arc<dyn Llm>>,
    name: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Recording {
    model: String,
    prompt: Prompt,
    pieces: Vec<Piece>,
}

impl Cassette {
    /// Replays what is in the folder, under the name of the model that was recorded: what was measured with the recordings is about
    /// that model.
    #[must_use]
    pub fn replay(folder: PathBuf) -> Self {
        let name = recorded(&folder).unwrap_or_else(|| "cassette".to_owned());
        Self { folder, source: None, name }
    }

    /// Replays what is in the folder, asks `source` for what is not, and records its whole answers.
    pub fn record(folder: PathBuf, source: Arc<dyn Llm>) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&folder).with_context(|| format!("cassette folder {}", folder.display()))?;
        Ok(Self { folder, name: source.name().to_owned(), source: Some(source) })
    }

    fn file(&self, prompt: &Prompt) -> PathBuf {
        self.folder.join(format!("{}.json", hash(prompt)))
    }
}

/// The model, or the models, of the recordings in a folder.
fn recorded(folder: &Path) -> Option<String> {
    let of = |file: &Path| serde_json::from_slice::<Recording>(&std::fs::read(file).ok()?).ok();
    let files = std::fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    let recordings = files.filter(|file| file.extension().is_some_and(|kind| kind == "json"));
    let models: BTreeSet<String> = recordings.filter_map(|file| Some(of(&file)?.model)).collect();
    (!models.is_empty()).then(|| models.into_iter().collect::<Vec<_>>().join(" + "))
}

/// The hash that names a prompt's recording: 32 hexadecimal digits.
#[must_use]
pub fn hash(prompt: &Prompt) -> String {
    let json = serde_json::to_vec(prompt).expect("a prompt has only text keys and finite numbers");
    Sha256::digest(json).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

#[async_trait]
impl Llm for Cassette {
    fn name(&self) -> &str {
        &self.name
    }

    fn names(&self) -> Vec<&str> {
        self.source.as_ref().map_or_else(|| vec![self.name()], |source| source.names())
    }

    async fn stream(&self, prompt: &Prompt) -> Result<PieceStream, Error> {
        let file = self.file(prompt);
        match (tokio::fs::read(&file).await, &self.source) {
            (Ok(bytes), _) => {
                let recording: Recording = serde_json::from_slice(&bytes)
                    .map_err(|_| Error::Garbled(format!("recording {} cannot be read", file.display())))?;
                Ok(futures::stream::iter(recording.pieces.into_iter().map(Ok)).boxed())
            }
            (Err(_), None) => Err(Error::Unavailable(format!(
                "there is no recording of {} with hash {}",
                prompt.version,
                hash(prompt)
            ))),
            (Err(_), Some(source)) => {
                let recording = Recording { model: self.name.clone(), prompt: prompt.clone(), pieces: Vec::new() };
                let playing = (source.stream(prompt).await?, recording, file);
                Ok(futures::stream::unfold(playing, copy).boxed())
            }
        }
    }
}

type Copying = (PieceStream, Recording, PathBuf);

/// Hands one piece on; the file is written with the last one, so that a cut answer leaves none.
async fn copy((mut pieces, mut recording, file): Copying) -> Option<(Result<Piece, Error>, Copying)> {
    let piece = pieces.next().await?;
    if let Ok(piece) = &piece {
        recording.pieces.push(piece.clone());
        if matches!(piece, Piece::Done { .. })
            && let Err(error) = save(&recording, &file).await
        {
            tracing::error!(%error, "an answer could not be recorded");
        }
    }
    Some((piece, (pieces, recording, file)))
}

async fn save(recording: &Recording, file: &std::path::Path) -> anyhow::Result<()> {
    let draft = file.with_extension("part");
    tokio::fs::write(&draft, serde_json::to_vec_pretty(recording)?).await?;
    Ok(tokio::fs::rename(&draft, file).await?)
}

#[cfg(test)]
mod tests {
    use super::super::scripted::{Script, Scripted, Step};
    use super::super::{Message, Role};
    use super::*;

    fn prompt(text: &str) -> Prompt {
        let messages = vec![Message { role: Role::User, content: text.to_owned() }];
        Prompt { version: "test@0".to_owned(), messages, max_tokens: 64, temperature: 0.1, deadline: None }
    }

    async fn hear(llm: &Cassette, prompt: &Prompt) -> Result<Vec<Result<Piece, Error>>, Error> {
        Ok(llm.stream(prompt).await?.collect().await)
    }

    #[tokio::test]
    async fn a_recorded_answer_is_replayed_and_a_miss_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answers");
        let source = Scripted::new([Script::answer("Thirty days."), Script(vec![Step::Say("Cut ".into())])]);
        let recorder = Cassette::record(path.clone(), Arc::new(source.clone())).unwrap();
        let live = hear(&recorder, &prompt("How long?")).await.unwrap();
        assert_eq!(live.len(), 3);
        assert_eq!(hear(&recorder, &prompt("How long?")).await.unwrap(), live, "a recorded prompt is not asked again");
        assert_eq!(hear(&recorder, &prompt("What if cut?")).await.unwrap().last(), Some(&Err(Error::Cut)));
        assert_eq!(source.asked().len(), 2);

        let replay = Cassette::replay(path);
        assert_eq!((replay.name(), Cassette::replay("nowhere".into()).name()), (source.name(), "cassette"));
        assert_eq!(hear(&replay, &prompt("How long?")).await.unwrap(), live);
        for miss in ["What if cut?", "How long? "] {
            let error = hear(&replay, &prompt(miss)).await.unwrap_err();
            assert!(error.to_string().contains("no recording of test@0"), "{error}");
        }
    }

    #[test]
    fn everything_but_the_deadline_is_in_the_hash() {
        let base = prompt("How long?");
        let hurried = Prompt { deadline: Some(std::time::Duration::from_secs(1)), ..base.clone() };
        assert_eq!(hash(&base), hash(&hurried));
        let others = [
            Prompt { version: "test@1".to_owned(), ..base.clone() },
            Prompt { max_tokens: 65, ..base.clone() },
            Prompt { temperature: 0.2, ..base.clone() },
            prompt("How long"),
        ];
        for other in others {
            assert_ne!(hash(&base), hash(&other));
        }
    }
}
