//! A process whose time and memory are read from `/proc`.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::customer::{Customer, client};
use crate::{PATIENCE, settings};

const ADMIN_TOKEN: &str = "token-of-the-benchmark-only";
/// Ticks of `/proc/…/stat` in a second, on every Linux that Rust runs on.
const TICKS: f64 = 100.0;

#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) base_url: String,
    /// From the start of the process to the first success of `/readyz`.
    pub(crate) ready_after: Duration,
    child: Child,
}

impl Process {
    /// The product, with the sample documents of the repository and no limits on customers.
    pub(crate) async fn house(data: &Path, pairs: &[(&str, &str)]) -> anyhow::Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let models = root.join("models").display().to_string();
        let many = "{ burst = 1000000, per_minute = 1000000 }";
        let mut command = Command::new(env!("CARGO_BIN_EXE_frontdesk"));
        let address = free_address().await?;
        command.args(["serve", "--listen", &address, "--sample"]).arg(root.join("knowledge"));
        command.arg("--data").arg(data).args(settings(pairs)).args(settings(&[("embed.local.folder", &models)]));
        for limit in ["web.new_conversations", "web.messages", "web.messages_per_caller"] {
            command.args(["--set".to_owned(), format!("{limit}={many}")]);
        }
        command.args(["--set", "switchboard.quiet_ms=0", "--set", "log.filter=\"error\""]);
        // Secrets are taken as they stand, without quotes.
        command.arg("--set").arg(format!("server.admin_token={ADMIN_TOKEN}"));
        Self::start(command, &address, "/readyz").await
    }

    /// The bare relay: this program again.
    pub(crate) async fn relay(upstream: &str) -> anyhow::Result<Self> {
        let address = free_address().await?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["relay", &format!("{address}={upstream}")]);
        Self::start(command, &address, "/readyz").await
    }

    async fn start(mut command: Command, address: &str, ready: &str) -> anyhow::Result<Self> {
        let base_url = format!("http://{address}");
        let http = client()?;
        let started = Instant::now();
        let child = command.stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().context("cannot start")?;
        let mut process = Self { base_url, ready_after: Duration::ZERO, child };
        loop {
            let answer = http.get(format!("{}{ready}", process.base_url)).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                process.ready_after = started.elapsed();
                return Ok(process);
            }
            anyhow::ensure!(process.child.try_wait()?.is_none(), "the process ended before it was ready");
            anyhow::ensure!(started.elapsed() < PATIENCE, "the process did not become ready");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Waits until every document is read and every vector is there.
    pub(crate) async fn filled(&self) -> anyhow::Result<()> {
        let (http, started) = (client()?, Instant::now());
        loop {
            let request = http.get(format!("{}/api/v1/documents?limit=100", self.base_url)).bearer_auth(ADMIN_TOKEN);
            let answer: Value = request.send().await?.error_for_status()?.json().await?;
            let documents = answer["documents"].as_array().or(answer.as_array()).context("no list of documents")?;
            let done =
                documents.iter().filter(|document| matches!(document["status"].as_str(), Some("ready" | "failed")));
            if !documents.is_empty() && done.count() == documents.len() {
                return Ok(());
            }
            anyhow::ensure!(started.elapsed() < PATIENCE, "the documents were not read");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    pub(crate) async fn ask_once(&self, question: &str) -> anyhow::Result<()> {
        Customer::open(&self.base_url).await?.ask(question).await.map(|_| ())
    }

    /// Waits until the process has used no time for a while; threads that were lent out have ended by then.
    pub(crate) async fn at_rest(&self) {
        for _ in 0..10 {
            let before = self.processor_ms();
            tokio::time::sleep(Duration::from_secs(3)).await;
            if self.processor_ms() - before < 10.0 {
                break;
            }
        }
    }

    /// Processor time so far, of all threads, those that have ended included.
    pub(crate) fn processor_ms(&self) -> f64 {
        self.times_ms().iter().sum()
    }

    /// The part of it that the kernel spent for the process.
    pub(crate) fn kernel_ms(&self) -> f64 {
        self.times_ms()[1]
    }

    /// In the program, in the kernel.
    fn times_ms(&self) -> [f64; 2] {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        // The name in brackets may hold spaces; user and system time are the 12th and 13th field after it.
        let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace();
        let mut ticks = fields.skip(11).filter_map(|field| field.parse::<f64>().ok());
        [ticks.next(), ticks.next()].map(|ticks| ticks.unwrap_or_default() * 1000.0 / TICKS)
    }

    pub(crate) fn resident_mb(&self) -> f64 {
        self.status_mb("VmRSS:")
    }

    pub(crate) fn peak_mb(&self) -> f64 {
        self.status_mb("VmHWM:")
    }

    fn status_mb(&self, name: &str) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        let kib: f64 = line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or_default();
        kib * 1024.0 / 1e6
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn free_address() -> anyhow::Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0").await?.local_addr()?.to_string())
}
