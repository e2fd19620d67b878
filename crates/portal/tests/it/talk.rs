//! A server under test, and a client that can be as rude as it likes.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use portal::app::{App, Parts};
use portal::serve::serve;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::house::{self, MadeDesk, NOW};

/// Flags that let a test say where it comes from, by `X-Forwarded-For`.
pub(crate) const BEHIND_PROXY: [(&str, &str); 1] = [("trusted_proxies", "127.0.0.1/32")];

/// A running portal.
pub(crate) struct Portal {
    pub(crate) address: SocketAddr,
    pub(crate) desk: Arc<MadeDesk>,
    pub(crate) stop: Option<oneshot::Sender<()>>,
    pub(crate) serving: JoinHandle<std::io::Result<()>>,
}

/// An answer as it came.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Head without the date, which moves by itself.
    pub(crate) head: String,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// A portal with made data and these settings.
pub(crate) async fn portal(flags: &[(&str, &str)]) -> Portal {
    portal_with(flags, |_| {}).await
}

/// The same, its parts changed.
pub(crate) async fn portal_with(flags: &[(&str, &str)], change: impl FnOnce(&mut Parts)) -> Portal {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("listen");
    let address = listener.local_addr().expect("address");
    let (mut parts, desk) = house::parts(flags, Arc::new(|| NOW));
    change(&mut parts);
    let (stop, stopped) = oneshot::channel::<()>();
    let app = App::new(parts);
    let serving = tokio::spawn(async move { serve(listener, app, async { drop(stopped.await) }).await });
    Portal { address, desk, stop: Some(stop), serving }
}

impl Portal {
    /// `GET`, as a program asks.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], b"").await
    }

    /// `GET` by a visitor whose proxy says where he comes from.
    pub(crate) async fn get_from(&self, visitor: &str, path: &str) -> Answer {
        self.ask("GET", path, &[("X-Forwarded-For", visitor)], b"").await
    }

    /// A form as a browser sends it from our own page.
    pub(crate) async fn form(&self, path: &str, headers: &[(&str, &str)], form: &str) -> Answer {
        let own = [("Content-Type", "application/x-www-form-urlencoded"), ("Sec-Fetch-Site", "same-origin")];
        self.ask("POST", path, &[&own, headers].concat(), form.as_bytes()).await
    }

    /// Any request.
    pub(crate) async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if method != "GET" {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        let mut bytes = format!("{head}\r\n").into_bytes();
        bytes.extend_from_slice(body);
        self.send(&bytes).await.expect("an answer")
    }

    /// Any bytes; `None` when the server says nothing and hangs up.
    pub(crate) async fn send(&self, bytes: &[u8]) -> Option<Answer> {
        let mut stream = TcpStream::connect(self.address).await.expect("connect");
        // The server may hang up before it has heard all.
        let _ = stream.write_all(bytes).await;
        read(&mut stream).await
    }
}

/// Asks again and again until it is so; fails after half a minute.
pub(crate) async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    let asking = async { while !is_so().await {} };
    tokio::time::timeout(std::time::Duration::from_secs(30), asking).await.expect("it never came to be");
}

/// Reads an answer to the end of the connection.
pub(crate) async fn read(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> Option<Answer> {
    let mut bytes = Vec::new();
    // A connection that is reset after its answer has still given it.
    let _ = stream.read_to_end(&mut bytes).await;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let lines: Vec<&str> = lines.filter(|line| !line.starts_with("date:")).collect();
    let pair = |line: &&str| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    let headers = lines.iter().filter_map(pair).collect();
    Some(Answer { status, head: lines.join("\n"), headers, body: body.to_owned() })
}
