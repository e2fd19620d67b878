//! Every spelling of a province leads to the unit that has it today.

use constituency::{PlaceId, Places};
use event::time;

/// The 63 units until 2025-06-30 and the code of the unit each became.
const OLD: &str = "Hà Nội 01,Cao Bằng 04,Tuyên Quang 08,Hà Giang 08,Điện Biên 11,Lai Châu 12,Sơn La 14,Lào Cai 15,Yên Bái 15,\
Thái Nguyên 19,Bắc Kạn 19,Lạng Sơn 20,Quảng Ninh 22,Bắc Ninh 24,Bắc Giang 24,Phú Thọ 25,Vĩnh Phúc 25,Hòa Bình 25,\
Hải Phòng 31,Hải Dương 31,Hưng Yên 33,Thái Bình 33,Ninh Bình 37,Hà Nam 37,Nam Định 37,Thanh Hóa 38,Nghệ An 40,Hà Tĩnh 42,\
Quảng Trị 44,Quảng Bình 44,Thừa Thiên Huế 46,Đà Nẵng 48,Quảng Nam 48,Quảng Ngãi 51,Kon Tum 51,Gia Lai 52,Bình Định 52,\
Khánh Hòa 56,Ninh Thuận 56,Đắk Lắk 66,Phú Yên 66,Lâm Đồng 68,Đắk Nông 68,Bình Thuận 68,Đồng Nai 75,Bình Phước 75,\
Hồ Chí Minh 79,Bình Dương 79,Bà Rịa-Vũng Tàu 79,Tây Ninh 80,Long An 80,Đồng Tháp 82,Tiền Giang 82,Vĩnh Long 86,Bến Tre 86,\
Trà Vinh 86,An Giang 91,Kiên Giang 91,Cần Thơ 92,Sóc Trăng 92,Hậu Giang 92,Cà Mau 96,Bạc Liêu 96";

/// Vietnamese without its diacritics, letter by letter: a second opinion on the folding.
fn bare(text: &str) -> String {
    const LETTERS: [(&str, char); 14] = [
        ("àáạảãâầấậẩẫăằắặẳẵ", 'a'),
        ("èéẹẻẽêềếệểễ", 'e'),
        ("ìíịỉĩ", 'i'),
        ("òóọỏõôồốộổỗơờớợởỡ", 'o'),
        ("ùúụủũưừứựửữ", 'u'),
        ("ỳýỵỷỹ", 'y'),
        ("đ", 'd'),
        ("ÀÁẠẢÃÂẦẤẬẨẪĂẰẮẶẲẴ", 'A'),
        ("ÈÉẸẺẼÊỀẾỆỂỄ", 'E'),
        ("ÌÍỊỈĨ", 'I'),
        ("ÒÓỌỎÕÔỒỐỘỔỖƠỜỚỢỞỠ", 'O'),
        ("ÙÚỤỦŨƯỪỨỰỬỮ", 'U'),
        ("ỲÝỴỶỸ", 'Y'),
        ("Đ", 'D'),
    ];
    let plain = |c: char| LETTERS.iter().find(|(all, _)| all.contains(c)).map_or(c, |(_, plain)| *plain);
    text.chars().map(plain).collect()
}

fn resolved(places: &Places, text: &str) -> Option<&'static str> {
    places.resolve(text, None).map(PlaceId::code)
}

#[test]
fn every_code_has_a_name_and_resolves_to_itself() {
    let places = Places::shipped();
    let day = time::parse_day("2026-06-01").expect("day");
    let mut codes: Vec<_> = places.iter().map(|place| place.id).collect();
    codes.dedup();
    assert_eq!(codes.len(), 34);
    for id in codes {
        let place = places.on(id, day).expect("place");
        assert_eq!(resolved(&places, &place.name), Some(id.code()), "{}", place.name);
    }
    let cities = places.iter().filter(|place| place.validity.holds(day) && place.kind == "city");
    assert_eq!(cities.count(), 7);
    assert_eq!((places.name("79"), places.name("80x")), (Some("Hồ Chí Minh"), None));
    let dong_nai = PlaceId::parse("75").expect("code");
    assert_eq!(places.on(dong_nai, 0).map(|place| place.kind.as_str()), Some("province"));
}

#[test]
fn every_alias_leads_to_a_known_code() {
    let places = Places::shipped();
    for line in include_str!("../../data/place-aliases.csv").lines().skip(3) {
        let cells: Vec<_> = line.split(',').collect();
        assert_eq!(cells.len(), 3, "{line}");
        assert_eq!(resolved(&places, cells[0]), Some(cells[1]), "{line}");
    }
}

#[test]
fn every_old_name_resolves_in_every_spelling() {
    let places = Places::shipped();
    let mut count = 0;
    for entry in OLD.split(',') {
        let (name, code) = entry.rsplit_once(' ').expect("name and code");
        let bare = bare(name);
        assert!(bare.is_ascii(), "{bare}");
        for spelling in [
            name.to_owned(),
            name.to_uppercase(),
            bare.to_uppercase(),
            bare.replace(' ', ""),
            bare.replace(' ', "-"),
            format!("Tỉnh {name}"),
            format!("THANH PHO {}", bare.to_uppercase()),
            format!("{bare} Province"),
            format!("{} City", bare.to_lowercase()),
        ] {
            assert_eq!(resolved(&places, &spelling), Some(code), "{spelling}");
        }
        count += 1;
    }
    assert_eq!(count, 63);
}

#[test]
fn feeds_write_it_like_this() {
    let places = Places::shipped();
    for (region, city, code) in [
        ("HA NOI", None, Some("01")),
        ("HANOI", None, Some("01")),
        ("HO CHI MINH", None, Some("79")),
        ("THANH PHO HO CHI MINH", None, Some("79")),
        ("Ho Chi Minh City", None, Some("79")),
        ("TP. Hồ Chí Minh", None, Some("79")),
        ("BA RIA-VUNG TAU", None, Some("79")),
        ("Bà Rịa – Vũng Tàu", None, Some("79")),
        ("THUA THIEN-HUE", None, Some("46")),
        ("VN-HN", None, Some("01")),
        ("VN-SG", None, Some("79")),
        ("VN-44", None, Some("91")),
        ("vn-57", None, Some("79")),
        ("ĐĂK LĂK", None, Some("66")),
        ("", Some("NHA TRANG"), Some("56")),
        ("-", Some("Da Lat"), Some("68")),
        ("HA TINH", Some("VINH"), Some("42")),
        ("PROVINCE", None, None),
        ("BAVARIA", Some("MUNICH"), None),
        ("", None, None),
        ("44", None, None),
    ] {
        assert_eq!(places.resolve(region, city).map(PlaceId::code), code, "{region:?} {city:?}");
    }
}
