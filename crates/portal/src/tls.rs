//! Certificates from files, changed while the door stands open.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::app::Slot;
use crate::tables::read_text;

/// Most bytes of a file of keys: chains of real authorities have below 20 KB.
const FILE_MAX: u64 = 1 << 20;

/// When both files changed last.
type Stamp = [Option<SystemTime>; 2];

/// What is shown to visitors who open a connection.
#[derive(Debug)]
pub struct Tls {
    cert: PathBuf,
    key: PathBuf,
    now: Arc<Slot<Arc<ServerConfig>>>,
    read: Mutex<Stamp>,
}

impl Tls {
    /// Reads both files.
    ///
    /// # Errors
    /// The disk's; files that are no certificate with its key.
    pub fn open(cert: &Path, key: &Path) -> io::Result<Self> {
        let read = stamp(cert, key);
        let now = Slot::new(Arc::new(load(cert, key)?));
        Ok(Self { cert: cert.to_owned(), key: key.to_owned(), now, read: Mutex::new(read) })
    }

    /// What holds for the next connection.
    pub fn current(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.now.get())
    }

    /// Reads the files again if they changed; tells whether they did. What was good stays until the new is.
    ///
    /// # Errors
    /// As [`Tls::open`].
    pub fn reload(&self) -> io::Result<bool> {
        let found = stamp(&self.cert, &self.key);
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if *read == found {
            return Ok(false);
        }
        self.now.set(Arc::new(load(&self.cert, &self.key)?));
        *read = found;
        Ok(true)
    }

    /// Looks at the files for ever.
    pub(crate) async fn keep_current(self: Arc<Self>, every: Duration) {
        loop {
            tokio::time::sleep(every).await;
            match self.reload() {
                Ok(true) => tracing::info!("the certificate was changed"),
                Ok(false) => {}
                Err(error) => tracing::error!(%error, "failed to read the new certificate; the old one stays"),
            }
        }
    }
}

fn stamp(cert: &Path, key: &Path) -> Stamp {
    [cert, key].map(|path| path.metadata().and_then(|file| file.modified()).ok())
}

fn load(cert: &Path, key: &Path) -> io::Result<ServerConfig> {
    let bad = |path: &Path, wrong: &dyn std::fmt::Display| io::Error::other(format!("{}: {wrong}", path.display()));
    let (chain, secret) = (read_text(cert, FILE_MAX)?, read_text(key, FILE_MAX)?);
    let chain = CertificateDer::pem_slice_iter(chain.as_bytes()).collect::<Result<Vec<_>, _>>();
    let chain = chain.map_err(|e| bad(cert, &e))?;
    let secret = PrivateKeyDer::from_pem_slice(secret.as_bytes()).map_err(|e| bad(key, &e))?;
    let builder = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(|e| bad(cert, &e))?;
    let mut config = builder.with_no_client_auth().with_single_cert(chain, secret).map_err(|e| bad(cert, &e))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
