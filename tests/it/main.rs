//! Everything that needs more than one room. Files are named after the outside world.

mod documents;
mod embed;
mod index;
mod journal;
mod retrieval;
mod tidy;
mod tree;
