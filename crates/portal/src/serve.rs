//! The door: connections in, under limits, until it is told to stop; what is under way is finished first.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use crate::actions::sent::Sent;
use crate::app::App;
use crate::router::router;
use crate::tls::Tls;
use crate::tokens::Tokens;
use crate::visitor::Peer;
use crowd::Crowd;

mod crowd;
mod heads;
mod short;
mod stall;

/// Most bytes of a request's head: browsers send below 8 KiB, and a proxy's chain adds some.
pub const HEAD_MAX: usize = 32 << 10;
/// Most headers of a request. hyper has its own limit of a hundred, which costs no request anything; one that is set is
/// paid for in full by every request, 4 % of all its instructions.
pub const HEADERS_MAX: usize = 64;
/// How long to wait when the system has no more handles, before trying again.
const NO_HANDLES_PAUSE: Duration = Duration::from_millis(100);

/// Where visitors come in.
#[derive(Debug)]
pub struct Entrance {
    /// The socket.
    pub listener: TcpListener,
    /// In a demo, the address that everybody who comes in here counts as; only on a socket of this machine alone.
    pub plays: Option<IpAddr>,
}

/// Serves until `stop` is done, then gives what is under way its time.
///
/// # Errors
/// The certificate cannot be read.
pub async fn serve(listener: TcpListener, app: App, stop: impl Future<Output = ()>) -> io::Result<()> {
    serve_all(vec![Entrance { listener, plays: None }], app, stop).await
}

/// The same with several entrances.
///
/// # Errors
/// As [`serve`]; an entrance that plays a visitor and can be reached from other machines.
pub async fn serve_all(entrances: Vec<Entrance>, app: App, stop: impl Future<Output = ()>) -> io::Result<()> {
    for entrance in entrances.iter().filter(|entrance| entrance.plays.is_some()) {
        if !entrance.listener.local_addr()?.ip().is_loopback() {
            return Err(io::Error::other("only this machine may play visitors"));
        }
    }
    let config = app.config();
    let tls = match (&config.tls_cert, &config.tls_key) {
        (Some(cert), Some(key)) => Some(Arc::new(Tls::open(cert, key)?)),
        _ => None,
    };
    let every = Duration::from_secs(config.reload_seconds.max(1).into());
    let mut watchers = JoinSet::new();
    if let Some(tls) = &tls {
        watchers.spawn(Arc::clone(tls).keep_current(every));
    }
    if let Some(path) = &config.feed_tokens {
        watchers.spawn(Tokens::keep_current(path.clone(), Arc::clone(&app.parts().tokens), every));
    }
    let (told, telling) = watch::channel(false);
    let crowd = Crowd::new(config.connections_per_visitor, config.trusted_proxies.clone());
    let places = Arc::new(Semaphore::new(config.connections_max));
    let door =
        Door { router: router(&app), app: app.clone(), tls, telling, crowd: Arc::new(crowd), places, plays: None };
    let under_way = door.let_in_everywhere(entrances, stop).await;
    // Nobody listens when no connection is open.
    let _ = told.send(true);
    finish(under_way, Duration::from_secs(config.drain_seconds.into())).await;
    watchers.shutdown().await;
    Ok(())
}

