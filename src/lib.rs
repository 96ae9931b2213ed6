//! Frontdesk: customer service that answers from your documents, with quotes, or hands over to a person.
//!
//! The house has floors; a room imports only rooms on lower floors (`tests/it/tidy.rs` holds the table, `ARCHITECTURE.md`
//! explains it). From the ground up:
//!
//! - `model`: nouns, events, and the fold that is a conversation · `text`: words, sentences, languages
//! - `clock`: time and ids · `provider`: reaching a model provider over HTTP · `problem`: failures to HTTP · `sweep`: the
//!   one worker loop
//! - `llm`, `embed`, `index`, `bus`: seams to the world outside · `store`: rows
//! - `prompts`: the texts that models and customers read
//! - `journal`: append once, follow from any point · `knowledge`: documents to passages
//! - `inbox`: the one door in · `dialogue`: one turn
//! - `desk`: the human side · `channel`: the forms in which customers reach us
//! - `copilot`: help for those people · `switchboard`: who speaks next · `eval`: measuring
//! - `config`: the sum of all settings · `app`: builds the house · `http`: what it answers · `cli`: the terminal

pub mod clock;
pub mod model;
pub mod problem;
pub mod prompts;
pub mod provider;
pub mod sweep;
pub mod text;

pub mod bus;
pub mod embed;
pub mod index;
pub mod llm;
pub mod store;

pub mod journal;
pub mod knowledge;

pub mod dialogue;
pub mod inbox;

pub mod channel;
pub mod desk;

pub mod copilot;
pub mod eval;
pub mod switchboard;

pub mod config;

pub mod app;

pub mod http;

pub mod cli;
