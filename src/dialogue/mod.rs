//! One turn: history in, a decision and a reply out. What is said was found in a published document; when nothing was found,
//! the customer hears that, and is offered a person. Nothing here knows rows, HTTP or who owns a conversation.

pub mod policy;
pub mod verify;
