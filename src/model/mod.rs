//! The nouns of the house and the fold that gives them meaning.
//!
//! A conversation **is** its list of events; [`conversation::Conversation`] is the fold of that list. Nothing here reads a
//! clock, makes a random number or knows a wire form: times and ids come in as arguments.

pub mod attachment;
pub mod conversation;
pub mod decision;
pub mod event;
pub mod fold;
pub mod id;
pub mod inbox;
pub mod passage;
pub mod staff;
pub mod time;
pub mod wording;
