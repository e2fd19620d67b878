//! TLS: our own certificate, and a new one while the door stands open.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use portal::tls::Tls;
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject as _};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::talk::{Answer, portal, read, until};

/// A certificate of our own making in files; gives the certificate.
fn make(folder: &Path) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("certificate");
    fs::write(folder.join("cert.pem"), made.cert.pem()).expect("write");
    fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).expect("write");
    CertificateDer::from_pem_slice(made.cert.pem().as_bytes()).expect("pem")
}

async fn ask(address: std::net::SocketAddr, trusted: CertificateDer<'static>) -> std::io::Result<Answer> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted).expect("root");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
    let config = builder.with_root_certificates(roots).with_no_client_auth();
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from("localhost").expect("name");
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
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
