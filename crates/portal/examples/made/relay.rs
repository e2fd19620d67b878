//! A proxy that says of every connection that it comes from one address: how a visitor of the made country gets in.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

/// Most bytes of the head that are looked at: its first line ends within them.
const HEAD: usize = 8192;

/// Passes connections on as a proxy does that says where they come from.
pub(crate) async fn relay(listener: TcpListener, portal: SocketAddr, address: &'static str) {
    while let Ok((visitor, _)) = listener.accept().await {
        // A visitor who goes away ends his own connection only.
        tokio::spawn(async move { drop(pass_on(visitor, portal, address).await) });
    }
}

async fn pass_on(mut visitor: TcpStream, portal: SocketAddr, address: &str) -> io::Result<()> {
    let mut head = vec![0; HEAD];
    let read = visitor.read(&mut head).await?;
    let line = head[..read].iter().position(|byte| *byte == b'\n').map_or(read, |at| at + 1);
    let mut portal = TcpStream::connect(portal).await?;
    portal.write_all(&head[..line]).await?;
    portal.write_all(format!("X-Forwarded-For: {address}\r\nConnection: close\r\n").as_bytes()).await?;
    portal.write_all(&head[line..read]).await?;
    copy_bidirectional(&mut visitor, &mut portal).await?;
    Ok(())
}
