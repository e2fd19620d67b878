//! Two lists of leaked accounts, delivered once: a combo list and a CSV. Every password is `made-password-…`.

use super::letters;
use crate::country::Country;
use crate::desk::Desk;
use crate::fault::Fault;
use crate::feed::Feed;
use crate::rng::Rng;
use crate::truth::Tally;

/// The header of the CSV.
pub(crate) const HEADER: &str = "email,password,full_name,source,leak_date";
/// Whose accounts leaked.
const BODIES: [&str; 11] =
    ["M-01", "M-01-CNTT", "M-05", "M-14-TTDL", "T-01", "T-48-YT", "T-79-GDDT", "NH-03", "DN-09", "BV-01", "DH-02"];
/// Accounts of one of them.
const ACCOUNTS: (u64, u64) = (4, 14);
/// One account in so many stands in both lists.
const TWICE: u64 = 6;
/// Accounts of nobody we know, under a made provider of mail.
const STRANGERS: u64 = 15;
/// Rows of each list that are no account.
const BROKEN: u64 = 4;
/// First parts of accounts: clerk, office, accounts, support, training.
const WORDS: [&str; 5] = ["canbo", "vanthu", "ketoan", "hotro", "daotao"];

/// The lists being written.
struct Lists<'d> {
    desk: &'d mut Desk,
    rng: Rng,
    rows: u32,
}

/// Tells both.
pub(super) fn tell(country: &Country, seed: u64, desk: &mut Desk, tally: &mut Tally) {
    let mut lists = Lists { desk, rng: Rng::new(seed, "leak"), rows: 0 };
    for code in BODIES {
        let body = &country.bodies[country.body(code)];
        for number in 0..lists.rng.between(ACCOUNTS.0, ACCOUNTS.1) {
            let host = if lists.rng.below(4) == 0 { "mail." } else { "" };
            let account = format!("{}.{number:02}@{host}{}", WORDS[lists.rng.index(WORDS.len())], body.domain);
            lists.leak(&account);
            tally.leaked(&body.code, account);
        }
    }
    for number in 0..STRANGERS {
        lists.leak(&format!("nguoi-dung.{number:02}@thu-mien-phi.example"));
    }
    for _ in 0..BROKEN {
        lists.break_rows();
    }
}

impl Lists<'_> {
    /// Puts an account into one of the lists, or both.
    fn leak(&mut self, account: &str) {
        let is_twice = self.rng.below(TWICE) == 0;
        let in_combo = self.rng.below(2) == 0;
        if in_combo || is_twice {
            let line = self.combo(account);
            self.push(Feed::LeakCombo, None, line);
        }
        if !in_combo || is_twice {
            let line = self.row(account);
            self.push(Feed::LeakSheet, None, line);
        }
    }

    /// A row of each list that names no account.
    fn break_rows(&mut self) {
        let login = format!("tai-khoan-{}", letters(&mut self.rng, 3));
        let (combo, row) = (self.combo(&login), self.row(&login));
        self.push(Feed::LeakCombo, Some(Fault::BadAddress), combo);
        let fault = if self.rng.below(2) == 0 { Fault::BadAddress } else { Fault::MissingCells };
        self.push(Feed::LeakSheet, Some(fault), row);
    }

    /// In any order, but the same one for the same seed.
    fn push(&mut self, feed: Feed, fault: Option<Fault>, line: String) {
        let place = self.rng.below(1 << 16) as u32;
        self.desk.push(feed, place, fault, line);
    }

    fn password(&mut self) -> String {
        self.rows += 1;
        format!("made-password-{:04}", self.rows)
    }

    fn combo(&mut self, account: &str) -> String {
        let password = self.password();
        match (self.rng.below(4), account.split_once('@')) {
            (0, Some((_, domain))) => format!("https://{domain}/dang-nhap:{account}:{password}"),
            (1, _) => format!("{account};{password}"),
            _ => format!("{account}:{password}"),
        }
    }

    fn row(&mut self, account: &str) -> String {
        let password = self.password();
        format!("{account},{password},\"Made, Name\",Made breach,2019-0{}-01", self.rng.between(1, 9))
    }
}
