//! Lists of leaked accounts: CSV with a header, JSON objects, or combo lists (`user@example.org:password`).
//!
//! Passwords must never reach the disk, so there are two halves. [`Scrub`] stands before the spool and turns a list of
//! any form into one canonical CSV, which is what is kept, hashed and read; [`Parser`] makes events of that.
//!
//! ```csv
//! account,source,leak_date,kind,host
//! can.bo@example.org,Made-up breach,2018-03-01,combolist,
//! #unreadable,2,malformed,,
//! ```
//!
//! Only columns of an allow-list (`data/leak-columns.csv`) are kept, and of them only what has their form: an account is
//! `local@domain`, a host a domain name, a date a date. Of a combo line only the account is kept, of `url:user:password`
//! the host, too. A row that is not understood may be the password itself: of it only its number and the reason are
//! kept. One row in is one row out, and what was scrubbed is scrubbed to itself.
//!
//! Because they could be a password, these are not kept: a login without a domain (the host it was for is, and the
//! event is then about that host); an account after which another one follows, as in `p@ss.word:user@example.org`; rows
//! of another number of cells than the header; cells that span lines.
//!
//! References: [RFC 4180](https://www.rfc-editor.org/rfc/rfc4180), [RFC 8259](https://www.rfc-editor.org/rfc/rfc8259),
//! [RFC 6531](https://www.rfc-editor.org/rfc/rfc6531) (international accounts). Combo lists have no specification.

mod canonical;
mod columns;
mod combo;
mod parser;
mod scrub;
mod shape;
mod sheet;

pub use parser::Parser;
pub use scrub::Scrub;
