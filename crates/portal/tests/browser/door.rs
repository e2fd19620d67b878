//! A portal on threads of its own, doors to it for visitors from anywhere, and everything it logs.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use portal::app::Parts;
use portal::requests::Requests;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

use crate::relay::relay;
use crate::talk::{self, Portal};

/// What the portal knows of its surroundings.
const FLAGS: [(&str, &str); 8] = [
    ("trusted_proxies", "127.0.0.1/32"),
    ("contact", "lienhe@example.org"),
    ("hotline", "(024) 0000 0000"),
    ("security_contact", "mailto:security@example.org"),
    ("checks_per_minute", "100000"),
    ("requests_per_hour", "1000"),
    ("logins_per_minute", "1000"),
    ("connections_per_visitor", "1000"),
];

/// A portal that runs.
pub(crate) struct Door {
    portal: Portal,
    runtime: Runtime,
    /// What it logs.
    pub(crate) log: Log,
    /// What it keeps of requests.
    pub(crate) requests: Arc<dyn Requests>,
}

impl Door {
    /// Opens a portal with made data, its parts changed.
    pub(crate) fn open(change: impl FnOnce(&mut Parts)) -> Self {
        let log = Log::default();
        let runtime = runtime(log.clone());
        let mut requests = None;
        let portal = runtime.block_on(talk::portal_with(&FLAGS, |parts| {
            change(parts);
            requests = Some(Arc::clone(&parts.requests));
        }));
        Self { portal, runtime, log, requests: requests.expect("requests") }
    }

    /// The address of a door for whoever comes from there, `http://127.0.0.1:…`.
    pub(crate) fn visitor(&self, from: &'static str) -> String {
        let portal: SocketAddr = self.portal.address;
        let listener = self.runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("listen");
        let address = listener.local_addr().expect("address");
        self.runtime.spawn(relay(listener, portal, from));
        format!("http://{address}")
    }

    /// Its counters.
    pub(crate) fn counters(&self) -> String {
        let token = [("Authorization", "Bearer made-token-of-metrics")];
        self.runtime.block_on(self.portal.ask("GET", "/metrics", &token, b"")).body
    }
}

/// Threads that log into memory.
fn runtime(log: Log) -> Runtime {
    let subscriber = tracing_subscriber::fmt().json().with_max_level(tracing::Level::TRACE);
    let logged = tracing::Dispatch::new(subscriber.with_writer(move || log.clone()).finish());
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(1).enable_all().on_thread_start(move || {
        // Until the thread ends.
        std::mem::forget(tracing::dispatcher::set_default(&logged));
    });
    builder.build().expect("threads")
}

/// A log in memory.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// All of it.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
