//! How many connections one visitor has open: without it, a single one could take every place. Of IPv6 the /56 counts, as
//! wide as one line commonly has it: its 256 networks of /64 would be as many visitors.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use ipnet::IpNet;

use crate::limit::{Key, key};

/// Open connections by visitor; never more of them than there are places.
pub(super) struct Crowd {
    most: usize,
    proxies: Vec<IpNet>,
    open: Mutex<HashMap<Key, usize>>,
}

/// One connection of a visitor; counted until dropped.
pub(super) struct OneMore {
    crowd: Arc<Crowd>,
    key: Key,
}

impl Crowd {
    /// Nobody is there yet.
    pub(super) fn new(most: usize, proxies: Vec<IpNet>) -> Self {
        Self { most, proxies, open: Mutex::default() }
    }

    /// Counts one more; `None` if the visitor has as many as he may. A proxy brings many visitors.
    pub(super) fn enter(self: &Arc<Self>, visitor: IpAddr) -> Option<OneMore> {
        let key = line(visitor);
        let is_proxy = self.proxies.iter().any(|network| network.contains(&visitor.to_canonical()));
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(key).or_default();
        if *count >= self.most && !is_proxy {
            return None;
        }
        *count += 1;
        Some(OneMore { crowd: Arc::clone(self), key })
    }
}

fn line(visitor: IpAddr) -> Key {
    match key(visitor) {
        (true, network) => (true, network >> 8),
        ipv4 => ipv4,
    }
}

impl Drop for OneMore {
    fn drop(&mut self) {
        let mut open = self.crowd.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_visitor_takes_his_share_and_a_proxy_what_it_needs() {
        let proxy: IpNet = "10.0.0.1/32".parse().expect("network");
        let crowd = Arc::new(Crowd::new(1, vec![proxy]));
        let (a, b, proxy) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]), IpAddr::from([10, 0, 0, 1]));
        let first = crowd.enter(a);
        assert!(first.is_some() && crowd.enter(a).is_none() && crowd.enter(b).is_some());
        assert!(crowd.enter(proxy).is_some_and(|_one| crowd.enter(proxy).is_some()));
        drop(first);
        assert!(crowd.enter(a).is_some());
        let [c, d, e] =
            ["2001:db8:0:1::1", "2001:db8:0:ff::1", "2001:db8:0:100::1"].map(|ip| ip.parse().expect("address"));
        assert!(crowd.enter(c).is_some_and(|_one| crowd.enter(d).is_none() && crowd.enter(e).is_some()));
        assert!(crowd.open.lock().expect("open").is_empty());
    }
}
