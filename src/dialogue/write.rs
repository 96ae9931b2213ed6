//! Lets a model phrase the answer, and lets out only what passes. Each sentence is verified as soon as it is whole and is
//! then shown; nothing else of the model's text is ever seen.

use futures::StreamExt as _;
use serde::Serialize;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use crate::dialogue::assemble::Assembler;
use crate::dialogue::config::Config;
use crate::dialogue::verify::ground::{Ground, prepare};
use crate::dialogue::verify::statement::{Statement, read};
use crate::dialogue::verify::{Verdict, citation, verify};
use crate::dialogue::window::Window;
use crate::llm::{Error, Finish, Llm, Message, Piece, Prompt, Role};
use crate::model::decision::Cut;
use crate::model::passage::{Citation, Passage};
use crate::prompts::Prompts;
use crate::text::language::{Language, is_han};

/// Stands in the faults of a turn whose model came to the end of its tokens.
pub const AT_LIMIT: &str = "the model reached dialogue.max_tokens";

/// A sentence that passed, with its marks renumbered.
#[derive(Clone, Debug, PartialEq)]
pub struct Passed {
    pub text: String,
    pub citations: Vec<Citation>,
    /// It was an item of a list.
    pub item: bool,
}

/// What came of asking the model.
#[derive(Debug, Default)]
pub struct Written {
    pub passed: Vec<Passed>,
    pub cut: Vec<Cut>,
    /// The model said that the passages hold no answer.
    pub declined: bool,
    /// The stream broke, and how.
    pub fault: Option<Error>,
    /// The model that answered, where the provider says which.
    pub model: Option<String>,
    /// Calls that were made.
    pub calls: u32,
    /// All that the model wrote.
    pub raw: String,
    /// It came to the end of its tokens, not of its answer.
    pub at_limit: bool,
    pub prompt_tokens: u32,
    pub completion_tokens: u32,
}

/// The prompt for a question and the passages that it may use, in order.
#[must_use]
pub fn prompt(window: &Window, passages: &[&Passage], config: &Config, prompts: &Prompts) -> Prompt {
    #[derive(Serialize)]
    struct Said<'a> {
        who: &'a str,
        text: &'a str,
    }
    #[derive(Serialize)]
    struct Given<'a> {
        number: usize,
        title: &'a str,
        heading: String,
        question: Option<&'a str>,
        text: &'a str,
    }
    #[derive(Serialize)]
    struct Values<'a> {
        fence: &'a str,
        history: Vec<Said<'a>>,
        passages: Vec<Given<'a>>,
        question: &'a str,
    }
    let fence = fence(window, passages);
    let (customer, us) = match window.language {
        Language::En => ("Customer", "Assistant"),
        Language::Zh => ("客户", "助手"),
    };
    let history = window.history.iter().rev().take(6).rev();
    let values = Values {
        fence: &fence,
        history: history
            .map(|said| Said { who: if said.by_customer { customer } else { us }, text: &said.text })
            .collect(),
        passages: passages
            .iter()
            .zip(1..)
            .map(|(passage, number)| Given {
                number,
                title: &passage.title,
                heading: passage.heading.join(" > "),
                question: passage.question.as_deref(),
                text: &passage.text,
            })
            .collect(),
        question: &window.question,
    };
    let message = |role, name| Message { role, content: prompts.render(name, window.language, &values) };
    Prompt {
        version: prompts.version(window.language),
        messages: vec![message(Role::System, "system"), message(Role::User, "answer")],
        max_tokens: config.max_tokens,
        temperature: config.temperature,
        deadline: None,
    }
}

/// The passages in the customer's language that fit into the budget, best first.
#[must_use]
pub fn readable<'a>(
    passages: impl Iterator<Item = &'a Passage>,
    language: Language,
    config: &Config,
) -> Vec<&'a Passage> {
    let mut room = config.prompt_tokens;
    let mut chosen = Vec::new();
    for passage in passages.filter(|passage| passage.language == language) {
        let tokens = estimate(&passage.text);
        if chosen.len() < config.prompt_passages && (tokens <= room || chosen.is_empty()) {
            room = room.saturating_sub(tokens);
            chosen.push(passage);
        }
    }
    chosen
}

