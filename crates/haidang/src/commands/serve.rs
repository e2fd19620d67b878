//! `serve`: the portal; `token`: a feed's key to it.

use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use pipeline::PipelineError;
use portal::app::{App, Parts, Slot};
use portal::config::Config;
use portal::front::Front;
use portal::log::Log;
use portal::serve::{Entrance, serve_all};
use portal::tables::Tables;
use portal::tokens::{Secrets, Tokens};
use tracing_subscriber::filter::{LevelFilter, Targets};

use crate::cli::{ServeArgs, TokenArgs};
use crate::commands::Desk;
use crate::exit;
use crate::service::arrivals::Arrivals;
use crate::service::inbox::Watched;
use crate::service::keeper::Keeper;
use crate::service::officers::Officers;
use crate::service::owning::Owning;
use crate::service::wishes::Wishes;

/// Where feeds' tokens lie in the data folder unless the settings say otherwise.
const FEED_TOKENS: &str = "portal/feed-tokens.csv";
/// Where the officers' token lies.
const ADMIN_TOKEN: &str = "portal/admin-token";

/// The watched folder.
const INBOX: &str = "inbox";

/// A socket, and the visitor that everybody who comes in by it plays: none but in the demo.
pub(crate) type Door = (TcpListener, Option<IpAddr>);

pub(crate) fn run(desk: &Desk, args: &ServeArgs) -> anyhow::Result<i32> {
    let config = config(desk, args)?;
    let listener = TcpListener::bind(config.listen).with_context(|| format!("listen on {}", config.listen))?;
    let _log = log(LevelFilter::INFO)?;
    open(desk, config, vec![(listener, None)], |config, listen| announce(desk, config, listen))
}

/// Tells where the portal is, and where what its operator needs lies.
fn announce(desk: &Desk, config: &Config, listen: SocketAddr) -> anyhow::Result<()> {
    let scheme = if config.speaks_tls() { "https" } else { "http" };
    desk.out.say("serve.listening", &[("address", &format!("{scheme}://{listen}/"))])?;
    for (key, path) in [("serve.admin", &config.admin_token), ("serve.inbox", &watched(config))] {
        if let Some(path) = path {
            desk.out.say(key, &[("path", &path.display().to_string())])?;
        }
    }
    Ok(())
}

/// Serves by these doors until the process is told to stop; `ready` is called when the first one is open.
pub(crate) fn open(
    desk: &Desk,
    config: Config,
    doors: Vec<Door>,
    ready: impl FnOnce(&Config, SocketAddr) -> anyhow::Result<()>,
) -> anyhow::Result<i32> {
    let tables = Tables::read(config.tables.as_deref())?;
    let secrets = Secrets::read(&config).context("read the tokens")?;
    let inbox = watched(&config).map(|path| Watched::open(desk, &path)).transpose()?;
    let owning = Arc::new(Owning::default());
    let (seen, front) = (Slot::new(None), Slot::new(Front::default()));
    let requests = Arc::new(Wishes::open(desk)?);
    if let Some((listener, _)) = doors.first() {
        ready(&config, listener.local_addr()?)?;
    }
    let keeper = Keeper::start(
        desk,
        &config,
        Arc::clone(&seen),
        Arc::clone(&front),
        Arc::clone(&owning),
        inbox,
        tables.devices.clone(),
    );
    let parts = Parts {
        is_made: doors.iter().any(|(_, plays)| plays.is_some()),
        clock: desk.clock.clone(),
        zone: desk.folder.zone().clone(),
        tables,
        seen,
        front,
        tokens: Slot::new(secrets.feeds),
        admin_token: secrets.admin,
        metrics_token: secrets.metrics,
        ownership: owning,
        desk: Arc::new(Arrivals::new(desk, &keeper)),
        watch: Arc::new(Officers::new(desk, &keeper)),
        requests,
        config,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let served = runtime.block_on(async {
        let entrances = doors.into_iter().map(entrance).collect::<std::io::Result<Vec<_>>>()?;
        serve_all(entrances, App::new(parts), portal::serve::stop_signal()).await
    });
    keeper.stop();
    served?;
    Ok(exit::OK)
}

fn entrance((listener, plays): Door) -> std::io::Result<Entrance> {
    listener.set_nonblocking(true)?;
    Ok(Entrance { listener: tokio::net::TcpListener::from_std(listener)?, plays })
}

/// The folder to watch; the empty name is that of none.
fn watched(config: &Config) -> Option<PathBuf> {
    config.inbox.clone().filter(|path| !path.as_os_str().is_empty())
}

/// What happens is told on standard error, one JSON object a line, from a level on; of the libraries only what is wrong.
pub(crate) fn log(from: LevelFilter) -> anyhow::Result<Log> {
    let own = ["access", "audit", "keeper", "portal"].map(|target| (target, from));
    let told = Targets::new().with_default(LevelFilter::ERROR).with_targets(own);
    portal::log::begin(told).context("begin the log")
}

fn config(desk: &Desk, args: &ServeArgs) -> anyhow::Result<Config> {
    let file = match &args.config {
        Some(path) => pipeline::folder::read_text(path)?,
        None => String::new(),
    };
    let named = [("listen", &args.listen), ("tls_cert", &args.tls_cert), ("tls_key", &args.tls_key)];
    let mut flags = args.set.clone();
    flags.extend(named.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?))));
    settled(desk, Config::resolve(&file, |name| std::env::var(name).ok(), &flags)?)
}

/// What the settings leave open lies in the data folder.
pub(crate) fn settled(desk: &Desk, mut config: Config) -> anyhow::Result<Config> {
    let own = desk.folder.path("portal");
    desk.folder.disk.create_folder(&own).map_err(|source| PipelineError::File { path: own, source })?;
    config.inbox.get_or_insert_with(|| desk.folder.path(INBOX));
    config.feed_tokens.get_or_insert_with(|| desk.folder.path(FEED_TOKENS));
    config.admin_token.get_or_insert_with(|| desk.folder.path(ADMIN_TOKEN));
    Ok(config)
}

/// Makes a feed's token in the data folder's own file.
pub(crate) fn issue(desk: &Desk, feed: &str) -> anyhow::Result<String> {
    let catalogue = pipeline::catalogue::catalogue(&desk.folder)?;
    anyhow::ensure!(catalogue.feed(feed).is_some(), "no feed {feed:?} in feeds.toml; see `haidang feeds`");
    let path = desk.folder.path(FEED_TOKENS);
    std::fs::create_dir_all(desk.folder.path("portal"))?;
    Tokens::issue(&path, feed).with_context(|| format!("write {}", path.display()))
}

/// Makes a feed's token and shows it.
pub(crate) fn token(desk: &Desk, args: &TokenArgs) -> anyhow::Result<i32> {
    let token = issue(desk, &args.feed)?;
    if desk.out.json() {
        desk.out.value(&serde_json::json!({ "feed": args.feed, "token": token }))?;
    } else {
        desk.out.say("serve.token", &[("feed", &args.feed), ("token", &token)])?;
    }
    Ok(exit::OK)
}
