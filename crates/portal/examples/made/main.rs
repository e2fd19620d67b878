//! Serves made data on this machine, to look at: `cargo run -p portal --example made -- 8080`.
//!
//! The port itself is a visitor without an address; each port after it is one from an address of the made country, so
//! that every answer of the check can be seen in a browser.

use std::io;
use std::sync::Arc;

use event::time::SECOND;
use portal::app::App;
use portal::serve::{serve, stop_signal};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

mod house;

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
    for (at, (address, what)) in (1..).zip(house::ADDRESSES) {
        let listener = TcpListener::bind((HOST, port + at)).await?;
        tracing::info!(address = format!("http://{HOST}:{}/kiem-tra", port + at), what, "a visitor");
        tokio::spawn(relay(listener, port, address));
    }
    let listener = TcpListener::bind((HOST, port)).await?;
    tracing::info!(token = house::ADMIN_TOKEN, address = format!("http://{HOST}:{port}/"), "ready");
    serve(listener, App::new(parts), stop_signal()).await
}

/// Passes connections on as a proxy does that says where they come from.
async fn relay(listener: TcpListener, port: u16, address: &'static str) {
    while let Ok((visitor, _)) = listener.accept().await {
        // A visitor who goes away ends his own connection only.
        tokio::spawn(async move { drop(pass_on(visitor, port, address).await) });
    }
}

async fn pass_on(mut visitor: TcpStream, port: u16, address: &str) -> io::Result<()> {
    let mut head = vec![0; 8192];
    let read = visitor.read(&mut head).await?;
    let line = head[..read].iter().position(|byte| *byte == b'\n').map_or(read, |at| at + 1);
    let mut portal = TcpStream::connect((HOST, port)).await?;
    portal.write_all(&head[..line]).await?;
    portal.write_all(format!("X-Forwarded-For: {address}\r\nConnection: close\r\n").as_bytes()).await?;
    portal.write_all(&head[line..read]).await?;
    copy_bidirectional(&mut visitor, &mut portal).await?;
    Ok(())
}
