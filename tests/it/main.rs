//! Everything that needs more than one room. Files are named after the outside world.

#![expect(clippy::unwrap_used, reason = "a helper of a test stops the test")]

mod admin;
mod calibrate;
mod cli;
mod console;
mod copilot;
mod crash;
mod desk;
mod dialogue;
mod documents;
mod embed;
mod eval;
mod eval_gate;
mod eval_past;
mod eval_report;
mod eval_shop;
mod fake_model;
mod faults;
mod frames;
mod front;
mod house;
mod index;
mod journal;
mod knowledge;
mod llm;
mod program;
mod replay;
mod retrieval;
mod sample;
mod tidy;
mod tree;
mod visit;
mod web;
