//! The human side: what people need to take over from the bot.

pub mod summary;
