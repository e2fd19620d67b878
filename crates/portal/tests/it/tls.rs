//! TLS: our own certificate, and a new one while the door stands open.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use portal::tls::Tls;
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject as _};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;

use crate::talk::{Answer, BEHIND_PROXY, portal, read, until};

/// A certificate of our own making in files; gives the certificate.
fn make(folder: &Path) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("certificate");
    fs::write(folder.join("cert.pem"), made.cert.pem()).expect("write");
    fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).expect("write");
    CertificateDer::from_pem_slice(made.cert.pem().as_bytes()).expect("pem")
}

async fn ask(address: SocketAddr, trusted: CertificateDer<'static>) -> std::io::Result<Answer> {
    ask_from("192.0.2.8", "/", address, trusted).await
}

/// Asks as a proxy in front would, for a visitor.
async fn ask_from(
    visitor: &str,
    path: &str,
    address: SocketAddr,
    trusted: CertificateDer<'static>,
) -> std::io::Result<Answer> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted).expect("root");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
    let config = builder.with_root_certificates(roots).with_no_client_auth();
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from("localhost").expect("name");
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
    let head =
        format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: {visitor}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    read(&mut stream).await.ok_or_else(|| std::io::Error::other("no answer"))
}

#[tokio::test]
async fn pages_are_served_encrypted_and_say_that_they_always_are() {
    let folder = tempfile::tempdir().expect("folder");
    let cert = make(folder.path());
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let portal = portal(&[("tls_cert", &path("cert.pem")), ("tls_key", &path("key.pem"))]).await;
    let page = ask(portal.address, cert).await.expect("page");
    assert_eq!(page.status, 200);
    assert!(page.header("strict-transport-security").starts_with("max-age=63072000"));
    let plain = portal.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    assert!(plain.is_none(), "nothing is said in the clear");
}

/// Records of the handshake before the answer: hello, change of cipher, certificate to finish, tickets.
const HANDSHAKE_RECORDS: usize = 4;

/// Lengths of the encrypted records that one visitor's answer comes in, as anybody on the way sees them.
async fn records(visitor: &str, path: &str, portal: SocketAddr, cert: &CertificateDer<'static>) -> Vec<usize> {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("listen");
    let way = listener.local_addr().expect("address");
    let relay = tokio::spawn(async move {
        let (client, _) = listener.accept().await.expect("client");
        let server = TcpStream::connect(portal).await.expect("connect");
        let ((mut from_client, mut to_client), (mut from_server, mut to_server)) =
            (client.into_split(), server.into_split());
        let asking = tokio::spawn(async move { drop(tokio::io::copy(&mut from_client, &mut to_server).await) });
        let (mut seen, mut piece) = (Vec::new(), [0; 4096]);
        while let Ok(read @ 1..) = from_server.read(&mut piece).await {
            seen.extend_from_slice(&piece[..read]);
            to_client.write_all(&piece[..read]).await.expect("pass on");
        }
        drop(to_client);
        asking.await.expect("asked");
        seen
    });
    assert_eq!(ask_from(visitor, path, way, cert.clone()).await.expect("answer").status, 200);
    let seen = relay.await.expect("relay");
    let mut lengths = Vec::new();
    let mut rest = &seen[..];
    // A record has its kind, two bytes of version, and two of length (RFC 8446 §5.1).
    while let [_, _, _, high, low, after @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        lengths.push(length);
        rest = after.get(length..).unwrap_or_default();
    }
    // The handshake comes first, and signatures have no fixed length.
    lengths.split_off(HANDSHAKE_RECORDS)
}

#[tokio::test]
async fn the_lengths_of_encrypted_records_tell_no_verdict() {
    let folder = tempfile::tempdir().expect("folder");
    let cert = make(folder.path());
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let flags = [("tls_cert", &*path("cert.pem")), ("tls_key", &*path("key.pem")), BEHIND_PROXY[0]];
    let portal = portal(&flags).await;
    for path in ["/kiem-tra", "/api/v1/check"] {
        let first = records("192.0.2.8", path, portal.address, &cert).await;
        assert!(first.iter().sum::<usize>() > 8 << 10 && first.len() > 1, "{first:?}");
        for visitor in ["192.0.2.7", "192.0.2.99", "203.0.113.200", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "junk"] {
            assert_eq!(records(visitor, path, portal.address, &cert).await, first, "{visitor} {path}");
        }
    }
}

#[tokio::test]
async fn a_new_certificate_is_shown_without_closing_the_door() {
    let folder = tempfile::tempdir().expect("folder");
    let old = make(folder.path());
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let flags = [("tls_cert", &*path("cert.pem")), ("tls_key", &*path("key.pem")), ("reload_seconds", "1")];
    let portal = portal(&flags).await;
    ask(portal.address, old).await.expect("the old one");
    let new = make(folder.path());
    // The files are looked at every second.
    until(async || ask(portal.address, new.clone()).await.is_ok()).await;
}

#[test]
fn a_broken_certificate_leaves_the_old_one_in_place() {
    let folder = tempfile::tempdir().expect("folder");
    make(folder.path());
    let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    let tls = Tls::open(&cert, &key).expect("tls");
    let before = tls.current();
    assert!(!tls.reload().expect("unchanged"));
    fs::write(&cert, "half a file").expect("write");
    assert!(tls.reload().is_err());
    assert!(Arc::ptr_eq(&before, &tls.current()));
    assert!(Tls::open(&cert, &key).is_err());
}
