//! Everything that needs more than one room. Files are named after the outside world.

mod embed;
mod index;
mod journal;
mod knowledge;
mod retrieval;
