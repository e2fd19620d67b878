//! What a visitor leaves behind: nothing.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use crate::house::{ADDRESSES, ADMIN_TOKEN, FEED_TOKEN};
use crate::talk::{BEHIND_PROXY, portal};

/// A log in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
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

#[tokio::test]
async fn neither_addresses_nor_verdicts_nor_secrets_reach_the_log_or_the_counters() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber =
        tracing_subscriber::fmt().json().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone());
    let _guard = tracing::subscriber::set_default(subscriber.finish());
    let portal = portal(&BEHIND_PROXY).await;
    for (address, _) in ADDRESSES {
        for path in ["/kiem-tra", "/en/kiem-tra", "/api/v1/check", "/kiem-tra?ip=192.0.2.250", "/192.0.2.250"] {
            portal.get_from(address, path).await;
        }
    }
    let form = "text=bi-mat&contact=nguoi%40example.org&address=yes";
    portal.form("/yeu-cau/ghi-nhan-sai", &[("X-Forwarded-For", "192.0.2.7")], form).await;
    portal.form("/quan-tri/dang-nhap", &[("X-Forwarded-For", "192.0.2.7")], &format!("token={ADMIN_TOKEN}")).await;
    portal.form("/quan-tri/dang-nhap", &[("X-Forwarded-For", "192.0.2.7")], "token=nham-lan").await;
    let token = format!("Bearer {FEED_TOKEN}");
    let headers = [("Authorization", token.as_str()), ("X-Report-Name", "disk.csv"), ("Content-Type", "text/csv")];
    portal.ask("POST", "/api/v1/feeds/sinkhole/reports", &headers, b"a\n").await;
    let metrics = [("Authorization", "Bearer made-token-of-metrics")];
    let counters = portal.ask("GET", "/metrics", &metrics, b"").await.body;

    let text = log.text();
    assert!(
        text.contains("\"route\":\"/kiem-tra\"") && text.contains("wrong token") && text.contains("the disk is full"),
        "{text}"
    );
    let verdicts = ["seen\"", "not-seen", "cannot-tell", "Conficker", "conficker", "mirai"];
    let secrets = [ADMIN_TOKEN, FEED_TOKEN, "nham-lan", "bi-mat", "example.org", "192.0.2.", "2001:db8", "127.0.0.1"];
    let addresses = ADDRESSES.map(|(address, _)| address);
    for secret in verdicts.into_iter().chain(secrets).chain(addresses) {
        assert!(!text.contains(secret), "{secret} in the log");
        assert!(!counters.contains(secret), "{secret} in the counters");
    }
}
