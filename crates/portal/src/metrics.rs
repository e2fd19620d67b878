//! Counters for Prometheus, in its text format 0.0.4.
//!
//! Labels are routes, methods and statuses only: nothing that tells who asked or what he was told.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// Upper bounds of the buckets of a request's time, in seconds.
const BUCKETS: [f64; 6] = [0.001, 0.005, 0.025, 0.1, 0.5, 5.0];

/// How many requests of one route, method and status there were, and how long they took.
#[derive(Debug, Default)]
struct Taken {
    count: u64,
    seconds: f64,
    buckets: [u64; BUCKETS.len()],
}

/// By method and status.
type OfRoute = BTreeMap<(&'static str, u16), Taken>;

/// Every counter.
#[derive(Debug, Default)]
pub struct Metrics {
    requests: Mutex<BTreeMap<String, OfRoute>>,
    /// Connections open now.
    pub connections: AtomicI64,
    /// Deliveries under way now.
    pub deliveries: AtomicI64,
    /// Bytes delivered.
    pub delivered_bytes: AtomicU64,
    /// Requests held back by a limit.
    pub limited: AtomicU64,
}

impl Metrics {
    /// Counts a request by the route it matched.
    pub fn count(&self, route: &str, method: &str, status: u16, seconds: f64) {
        let method = match method {
            "GET" => "GET",
            "HEAD" => "HEAD",
            "POST" => "POST",
            _ => "other",
        };
        let mut requests = self.requests.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let of_route = match requests.get_mut(route) {
            Some(of_route) => of_route,
            None => requests.entry(route.to_owned()).or_default(),
        };
        let taken = of_route.entry((method, status)).or_default();
        taken.count += 1;
        taken.seconds += seconds;
        for (bucket, bound) in taken.buckets.iter_mut().zip(BUCKETS) {
            *bucket += u64::from(seconds <= bound);
        }
    }

    /// Every counter as text; `gauges` are further ones with their help.
    pub fn text(&self, gauges: &[(&str, &str, i64)]) -> String {
        let mut out = String::new();
        self.write_requests(&mut out);
        let own = [
            ("connections", "Connections open now.", self.connections.load(Ordering::Relaxed)),
            ("deliveries", "Deliveries under way now.", self.deliveries.load(Ordering::Relaxed)),
        ];
        for (name, help, value) in own.iter().chain(gauges) {
            single(&mut out, name, help, "gauge", *value);
        }
        let bytes = self.delivered_bytes.load(Ordering::Relaxed) as i64;
        single(&mut out, "delivered_bytes_total", "Bytes delivered.", "counter", bytes);
        let limited = self.limited.load(Ordering::Relaxed) as i64;
        single(&mut out, "limited_total", "Requests held back by a limit.", "counter", limited);
        out
    }

    fn write_requests(&self, out: &mut String) {
        let name = "haidang_portal_request_seconds";
        out.push_str(&format!("# HELP {name} Time of requests.\n# TYPE {name} histogram\n"));
        let requests = self.requests.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let all =
            requests.iter().flat_map(|(route, taken)| taken.iter().map(move |(what, taken)| (route, what, taken)));
        for (route, (method, status), taken) in all {
            let labels = format!("route=\"{route}\",method=\"{method}\",status=\"{status}\"");
            // Writing to a String cannot fail.
            for (bucket, bound) in taken.buckets.iter().zip(BUCKETS) {
                let _ = writeln!(out, "{name}_bucket{{{labels},le=\"{bound}\"}} {bucket}");
            }
            let _ = writeln!(out, "{name}_bucket{{{labels},le=\"+Inf\"}} {}", taken.count);
            let _ = writeln!(out, "{name}_sum{{{labels}}} {:.6}", taken.seconds);
            let _ = writeln!(out, "{name}_count{{{labels}}} {}", taken.count);
        }
    }
}

fn single(out: &mut String, name: &str, help: &str, kind: &str, value: i64) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "# HELP haidang_portal_{name} {help}");
    let _ = writeln!(out, "# TYPE haidang_portal_{name} {kind}\nhaidang_portal_{name} {value}");
}
