//! `frontdesk serve`: the house, open.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::app::{House, Roles, Seams};
use crate::channel::token::write_private;
use crate::cli::exit::Exit;
use crate::cli::failure::told;
use crate::cli::terminal::Terminal;
use crate::cli::{Globals, files, log};
use crate::clock;
use crate::config;
use crate::desk::accounts::FIRST_OWNER;
use crate::dialogue::policy::{self, kept};
use crate::http::{self, auth::Admin};
use crate::model::id::WorkspaceId;

/// Where a first start leaves its secrets when nobody is at the terminal, below the data folder.
const TOKEN_FILE: &str = "first-admin-token.txt";
const ACCOUNT_FILE: &str = "first-account.txt";
/// Settings of a sample, beside its documents; hidden, so that it is not taken for one.
const SAMPLE_SETTINGS: &str = ".sample.toml";

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Address and port to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// What this process does, of web, speak and ingest.
    #[arg(long, value_name = "ROLES", value_delimiter = ',', default_value = "web,speak,ingest", value_parser = ["web", "speak", "ingest"])]
    roles: Vec<String>,
    /// Begin with the documents of this folder when there never were any.
    #[arg(long, value_name = "DIR")]
    sample: Option<PathBuf>,
}

pub(super) async fn run(arguments: &Arguments, globals: &Globals, terminal: &Terminal) -> anyhow::Result<Exit> {
    let began = Instant::now();
    let mut layers = globals.layers();
    layers.flags.extend(arguments.listen.map(|listen| ("server.listen".to_owned(), listen.to_string())));
    layers.below = arguments.sample.as_ref().map(|folder| folder.join(SAMPLE_SETTINGS)).filter(|path| path.is_file());
    let config = config::load(&layers)?;
    log::start(&config.log, globals.verbose, false)?;
    let has = |role: &str| arguments.roles.iter().any(|one| one == role);
    let roles = Roles { web: has("web"), speak: has("speak"), ingest: has("ingest") };
    // Taken first: a second house on the same address should do nothing at all.
    let listener = if roles.web { Some(bind(config.server.listen).await?) } else { None };
    let house = Arc::new(House::open(config, roles, Seams::default()).await?);
    if roles.speak {
        examine_rules(&house, terminal).await?;
    }
    house.start();
    if roles.web {
        show_owner(&house, terminal).await?;
    }
    let serving = listener.map(|listener| open_doors(&house, listener, terminal)).transpose()?;
    if let Some(folder) = &arguments.sample {
        fill_when_fresh(&house, folder, terminal).await?;
    }
    tell(&house, terminal, began.elapsed());
    let stopped = stopped(&house, serving).await?;
    terminal.say("closing…", "正在关闭…");
    let patience = Duration::from_secs(house.config.server.close_within_s);
    tokio::select! {
        () = house.close() => Ok(stopped),
        () = tokio::time::sleep(patience) => {
            tracing::warn!("some turns did not end in time; they are done again at the next start");
            Ok(stopped)
        }
        _ = tokio::signal::ctrl_c() => Ok(Exit::Interrupted),
    }
}

type Serving = tokio::task::JoinHandle<anyhow::Result<()>>;

fn open_doors(house: &Arc<House>, listener: TcpListener, terminal: &Terminal) -> anyhow::Result<Serving> {
    let server = &house.config.server;
    let (admin, fresh) = Admin::open(server.admin_token.as_ref(), &house.config.data, server.admin_tries)
        .context("the administrator's token cannot be kept")?;
    if let Some(token) = fresh {
        entrust(
            &house.config.data,
            TOKEN_FILE,
            &token,
            ["Administrator token", "管理员令牌"],
            "token reset",
            terminal,
        )?;
    }
    let address = listener.local_addr()?;
    terminal.say(format!("Frontdesk is open: http://{address}"), format!("Frontdesk 已启动：http://{address}"));
    let house = Arc::clone(house);
    Ok(tokio::spawn(async move { http::serve(&house, admin, listener).await }))
}

/// The console's first account, when there is none yet.
async fn show_owner(house: &House, terminal: &Terminal) -> anyhow::Result<()> {
    let made = house.accounts.first_owner(WorkspaceId::DEFAULT, clock::now()).await;
    if let Some(password) = made.context("the first account cannot be made")? {
        let account = format!("{FIRST_OWNER} {password}");
        let names = ["Console account", "工作台账号"];
        entrust(&house.config.data, ACCOUNT_FILE, &account, names, "agents password", terminal)?;
    }
    Ok(())
}

