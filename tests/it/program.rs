//! The real program as a child process.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};

/// The program with a data folder, apart from the settings and models of whoever runs the tests.
pub(crate) fn frontdesk(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_frontdesk"));
    command.env_clear().env("FRONTDESK_DATA", data).env("FRONTDESK_EMBED__KIND", "none").current_dir(data);
    command
}

/// Runs a command to its end and returns exit code, stdout and stderr.
pub(crate) fn run(command: &mut Command) -> (i32, String, String) {
    let Output { status, stdout, stderr } = command.stdin(Stdio::null()).output().unwrap();
    (status.code().unwrap_or(-1), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

/// A running server; killed when dropped.
pub(crate) struct Server {
    pub(crate) child: Child,
    pub(crate) url: String,
}

impl Server {
    /// Starts a server on a free port and waits until it has said where it listens.
    pub(crate) fn start(command: &mut Command) -> Self {
        let command = command.args(["serve", "--listen", "127.0.0.1:0"]);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut heard = Vec::new();
        let url = loop {
            let Some(line) = lines.next() else { panic!("the server ended: {heard:?}") };
            let line = line.unwrap();
            if let Some((_, url)) = line.split_once("Frontdesk is open: ") {
                break url.to_owned();
            }
            heard.push(line);
        };
        // A full pipe would stop the server.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url }
    }

    /// Ends it as a power cut does.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn terminate(mut self) -> ExitStatus {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        self.child.wait().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
