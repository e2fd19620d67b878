//! One spelling out of many: upper case, no diacritics, words without what stands between them.

/// The words of a text, folded: `Thừa Thiên–Huế` gives `THUA`, `THIEN`, `HUE`.
pub(crate) fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in text.chars().filter(|c| !is_mark(*c)) {
        let c = plain(c);
        if c.is_ascii_alphanumeric() {
            words.last_mut().into_iter().for_each(|word| word.push(c.to_ascii_uppercase()));
        } else {
            words.push(String::new());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A diacritic that follows its letter (Unicode block *Combining Diacritical Marks*).
fn is_mark(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

/// The letter under the diacritics of Vietnamese; anything else as it is.
fn plain(c: char) -> char {
    match c {
        'À'..='Ã' | 'à'..='ã' | 'Ă' | 'ă' | '\u{1ea0}'..='\u{1eb7}' => 'A',
        'È'..='Ê' | 'è'..='ê' | '\u{1eb8}'..='\u{1ec7}' => 'E',
        'Ì' | 'Í' | 'ì' | 'í' | 'Ĩ' | 'ĩ' | '\u{1ec8}'..='\u{1ecb}' => 'I',
        'Ò'..='Õ' | 'ò'..='õ' | 'Ơ' | 'ơ' | '\u{1ecc}'..='\u{1ee3}' => 'O',
        'Ù' | 'Ú' | 'ù' | 'ú' | 'Ũ' | 'ũ' | 'Ư' | 'ư' | '\u{1ee4}'..='\u{1ef1}' => 'U',
        'Ý' | 'ý' | '\u{1ef2}'..='\u{1ef9}' => 'Y',
        // Eth looks the same in upper case and is typed for it.
        'Đ' | 'đ' | 'Ð' | 'ð' => 'D',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_of_vietnamese_is_plain() {
        let letters = "aàảãáạ ăằẳẵắặ âầẩẫấậ eèẻẽéẹ êềểễếệ iìỉĩíị oòỏõóọ ôồổỗốộ ơờởỡớợ uùủũúụ ưừửữứự yỳỷỹýỵ đ";
        let wanted = "AAAAAA AAAAAA AAAAAA EEEEEE EEEEEE IIIIII OOOOOO OOOOOO OOOOOO UUUUUU UUUUUU YYYYYY D";
        assert_eq!(words(letters).join(" "), wanted);
        assert_eq!(words(&letters.to_uppercase()).join(" "), wanted);
    }

    #[test]
    fn marks_that_follow_are_dropped() {
        assert_eq!(words("Ha\u{300} No\u{302}\u{323}i"), ["HA", "NOI"]);
        assert_eq!(words(" BA RIA-VUNG_TAU. "), ["BA", "RIA", "VUNG", "TAU"]);
        assert!(words("–").is_empty());
    }
}