/// Says so where examples of rules that were written here do not hold. The shipped ones are tested before they are shipped.
async fn examine_rules(house: &House, terminal: &Terminal) -> anyhow::Result<()> {
    if house.config.dialogue.policy.is_none() && !kept::exists(&house.config.data) {
        return Ok(());
    }
    let rules = house.dialogue.policy();
    let wrong = tokio::task::spawn_blocking(move || policy::test(&rules).len()).await?;
    if wrong > 0 {
        terminal.say(
            format!("Warning: {wrong} examples of the rules do not hold; `frontdesk policy test` lists them."),
            format!("警告：规则中有 {wrong} 个示例不符，可用 `frontdesk policy test` 查看。"),
        );
    }
    Ok(())
}

/// Hands over a secret that was made at this start: to the person at the terminal, or, where stderr goes into a log that others
/// may read and that is kept, in a file that only the house's own user can read.
fn entrust(
    data: &Path,
    file: &str,
    secret: &str,
    [what, named]: [&str; 2],
    renews: &str,
    terminal: &Terminal,
) -> anyhow::Result<()> {
    if terminal.is_watched() {
        terminal.say(
            format!("{what} (shown once; `frontdesk {renews}` makes another): {secret}"),
            format!("{named}（仅显示一次，可用 `frontdesk {renews}` 重置）：{secret}"),
        );
        return Ok(());
    }
    let path = data.join(file);
    write_private(&path, format!("{secret}\n").as_bytes())
        .with_context(|| format!("{} cannot be written", path.display()))?;
    let place = path.display();
    terminal.say(
        format!("{what} (read it and remove the file; `frontdesk {renews}` makes another): in {place}"),
        format!("{named}（请查看后删除该文件，可用 `frontdesk {renews}` 重置）：已写入 {place}"),
    );
    Ok(())
}

async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => told(
            format!("{address} is in use, perhaps by another Frontdesk; stop it or choose another port with --listen"),
            format!("{address} 已被占用，可能是另一个 Frontdesk；请停止它，或用 --listen 换一个端口"),
        ),
        _ => anyhow::Error::new(error).context(format!("cannot listen on {address}")),
    })
}

/// Waits for a reason to close: a signal, or a server that failed.
async fn stopped(house: &House, serving: Option<Serving>) -> anyhow::Result<Exit> {
    let mut terminate = signal(SignalKind::terminate())?;
    let served = async {
        match serving {
            Some(serving) => serving.await.context("the server panicked")?,
            None => std::future::pending().await,
        }
    };
    tokio::pin!(served);
    let exit = tokio::select! {
        _ = tokio::signal::ctrl_c() => Exit::Interrupted,
        _ = terminate.recv() => Exit::Done,
        result = &mut served => return result.map(|()| Exit::Done),
    };
    house.closing.cancel();
    // Requests under way end first; turns may still be running for them.
    if house.config.server.close_within_s > 0 {
        tokio::select! {
            result = &mut served, if !matches!(exit, Exit::Failed) => result?,
            () = tokio::time::sleep(Duration::from_secs(house.config.server.close_within_s)) => {}
        }
    }
    Ok(exit)
}

async fn fill_when_fresh(house: &House, folder: &Path, terminal: &Terminal) -> anyhow::Result<()> {
    // Documents may all have been deleted, on purpose.
    let published = house.store.published(WorkspaceId::DEFAULT).await?.version;
    if published > 0 || !house.store.documents(WorkspaceId::DEFAULT, "", 1).await?.is_empty() {
        return Ok(());
    }
    let found = files::below(folder)?;
    for file in &found {
        files::upload(&house.ingest, file, clock::now())
            .await
            .with_context(|| format!("{} cannot be taken in", file.path.display()))?;
    }
    let (count, folder) = (found.len(), folder.display());
    terminal.say(
        format!("Reading {count} sample documents from {folder}."),
        format!("正在读取示例文档：{folder} 中的 {count} 个文件。"),
    );
    Ok(())
}

fn tell(house: &House, terminal: &Terminal, took: Duration) {
    if let Some(reason) = house.lexical_only() {
        terminal.say(format!("Note: {}.", reason.en), format!("提示：{}。", reason.zh));
    }
    match house.llm.current() {
        Some(llm) => {
            let name = llm.name();
            terminal
                .say(format!("Answers are written by {name} and verified."), format!("由 {name} 撰写回答，逐句核实。"));
        }
        None => terminal.say(
            "Answers are quotes from the documents: no language model is configured ([llm] in frontdesk.toml).",
            "未配置语言模型，回答直接引用文档原文（在 frontdesk.toml 的 [llm] 中配置）。",
        ),
    }
    let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    tracing::info!(duration_ms, "ready after {duration_ms} ms");
}
