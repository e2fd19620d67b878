//! Numbers as a language writes them: `1.234.567,8` in Vietnamese, `1,234,567.8` in English.

use crate::words::Lang;

/// A whole number with its thousands apart.
pub fn whole(number: u64, lang: Lang) -> String {
    let digits = number.to_string();
    let mark = if lang == Lang::Vi { '.' } else { ',' };
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
    text
}

/// Tenths, with one decimal.
pub fn tenths(number: u64, lang: Lang) -> String {
    let mark = if lang == Lang::Vi { ',' } else { '.' };
    format!("{}{mark}{}", whole(number / 10, lang), number % 10)
}

/// A mean, given in tenths: from a hundred on whole, because nobody reads the tenth of a hundred addresses.
pub fn mean(number: u64, lang: Lang) -> String {
    if number >= 1_000 { whole((number + 5) / 10, lang) } else { tenths(number, lang) }
}

/// The tenths of `a / b`, rounded half up; nought for `b` of nought.
pub fn ratio_tenths(a: u128, b: u128) -> u64 {
    let rounded = (a * 20 + b).checked_div(b * 2).unwrap_or(0);
    u64::try_from(rounded).unwrap_or(u64::MAX)
}

/// Tenths as a decimal number of files: `12.3`.
pub fn plain_tenths(number: u64) -> String {
    format!("{}.{}", number / 10, number % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        for (number, vi, en) in [(0, "0", "0"), (999, "999", "999"), (1_234_567, "1.234.567", "1,234,567")] {
            assert_eq!((whole(number, Lang::Vi).as_str(), whole(number, Lang::En).as_str()), (vi, en));
        }
        assert_eq!((tenths(12_345, Lang::Vi), tenths(5, Lang::En)), ("1.234,5".to_owned(), "0.5".to_owned()));
    }

    #[test]
    fn a_large_mean_is_whole() {
        assert_eq!(
            [mean(999, Lang::En), mean(1_000, Lang::En), mean(12_345_675, Lang::Vi)],
            ["99.9", "100", "1.234.568"]
        );
    }

    #[test]
    fn a_ratio_is_rounded_half_up() {
        assert_eq!(ratio_tenths(1, 3), 3);
        assert_eq!(ratio_tenths(1, 4), 3);
        assert_eq!(ratio_tenths(100, 30), 33);
        assert_eq!(ratio_tenths(1, 0), 0);
    }
}
