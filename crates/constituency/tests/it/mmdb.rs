//! A writer of small databases in the MaxMind DB format (version 2, records of 24 bits): enough to test the reader.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::net::IpAddr;

/// A value of the format: a text, a number of 16, 32 or 64 bits by its type, an array or a map.
pub(crate) enum Value {
    Text(String),
    Number(u8, u32),
    Array(Vec<Value>),
    Map(Vec<(String, Value)>),
}

/// Types of numbers.
const U16: u8 = 5;
const U32: u8 = 6;
const U64: u8 = 9;

impl Value {
    pub(crate) fn map(members: &[(&str, &str)]) -> Self {
        Self::Map(members.iter().map(|(name, text)| ((*name).to_owned(), Self::Text((*text).to_owned()))).collect())
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Text(text) => {
                control(2, text.len(), out);
                out.extend(text.as_bytes());
            }
            Self::Number(kind, number) => {
                let bytes = number.to_be_bytes();
                let bytes = if *kind == U16 { &bytes[2..] } else { &bytes };
                control(*kind, bytes.len(), out);
                out.extend(bytes);
            }
            Self::Array(items) => {
                control(11, items.len(), out);
                items.iter().for_each(|item| item.write(out));
            }
            Self::Map(members) => {
                control(7, members.len(), out);
                for (name, value) in members {
                    Self::Text(name.clone()).write(out);
                    value.write(out);
                }
            }
        }
    }
}

/// A control byte, for types beyond 7 with the type behind it, for sizes from 29 with the rest of the size.
fn control(kind: u8, size: usize, out: &mut Vec<u8>) {
    let short = size.min(29) as u8;
    if kind > 7 {
        out.extend([short, kind - 7]);
    } else {
        out.push(kind << 5 | short);
    }
    if size >= 29 {
        out.push(u8::try_from(size - 29).expect("short values only"));
    }
}

/// As GeoLite2-ASN has it.
pub(crate) fn asn_record(asn: u32, holder: &str) -> Value {
    Value::Map(vec![
        ("autonomous_system_number".to_owned(), Value::Number(U32, asn)),
        ("autonomous_system_organization".to_owned(), Value::Text(holder.to_owned())),
    ])
}

/// As GeoLite2-City has it; what is empty is left out.
pub(crate) fn city_record(country: &str, code: &str, region: &str, city: &str) -> Value {
    let named = |name: &str| Value::Map(vec![("names".to_owned(), Value::map(&[("en", name), ("de", "x")]))]);
    let mut unit = vec![("names".to_owned(), Value::map(&[("en", region)]))];
    if !code.is_empty() {
        unit.push(("iso_code".to_owned(), Value::Text(code.to_owned())));
    }
    let mut record = vec![("country".to_owned(), Value::map(&[("iso_code", country)]))];
    if !code.is_empty() || !region.is_empty() {
        record.push(("subdivisions".to_owned(), Value::Array(vec![Value::Map(unit)])));
    }
    if !city.is_empty() {
        record.push(("city".to_owned(), named(city)));
    }
    Value::Map(record)
}

/// What a record of the tree points to.
#[derive(Clone, Copy)]
enum Child {
    Nothing,
    Node(usize),
    Data(usize),
}

/// A database of both families, built at this second since 1970. Networks must not nest.
pub(crate) fn mmdb(records: &[(&str, Value)], built: u32) -> Vec<u8> {
    let (mut nodes, mut data) = (vec![[Child::Nothing; 2]], Vec::new());
    for (network, value) in records {
        let offset = data.len();
        value.write(&mut data);
        insert(&mut nodes, network, offset);
    }
    let mut out = Vec::new();
    for child in nodes.iter().flatten() {
        let record = match child {
            Child::Nothing => nodes.len(),
            Child::Node(node) => *node,
            Child::Data(offset) => nodes.len() + 16 + offset,
        };
        out.extend(&(record as u32).to_be_bytes()[1..]);
    }
    out.extend([0; 16]);
    out.extend(data);
    out.extend(b"\xab\xcd\xefMaxMind.com");
    let number = |name: &str, kind: u8, number: u32| (name.to_owned(), Value::Number(kind, number));
    Value::Map(vec![
        number("binary_format_major_version", U16, 2),
        number("binary_format_minor_version", U16, 0),
        number("build_epoch", U64, built),
        ("database_type".to_owned(), Value::Text("made-up".to_owned())),
        ("description".to_owned(), Value::map(&[("en", "made-up")])),
        number("ip_version", U16, 6),
        ("languages".to_owned(), Value::Array(vec![Value::Text("en".to_owned())])),
        number("node_count", U32, nodes.len() as u32),
        number("record_size", U16, 24),
    ])
    .write(&mut out);
    out
}

/// IPv4 lies at `::/96`.
fn insert(nodes: &mut Vec<[Child; 2]>, network: &str, offset: usize) {
    let (ip, length) = network.split_once('/').expect("network");
    let length: usize = length.parse().expect("length");
    let (bits, length) = match ip.parse::<IpAddr>().expect("address") {
        IpAddr::V4(ip) => (u128::from(ip.to_bits()), 96 + length),
        IpAddr::V6(ip) => (ip.to_bits(), length),
    };
    let mut node = 0;
    for depth in 0..length {
        let side = (bits >> (127 - depth) & 1) as usize;
        if depth + 1 == length {
            nodes[node][side] = Child::Data(offset);
            return;
        }
        node = match nodes[node][side] {
            Child::Node(next) => next,
            _ => {
                nodes.push([Child::Nothing; 2]);
                let next = nodes.len() - 1;
                nodes[node][side] = Child::Node(next);
                next
            }
        };
    }
}
