//! Serves made data on this machine, to look at: `cargo run -p portal --example made -- 8080`.
//!
//! The port itself is a visitor without an address; each port after it is one from an address of the made country, so
//! that every answer of the check can be seen in a browser.

use std::io;
use std::sync::Arc;

use event::time::SECOND;
use portal::app::App;
use portal::serve::{serve, stop_signal};
use tokio::net::TcpListener;
use tokio::time::Instant;

mod house;
mod relay;

const HOST: &str = "127.0.0.1";

#[tokio::main]
async fn main() -> io::Result<()> {
    tracing_subscriber::fmt().json().init();
    let port: u16 = std::env::args().nth(1).and_then(|port| port.parse().ok()).unwrap_or(8080);
    let start = Instant::now();
    let clock = Arc::new(move || house::NOW + start.elapsed().as_secs() as i64 * SECOND);
    let flags = [
        ("trusted_proxies", "127.0.0.1/32"),
        ("contact", "lienhe@example.org"),
        ("hotline", "(024) 0000 0000"),
        ("security_contact", "mailto:security@example.org"),
        ("checks_per_minute", "1000"),
        ("logins_per_minute", "1000"),
    ];
    let (parts, _) = house::parts(&flags, clock);
    let portal = TcpListener::bind((HOST, port)).await?;
    for (at, (address, what)) in (1..).zip(house::ADDRESSES) {
        let listener = TcpListener::bind((HOST, port + at)).await?;
        tracing::info!(address = format!("http://{HOST}:{}/kiem-tra", port + at), what, "a visitor");
        tokio::spawn(relay::relay(listener, portal.local_addr()?, address));
    }
    tracing::info!(token = house::ADMIN_TOKEN, address = format!("http://{HOST}:{port}/"), "ready");
    serve(portal, App::new(parts), stop_signal()).await
}