/// Asks the model until `deadline` and gives each sentence that passes to `show`.
pub async fn write(
    llm: &dyn Llm,
    mut prompt: Prompt,
    passages: &[&Passage],
    question: &str,
    deadline: Instant,
    mut show: impl FnMut(&Passed),
) -> Written {
    let grounds: Vec<Ground<'_>> = passages.iter().map(|passage| prepare(passage)).collect();
    let question = read(question);
    let mut written = Written::default();
    let mut assembler = Assembler::default();
    prompt.deadline = Some(deadline.saturating_duration_since(Instant::now()));
    let mut stream = match tokio::time::timeout_at(deadline, llm.stream(&prompt)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Written { fault: Some(error), ..written },
        Err(_) => return Written { fault: Some(Error::TimedOut), calls: 1, ..written },
    };
    // Who does not say how often it was asked was asked once.
    written.calls = 1;
    let mut finish = None;
    while finish.is_none() && !written.declined {
        let piece = match tokio::time::timeout_at(deadline, stream.next()).await {
            Ok(Some(Ok(piece))) => piece,
            Ok(Some(Err(error))) => return Written { fault: Some(error), ..written },
            Ok(None) => return Written { fault: Some(Error::Cut), ..written },
            Err(_) => return Written { fault: Some(Error::TimedOut), ..written },
        };
        match piece {
            Piece::Text(text) => {
                written.raw.push_str(&text);
                for sentence in assembler.push(&text) {
                    judge(&sentence, &grounds, &question, &mut written, &mut show);
                }
            }
            Piece::Begun { model, calls } => (written.model, written.calls) = (Some(model), calls),
            Piece::Done { finish: how, prompt_tokens, completion_tokens } => {
                (written.prompt_tokens, written.completion_tokens) = (prompt_tokens, completion_tokens);
                finish = Some(how);
            }
        }
    }
    written.at_limit = finish == Some(Finish::Length);
    let whole = finish == Some(Finish::Stop) || finish == Some(Finish::Length) && assembler.ends_well();
    if whole
        && !written.declined
        && let Some(sentence) = assembler.finish()
    {
        judge(&sentence, &grounds, &question, &mut written, &mut show);
    }
    written
}

fn judge(
    sentence: &str,
    grounds: &[Ground<'_>],
    question: &Statement,
    written: &mut Written,
    show: &mut impl FnMut(&Passed),
) {
    if written.declined {
        return;
    }
    match verify(sentence, grounds, question) {
        Verdict::Declines => written.declined = true,
        Verdict::Fails { text, why, detail } => {
            let why = if detail.is_empty() { why.word().to_owned() } else { format!("{}: {detail}", why.word()) };
            written.cut.push(Cut { sentence: text, why });
        }
        Verdict::Passes(supported) => {
            let repeated = written.passed.iter().any(|earlier| earlier.text.starts_with(&supported.text));
            if repeated {
                return;
            }
            let found = citation(&supported, grounds, 0);
            let known = written.passed.iter().flat_map(|passed| &passed.citations);
            let same = known
                .clone()
                .find(|known| known.chunk == found.chunk && known.quote == found.quote)
                .map(|known| known.number);
            let next = known.map(|known| known.number).max().unwrap_or(0) + 1;
            let number = same.unwrap_or(next);
            let space = if supported.text.chars().any(is_han) { "" } else { " " };
            let passed = Passed {
                text: format!("{}{space}[{number}]", supported.text),
                citations: vec![Citation { number, ..found }],
                item: sentence.starts_with(['-', '*', '•']),
            };
            show(&passed);
            written.passed.push(passed);
        }
    }
}

/// A line that nobody who writes a document or a message can know: it depends on all of them.
fn fence(window: &Window, passages: &[&Passage]) -> String {
    let mut hash = Sha256::new();
    for text in passages.iter().map(|passage| &passage.text).chain([&window.question]) {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    }
    let digits: String = hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("=={digits}==")
}

/// Tokens of a text, estimated from above: a Han character is about one, four Latin letters are one.
fn estimate(text: &str) -> usize {
    let han = text.chars().filter(|c| is_han(*c)).count();
    han + (text.chars().count() - han).div_ceil(3)
}
