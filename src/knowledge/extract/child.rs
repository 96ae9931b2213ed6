//! Reads a document in a process of its own: the same program, started as `frontdesk read-document`.
//!
//! The child gets one line of JSON (what to read, under which limits), puts the limits on itself before it opens the file,
//! and answers with one JSON. It has no environment, no network client, no runtime, and a low priority, so that reading
//! documents never starves a conversation. However it dies, the parent has a [`Refusal`] to show, which tells the file's
//! faults from our own.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, nice, setrlimit};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

use super::limits::Limits;
use crate::knowledge::chunk;
use crate::knowledge::document::{Prepared, Refusal};
use crate::text::language;

/// The argument that makes the program a child.
pub const COMMAND: &str = "read-document";

const REQUEST_LIMIT: u64 = 64 << 10;
const STDERR_LIMIT: u64 = 8 << 10;
const STACK: usize = 64 << 20;
/// How a child ends that cannot make sense of its request, or cannot be limited.
const NOT_UNDERSTOOD: u8 = 2;
const NOT_LIMITED: u8 = 3;

#[derive(Debug, Serialize, Deserialize)]
struct Request {
    name: String,
    file: PathBuf,
    limits: Limits,
}

/// Reads and cuts the file at `file`, which was uploaded as `name`, in a child process of the program `exe`.
///
/// # Errors
/// A [`Refusal`], also for a child that was killed, crashed, or said too much.
pub async fn prepare_in_child(exe: &Path, limits: &Limits, name: &str, file: &Path) -> Result<Prepared, Refusal> {
    let request = Request { name: name.to_owned(), file: file.to_owned(), limits: limits.clone() };
    let request = serde_json::to_vec(&request)
        .map_err(|error| Refusal::ReaderFailed(format!("its name cannot be passed on ({error})")))?;
    let wall = Duration::from_secs(limits.wall_seconds);
    // Dropping the future, as the deadline does, drops the child, and `kill_on_drop` ends it.
    match tokio::time::timeout(wall, converse(exe, limits, &request)).await {
        Ok(answer) => answer,
        Err(_) => Err(Refusal::TimedOut),
    }
}

async fn converse(exe: &Path, limits: &Limits, request: &[u8]) -> Result<Prepared, Refusal> {
    let failed = |error: io::Error| {
        tracing::error!(%error, "the process that reads documents cannot be used");
        Refusal::ReaderFailed(format!("the reading process could not be started ({error})"))
    };
    let mut child = Command::new(exe)
        .arg(COMMAND)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(failed)?;
    let (Some(mut stdin), Some(stdout), Some(mut stderr)) =
        (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err(failed(io::Error::other("a pipe is missing")));
    };
    // A child that dies early closes its pipe; its death says more than the failed write.
    drop(stdin.write_all(request).await);
    drop(stdin);
    let said = async {
        let mut answer = Vec::new();
        stdout.take(limits.output_bytes + 1).read_to_end(&mut answer).await.map(|_| answer)
    };
    let complained = async {
        let mut complaint = Vec::new();
        drop((&mut stderr).take(STDERR_LIMIT).read_to_end(&mut complaint).await);
        drop(tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await);
        String::from_utf8_lossy(&complaint).into_owned()
    };
    tokio::pin!(complained);
    let mut complaint = None;
    tokio::pin!(said);
    let answer = loop {
        tokio::select! {
            answer = &mut said => break answer.map_err(failed)?,
            text = &mut complained, if complaint.is_none() => complaint = Some(text),
        }
    };
    if answer.len() as u64 > limits.output_bytes {
        return Err(Refusal::TooLarge("it holds more text than one document may have; split it".to_owned()));
    }
    let complaint = match complaint {
        Some(complaint) => complaint,
        None => complained.await,
    };
    let status = child.wait().await.map_err(failed)?;
    match serde_json::from_slice(&answer) {
        Ok(answer) if status.success() => answer,
        _ => {
            let refusal = death(status, &complaint);
            tracing::warn!(%status, complaint, %refusal, "a document ended the process that read it");
            Err(refusal)
        }
    }
}

/// What the way a child died says: about its document, or about us.
fn death(status: ExitStatus, complaint: &str) -> Refusal {
    const ILLEGAL: i32 = 4;
    const ABORT: i32 = 6;
    const BUS: i32 = 7;
    const ARITHMETIC: i32 = 8;
    const KILL: i32 = 9;
    const MEMORY: i32 = 11;
    const CPU_TIME: i32 = 24;
    let ours = |what: &str| Refusal::ReaderFailed(what.to_owned());
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    match (signal, status.code()) {
        _ if complaint.contains("memory allocation of") => Refusal::OutOfMemory,
        _ if complaint.contains("overflowed its stack") => {
            Refusal::Broken("its parts are nested too deeply".to_owned())
        }
        (Some(CPU_TIME), _) => Refusal::TimedOut,
        (Some(KILL), _) => Refusal::OutOfMemory,
        // A parser went astray over what it read.
        (Some(ILLEGAL | ABORT | BUS | ARITHMETIC | MEMORY), _) => {
            Refusal::Broken("its content is inconsistent and cannot be read".to_owned())
        }
        (Some(_), _) => ours("the reading process was ended from outside"),
        // Another version of the program, put in the place of this one while it ran, may not know the task.
        (None, Some(code)) if code == i32::from(NOT_UNDERSTOOD) => {
            ours("the reading process did not understand its task")
        }
        (None, Some(code)) if code == i32::from(NOT_LIMITED) => ours("the reading process could not be limited"),
        (None, _) => ours("the reading process gave no answer"),
    }
}

