//! The malware families of the made infections.

/// Where a family lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Habitat {
    /// Routers and cameras.
    Things,
    /// Computers of homes and offices.
    Computers,
    /// Phones.
    Phones,
}

impl Habitat {
    /// Weights of a home line, a line behind a shared address, an office.
    pub(crate) fn weights(self) -> [u32; 3] {
        match self {
            Self::Things => [86, 6, 8],
            Self::Computers => [58, 20, 22],
            Self::Phones => [8, 90, 2],
        }
    }
}

/// A family and how it behaves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Family {
    /// The common name; feeds may spell another, see [`crate::feed::Feed::spelling`].
    pub(crate) name: &'static str,
    /// Its share of new infections, in parts of the sum.
    pub(crate) share: u32,
    /// Days after which half of the infected home lines are clean again, nobody having warned them.
    pub(crate) half_life: f64,
    pub(crate) habitat: Habitat,
    /// It calls by HTTP, so that the HTTP sinkhole sees it.
    pub(crate) http: bool,
    pub(crate) transport: &'static str,
    pub(crate) port: u16,
}

const fn family(name: &'static str, share: u32, half_life: f64, habitat: Habitat, port: u16) -> Family {
    Family { name, share, half_life, habitat, http: port == 80, transport: "tcp", port }
}

/// All of them; shares and half-lives are invented, their order of size is that of the national campaign of 2020.
pub(crate) const FAMILIES: [Family; 14] = [
    family("mirai", 260, 22.0, Habitat::Things, 23),
    family("conficker", 190, 80.0, Habitat::Computers, 445),
    family("sality", 120, 60.0, Habitat::Computers, 8080),
    family("ramnit", 95, 55.0, Habitat::Computers, 443),
    family("andromeda", 80, 40.0, Habitat::Computers, 80),
    family("virut", 60, 60.0, Habitat::Computers, 65520),
    Family { transport: "udp", ..family("zeroaccess", 45, 70.0, Habitat::Computers, 16464) },
    family("cutwail", 45, 35.0, Habitat::Computers, 80),
    Family { transport: "udp", ..family("necurs", 30, 50.0, Habitat::Computers, 5353) },
    family("hummer", 40, 45.0, Habitat::Phones, 9000),
    family("qakbot", 20, 18.0, Habitat::Computers, 2222),
    family("nymaim", 15, 45.0, Habitat::Computers, 80),
    family("tinba", 10, 40.0, Habitat::Computers, 80),
    family("mozi", 60, 15.0, Habitat::Things, 30301),
];

/// Index of a family by its name; the first if there is none.
pub(crate) fn named(name: &str) -> usize {
    FAMILIES.iter().position(|family| family.name == name).unwrap_or(0)
}
