//! The addresses of a soak, which are nobody's (kept for documentation: RFC 5737, RFC 3849): those that reports tell of, in
//! groups, and those that none does. All are handed out for good, so that the check looks them up and says what it finds.

/// The first groups are told of, each by every fourth report; the others never are.
pub(super) const TOLD: u64 = 4;
/// All groups.
pub(super) const GROUPS: u64 = 6;
/// Addresses of a group of IPv6, each a customer of his own (/64): a report names each of them once.
pub(super) const OF_A_GROUP: u64 = 5_000;
/// The group of IPv4 that is told of, and the one that is not.
const V4: [u64; 2] = [3, 4];
/// Hosts of a /24.
const HOSTS: u64 = 254;

/// Whose networks these are.
pub(super) const ORGANISATION: &str = "B-0001";
/// `organisations.csv`.
pub(super) const ORGANISATIONS: &str =
    "code,name,kind\nISP-01,Nhà mạng 1 (giả định),isp\nB-0001,Đơn vị 1 (giả định),other\n";
/// `networks.csv`.
pub(super) const NETWORKS: &str = "network,isp,organisation,flags\n\
    192.0.2.0/24,ISP-01,B-0001,static\n198.51.100.0/24,ISP-01,B-0001,static\n203.0.113.0/24,ISP-01,B-0001,static\n\
    2001:db8::/32,ISP-01,B-0001,static\n";

/// An address of a group.
pub(super) fn address(group: u64, who: u64) -> String {
    let host = 1 + who % HOSTS;
    match group {
        _ if group == V4[0] && (who / HOSTS).is_multiple_of(2) => format!("198.51.100.{host}"),
        _ if group == V4[0] => format!("203.0.113.{host}"),
        _ if group == V4[1] => format!("192.0.2.{host}"),
        _ => format!("2001:db8:{group}:{:x}::1", who % OF_A_GROUP),
    }
}

/// How the reports of a group are called.
pub(super) fn report_type(group: u64) -> &'static str {
    if V4.contains(&group) { "event4_sinkhole" } else { "event6_sinkhole" }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, net::IpAddr};

    use super::*;
    use crate::soak::CHECKERS;

    #[test]
    fn a_report_names_every_address_of_its_group_and_none_of_another() {
        let groups: Vec<BTreeSet<IpAddr>> = (0..GROUPS)
            .map(|group| (0..OF_A_GROUP).map(|who| address(group, who).parse().expect("address")).collect())
            .collect();
        assert_eq!(groups.iter().map(BTreeSet::len).collect::<Vec<_>>(), [5_000, 5_000, 5_000, 508, 254, 5_000]);
        assert_eq!(groups.iter().flatten().collect::<BTreeSet<_>>().len(), 20_762);
    }

    #[test]
    fn all_are_of_the_ranges_for_documentation() {
        let ranges = ["192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:"];
        for (group, who) in (0..GROUPS).flat_map(|group| [0, 253, 254, 4_999].map(|who| (group, who))) {
            let address = address(group, who);
            assert!(ranges.iter().any(|range| address.starts_with(range) && NETWORKS.contains(range)), "{address}");
            assert_eq!(address.contains(':'), report_type(group) == "event6_sinkhole");
        }
    }

    #[test]
    fn nobody_checks_so_often_that_the_portal_holds_him_back() {
        let a_minute = CHECKERS.0 * CHECKERS.1 * 60 / GROUPS;
        // Thirty are what `checks_per_minute` allows.
        assert!(a_minute / HOSTS < 30);
    }
}
