//! `serve`: the portal; `token`: a feed's key to it.

use std::net::TcpListener;
use std::sync::Arc;

use anyhow::Context as _;
use portal::app::{App, Parts, Slot};
use portal::config::Config;
use portal::front::Front;
use portal::tables::Tables;
use portal::tokens::{Secrets, Tokens};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::cli::{ServeArgs, TokenArgs};
use crate::commands::Desk;
use crate::exit;
use crate::service::arrivals::Arrivals;
use crate::service::keeper::Keeper;
use crate::service::officers::Officers;
use crate::service::owning::Owning;
use crate::service::wishes::Wishes;

/// Where feeds' tokens lie in the data folder unless the settings say otherwise.
const FEED_TOKENS: &str = "portal/feed-tokens.csv";
/// Where the officers' token lies.
const ADMIN_TOKEN: &str = "portal/admin-token";

pub(crate) fn run(desk: &Desk, args: &ServeArgs) -> anyhow::Result<i32> {
    let config = config(desk, args)?;
    let tables = Tables::read(config.tables.as_deref())?;
    let secrets = Secrets::read(&config).context("read the tokens")?;
    log();
    let listener = TcpListener::bind(config.listen).with_context(|| format!("listen on {}", config.listen))?;
    listener.set_nonblocking(true)?;
    let owning = Arc::new(Owning::default());
    let (seen, front) = (Slot::new(None), Slot::new(Front::default()));
    let keeper = Keeper::start(desk, &config, Arc::clone(&seen), Arc::clone(&front), Arc::clone(&owning));
    let listen = listener.local_addr()?;
    let scheme = if config.speaks_tls() { "https" } else { "http" };
    desk.out.say("serve.listening", &[("address", &format!("{scheme}://{listen}/"))])?;
    if let Some(path) = &config.admin_token {
        desk.out.say("serve.admin", &[("path", &path.display().to_string())])?;
    }
    let parts = Parts {
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
        requests: Arc::new(Wishes::open(desk)?),
        config,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        portal::serve::serve(listener, App::new(parts), portal::serve::stop_signal()).await
    })?;
    keeper.stop();
    Ok(exit::OK)
}

/// What happens is told on standard error, one JSON object a line; of the libraries only what is wrong.
fn log() {
    let own = ["access", "audit", "keeper", "portal"].map(|target| (target, LevelFilter::INFO));
    let told = Targets::new().with_default(LevelFilter::ERROR).with_targets(own);
    let lines = tracing_subscriber::fmt::layer().json().with_writer(std::io::stderr);
    tracing_subscriber::registry().with(lines).with(told).init();
}

fn config(desk: &Desk, args: &ServeArgs) -> anyhow::Result<Config> {
    let file = match &args.config {
        Some(path) => pipeline::folder::read_text(path)?,
        None => String::new(),
    };
    let named = [("listen", &args.listen), ("tls_cert", &args.tls_cert), ("tls_key", &args.tls_key)];
    let mut flags = args.set.clone();
    flags.extend(named.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?))));
    let mut config = Config::resolve(&file, |name| std::env::var(name).ok(), &flags)?;
    std::fs::create_dir_all(desk.folder.path("portal"))?;
    config.feed_tokens.get_or_insert_with(|| desk.folder.path(FEED_TOKENS));
    config.admin_token.get_or_insert_with(|| desk.folder.path(ADMIN_TOKEN));
    Ok(config)
}

/// Makes a feed's token in the data folder's own file.
pub(crate) fn token(desk: &Desk, args: &TokenArgs) -> anyhow::Result<i32> {
    let catalogue = pipeline::catalogue::catalogue(&desk.folder)?;
    anyhow::ensure!(catalogue.feed(&args.feed).is_some(), "no feed {:?} in feeds.toml; see `haidang feeds`", args.feed);
    let path = desk.folder.path(FEED_TOKENS);
    std::fs::create_dir_all(desk.folder.path("portal"))?;
    let token = Tokens::issue(&path, &args.feed).with_context(|| format!("write {}", path.display()))?;
    if desk.out.json() {
        desk.out.value(&serde_json::json!({ "feed": args.feed, "token": token }))?;
    } else {
        desk.out.say("serve.token", &[("feed", &args.feed), ("token", &token)])?;
    }
    Ok(exit::OK)
}
