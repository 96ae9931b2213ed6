//! Frontdesk: customer service that answers from your documents, with quotes, or hands over to a person.
//!
//! The house has floors; a room imports only rooms on lower floors (`tests/it/tidy.rs` holds the table, `ARCHITECTURE.md`
//! explains it). From the ground up:
//!
//! - `model`: nouns, events, and the fold that is a conversation · `text`: words, sentences, languages
//! - `clock`: time and ids · `provider`: reaching a model provider over HTTP
//! - `llm`, `embed`, `index`, `bus`: seams to the world outside · `store`: rows
//! - `prompts`: the texts that models and customers read
//! - `knowledge`: documents to passages
//! - `dialogue`: one turn · `desk`: the human side
//! - `eval`: measuring

pub mod clock;
pub mod model;
pub mod prompts;
pub mod provider;
pub mod text;

pub mod bus;
pub mod embed;
pub mod index;
pub mod llm;

pub mod inbox;
pub mod journal;
pub mod knowledge;
pub mod store;
pub mod sweep;

pub mod desk;
pub mod dialogue;

pub mod eval;