/// The child's side: reads one request, answers it, and ends.
pub fn serve(stdin: impl Read, stdout: impl Write) -> ExitCode {
    let mut line = Vec::new();
    let request = stdin
        .take(REQUEST_LIMIT)
        .read_to_end(&mut line)
        .ok()
        .and_then(|_| serde_json::from_slice::<Request>(&line).ok());
    let Some(request) = request else { return ExitCode::from(NOT_UNDERSTOOD) };
    if restrain(&request.limits).is_err() {
        return ExitCode::from(NOT_LIMITED);
    }
    let answer = prepare(&request);
    let mut stdout = BufWriter::new(stdout);
    match serde_json::to_writer(&mut stdout, &answer).map_err(io::Error::from).and_then(|()| stdout.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Puts the limits on this process, for good.
fn restrain(limits: &Limits) -> io::Result<()> {
    let most = |resource, amount: u64| setrlimit(resource, Rlimit { current: Some(amount), maximum: Some(amount) });
    most(Resource::As, limits.memory_bytes)?;
    most(Resource::Core, 0)?;
    // It reads one file and writes to a pipe: no file of its own may grow.
    most(Resource::Fsize, 0)?;
    most(Resource::Nofile, 32)?;
    // The soft limit sends SIGXCPU, the hard one kills.
    setrlimit(Resource::Cpu, Rlimit { current: Some(limits.cpu_seconds), maximum: Some(limits.cpu_seconds + 1) })?;
    // Not being allowed to be nice is no reason to stop.
    let _ = nice(10);
    Ok(())
}

fn prepare(request: &Request) -> Result<Prepared, Refusal> {
    let bytes = content(&request.file, request.limits.file_bytes)?;
    // Parsers of nested formats recurse; the stack is only reserved, not used, until they do.
    let (name, chunking) = (request.name.clone(), request.limits.chunk.clone());
    let work = move || -> Result<Prepared, Refusal> {
        let extracted = super::read(&name, &bytes)?;
        drop(bytes);
        let chunks = chunk::chunk(&extracted, &chunking);
        let language = language::detect(&extracted.text);
        Ok(Prepared { extracted, chunks, language })
    };
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(work).map_err(|_| Refusal::OutOfMemory)?;
    thread.join().unwrap_or_else(|_| Err(Refusal::Broken("its content is inconsistent and cannot be read".to_owned())))
}

/// The file's bytes. Its size is looked at before the first byte is read.
fn content(file: &Path, limit: u64) -> Result<Vec<u8>, Refusal> {
    let unreadable = |error: io::Error| Refusal::ReaderFailed(format!("the stored file cannot be opened ({error})"));
    let file = File::open(file).map_err(unreadable)?;
    let size = file.metadata().map_err(unreadable)?.len();
    if size > limit {
        return Err(Refusal::TooLarge(format!(
            "it has {} MB, and {} MB is the most; split it",
            size >> 20,
            limit >> 20
        )));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    file.take(limit).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::*;

    #[test]
    fn every_death_has_its_sentence() {
        let killed = |signal| ExitStatus::from_raw(signal);
        assert_eq!(death(killed(6), "memory allocation of 99 bytes failed"), Refusal::OutOfMemory);
        assert_eq!(death(killed(9), ""), Refusal::OutOfMemory);
        assert_eq!(death(killed(24), ""), Refusal::TimedOut);
        assert!(matches!(death(killed(6), "thread has overflowed its stack"), Refusal::Broken(_)));
        assert!(matches!(death(killed(11), ""), Refusal::Broken(_)));
    }

    #[test]
    fn our_own_faults_are_not_the_files() {
        let exited = |code: i32| ExitStatus::from_raw(code << 8);
        let mut said = std::collections::BTreeSet::new();
        for status in [exited(0), exited(1), exited(2), exited(3), exited(101), ExitStatus::from_raw(15)] {
            let Refusal::ReaderFailed(detail) = death(status, "") else { panic!("{status}") };
            assert!(super::super::wording::chinese(&detail).is_some(), "{detail}");
            said.insert(detail);
        }
        assert_eq!(said.len(), 4);
    }

    #[tokio::test]
    async fn a_program_that_is_gone_is_our_fault() {
        let refused =
            prepare_in_child(Path::new("/no/such/program"), &Limits::default(), "a.txt", Path::new("a")).await;
        assert!(matches!(refused, Err(Refusal::ReaderFailed(_))), "{refused:?}");
    }

    #[test]
    fn a_request_that_is_none_is_answered_by_its_exit_code() {
        let mut out = Vec::new();
        assert_eq!(serve(&b"{}"[..], &mut out), ExitCode::from(2));
        assert!(out.is_empty());
    }

    #[test]
    fn a_large_file_is_refused_before_it_is_read() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(3 << 30).unwrap();
        assert!(matches!(content(file.path(), 1 << 20), Err(Refusal::TooLarge(_))));
    }
}
