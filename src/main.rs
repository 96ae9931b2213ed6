//! Starts the program.

use std::process::ExitCode;

use frontdesk::knowledge::extract::child;

fn main() -> ExitCode {
    // A child that reads a document must not build the house first.
    if std::env::args().nth(1).as_deref() == Some(child::COMMAND) {
        return child::serve(std::io::stdin().lock(), std::io::stdout().lock());
    }
    ExitCode::SUCCESS
}
