//! The made organisations: ISPs, ministries that do not exist, the 34 provinces with their departments, others.

use event::time;

use crate::places::{Province, rows};

/// What an organisation is, as `organisations.csv` spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Isp,
    Ministry,
    Province,
    Department,
    Agency,
    Bank,
    Enterprise,
    School,
    Hospital,
    Other,
}

impl Kind {
    const ALL: [(Self, &'static str); 10] = [
        (Self::Isp, "isp"),
        (Self::Ministry, "ministry"),
        (Self::Province, "province"),
        (Self::Department, "department"),
        (Self::Agency, "agency"),
        (Self::Bank, "bank"),
        (Self::Enterprise, "enterprise"),
        (Self::School, "school"),
        (Self::Hospital, "hospital"),
        (Self::Other, "other"),
    ];

    pub(crate) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("other", |(_, name)| name)
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, name)| *name == text).map(|(kind, _)| *kind)
    }
}

/// One organisation.
#[derive(Debug, Clone)]
pub(crate) struct Body {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) name_en: String,
    pub(crate) kind: Kind,
    pub(crate) sector: &'static str,
    /// Code of the body above it, empty at the top.
    pub(crate) parent: String,
    /// Index of the province its network is in.
    pub(crate) province: usize,
    pub(crate) domain: String,
    pub(crate) from: i32,
    pub(crate) to: Option<i32>,
}

/// First day of the made records: 2020-01-01.
pub(crate) const RECORDS_BEGIN: i32 = 18_262;
/// The day the 34 provinces began: 2025-07-01.
pub(crate) const PROVINCES_BEGIN: i32 = 20_270;

/// What every province has: code, name, English name, domain.
const DEPARTMENTS: [(&str, &str, &str, &str); 7] = [
    ("KHCN", "Sở Khoa học và Công nghệ", "Department of Science and Technology", "skhcn"),
    ("GDDT", "Sở Giáo dục và Đào tạo", "Department of Education and Training", "sgddt"),
    ("YT", "Sở Y tế", "Department of Health", "syt"),
    ("TC", "Sở Tài chính", "Department of Finance", "stc"),
    ("XD", "Sở Xây dựng", "Department of Construction", "sxd"),
    ("NNMT", "Sở Nông nghiệp và Môi trường", "Department of Agriculture and Environment", "snnmt"),
    ("NV", "Sở Nội vụ", "Department of Home Affairs", "snv"),
];

/// What every ministry has.
const AGENCIES: [(&str, &str, &str, &str); 2] = [
    ("CNTT", "Cục Công nghệ thông tin", "Information Technology Authority", "cntt"),
    ("TTDL", "Trung tâm Dữ liệu", "Data Centre", "ttdl"),
];

/// Every organisation, ISPs first.
pub(crate) fn bodies(provinces: &[Province]) -> Vec<Body> {
    let listed = rows(include_str!("../data/bodies.csv")).filter_map(|cells| body(&cells, provinces));
    let mut all: Vec<Body> = listed.collect();
    let agencies: Vec<Body> =
        all.iter().filter(|b| b.kind == Kind::Ministry && b.to.is_none()).flat_map(parts).collect();
    all.extend(agencies);
    for (index, province) in provinces.iter().enumerate() {
        let committee = committee(index, province);
        let departments: Vec<Body> = parts(&committee).collect();
        all.push(committee);
        all.extend(departments);
    }
    all
}

fn body(cells: &[&'static str], provinces: &[Province]) -> Option<Body> {
    let [code, kind, name, name_en, sector, province, domain, to] = cells else { return None };
    Some(Body {
        code: (*code).to_owned(),
        name: (*name).to_owned(),
        name_en: (*name_en).to_owned(),
        kind: Kind::parse(kind)?,
        sector,
        parent: String::new(),
        province: provinces.iter().position(|p| p.code == *province)?,
        domain: (*domain).to_owned(),
        from: RECORDS_BEGIN,
        to: time::parse_day(to),
    })
}

fn committee(index: usize, province: &Province) -> Body {
    Body {
        code: format!("T-{}", province.code),
        name: format!("UBND {} {} (dữ liệu giả lập)", province.rank, province.name),
        name_en: format!("People's Committee of {} (made data)", province.name),
        kind: Kind::Province,
        sector: "government",
        parent: String::new(),
        province: index,
        domain: format!("{}.gov.example", province.slug),
        from: PROVINCES_BEGIN,
        to: None,
    }
}

/// The bodies below a ministry or a province.
fn parts(above: &Body) -> impl Iterator<Item = Body> + use<'_> {
    let (kind, table): (Kind, &[_]) = match above.kind {
        Kind::Ministry => (Kind::Agency, &AGENCIES),
        _ => (Kind::Department, &DEPARTMENTS),
    };
    table.iter().map(move |(code, name, name_en, slug)| Body {
        code: format!("{}-{code}", above.code),
        name: format!("{name} – {}", above.name),
        name_en: format!("{name_en}, {}", above.name_en),
        kind,
        parent: above.code.clone(),
        domain: format!("{slug}.{}", above.domain),
        ..above.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::places::provinces;
    use std::collections::BTreeSet;

    #[test]
    fn codes_and_domains_are_their_own() {
        let all = bodies(&provinces());
        assert_eq!(all.len(), 6 + 21 + 32 + 20 * 2 + 34 * 8);
        assert_eq!(all.iter().map(|b| &b.code).collect::<BTreeSet<_>>().len(), all.len());
        assert_eq!(all.iter().map(|b| &b.domain).collect::<BTreeSet<_>>().len(), all.len());
        assert!(all.iter().all(|b| b.domain.ends_with(".example")));
    }

    #[test]
    fn the_days_are_the_days_they_say() {
        assert_eq!(time::day_text(RECORDS_BEGIN), "2020-01-01");
        assert_eq!(time::day_text(PROVINCES_BEGIN), "2025-07-01");
    }
}