/// Done when the system tells the process to stop (SIGTERM, or an interrupt from the keyboard).
pub async fn stop_signal() {
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = terminate => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

async fn finish(mut under_way: Vec<JoinSet<()>>, time: Duration) {
    let all = async {
        for connections in &mut under_way {
            while connections.join_next().await.is_some() {}
        }
    };
    if tokio::time::timeout(time, all).await.is_err() {
        let left: usize = under_way.iter().map(JoinSet::len).sum();
        tracing::warn!(left, "requests were cut off at the end");
    }
}

/// What every connection needs.
#[derive(Clone)]
struct Door {
    app: App,
    router: Router,
    tls: Option<Arc<Tls>>,
    telling: watch::Receiver<bool>,
    crowd: Arc<Crowd>,
    places: Arc<Semaphore>,
    plays: Option<IpAddr>,
}

impl Door {
    /// Takes connections in at every entrance until told to stop; what is under way then.
    async fn let_in_everywhere(&self, entrances: Vec<Entrance>, stop: impl Future<Output = ()>) -> Vec<JoinSet<()>> {
        let (stopping, stopped) = watch::channel(false);
        let mut watched = JoinSet::new();
        for entrance in entrances {
            let mut stopped = stopped.clone();
            let door = Self { plays: entrance.plays, ..self.clone() };
            watched.spawn(async move {
                let stop = async { drop(stopped.wait_for(|is_stopped| *is_stopped).await) };
                door.let_in(&entrance.listener, stop).await
            });
        }
        stop.await;
        // Nobody listens when every entrance has closed by itself.
        let _ = stopping.send(true);
        watched.join_all().await
    }

    /// Takes connections in until told to stop.
    async fn let_in(&self, listener: &TcpListener, stop: impl Future<Output = ()>) -> JoinSet<()> {
        let mut under_way = JoinSet::new();
        tokio::pin!(stop);
        loop {
            let next = async {
                let place = Arc::clone(&self.places).acquire_owned().await;
                (listener.accept().await, place)
            };
            tokio::select! {
                () = &mut stop => return under_way,
                (accepted, place) = next => match (accepted, place) {
                    (Ok((stream, peer)), Ok(place)) => self.begin(&mut under_way, stream, peer, place),
                    _ => tokio::time::sleep(NO_HANDLES_PAUSE).await,
                },
            }
            while under_way.try_join_next().is_some() {}
        }
    }

    /// Begins a connection. No generic function: what it spawns, all the work, is compiled here and not in the crate that
    /// names the type of `stop`, which may not be optimised.
    fn begin(&self, under_way: &mut JoinSet<()>, stream: TcpStream, peer: SocketAddr, place: OwnedSemaphorePermit) {
        under_way.spawn(self.clone().welcome(stream, peer, place));
    }

    /// One connection, from its first byte to its last.
    async fn welcome(self, stream: TcpStream, peer: SocketAddr, place: OwnedSemaphorePermit) {
        let Some(_one_more) = self.crowd.enter(peer.ip()) else { return };
        self.app.metrics().connections.fetch_add(1, Ordering::Relaxed);
        // Without it small answers wait for each other; a connection that cannot be told so works all the same.
        let _ = stream.set_nodelay(true);
        let patience = Duration::from_secs(self.app.config().request_seconds.into());
        let stream = stall::Impatient::new(stream, patience);
        match &self.tls {
            None => self.talk(stream, peer).await,
            Some(tls) => {
                let time = Duration::from_secs(self.app.config().header_seconds.into());
                let shaken = tokio::time::timeout(time, TlsAcceptor::from(tls.current()).accept(stream)).await;
                if let Ok(Ok(stream)) = shaken {
                    self.talk(stream, peer).await;
                }
            }
        }
        self.app.metrics().connections.fetch_sub(1, Ordering::Relaxed);
        drop(place);
    }

    async fn talk(&self, stream: impl AsyncRead + AsyncWrite + Unpin, peer: SocketAddr) {
        let who = self.plays.map_or(peer, |address| SocketAddr::new(address, peer.port()));
        let answer = service_fn(|mut request: http::Request<Incoming>| {
            let answered = short::answer(&self.app, Peer(who), &request).ok_or_else(|| {
                request.extensions_mut().insert(Peer(who));
                // In a box: every connection has room for what waits here, which is large.
                Box::pin(self.router.clone().oneshot(request.map(Body::new)))
            });
            async {
                match answered {
                    Ok(answer) => Ok(answer),
                    Err(long) => long.await.map(|answer| answer.map(Sent::from)),
                }
            }
        });
        let mut builder = http1::Builder::new();
        builder
            .timer(heads::Heads::default())
            .header_read_timeout(Duration::from_secs(self.app.config().header_seconds.into()));
        builder.max_buf_size(HEAD_MAX).keep_alive(true);
        // Else hyper listens while it answers, whether the visitor hangs up, and takes new memory for that at each request.
        // What he began without waiting for its end has an end all the same: writing to him fails, or its time is up.
        builder.half_close(true);
        let connection = builder.serve_connection(TokioIo::new(stream), answer);
        tokio::pin!(connection);
        let mut telling = self.telling.clone();
        tokio::select! {
            biased;
            // How a connection ends is the visitor's affair.
            _ = &mut connection => return,
            _ = telling.wait_for(|told| *told) => connection.as_mut().graceful_shutdown(),
        }
        let _ = connection.await;
    }
}
