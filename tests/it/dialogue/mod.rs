//! One turn, over a real store, a real index and the twin of a model; and, where the public sets lie beside the checkout, how
//! well the parts of a turn do on them.

#![expect(clippy::print_stdout, reason = "measurements print their figures")]

mod bench;
mod bench_gate;
mod bench_policy;
mod bench_quote;
mod bench_retrieval;
mod bench_window;
mod house;
mod respond;
mod sample;
