//! Text as it is compared, searched and sorted: by a folded twin made here, so that every database agrees.

use unicode_normalization::UnicodeNormalization;

/// The folded twin of a text: NFKC and lower case. Accents count, case and width do not.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let lower = text.nfkc().collect::<String>().to_lowercase();
    // Lower case ends a word with another sigma than it has inside, so that a beginning would not begin its word.
    lower.replace('ς', "σ").nfkc().collect()
}

/// The folded words of some texts, each with a blank before it, so that `LIKE '% ann%'` finds a word that begins so.
///
/// A word is a run of letters and digits; everything else parts words.
pub fn search_words<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut twin = String::new();
    for text in texts {
        for word in words(text) {
            twin.push(' ');
            twin.push_str(&word);
        }
    }
    twin
}

/// The folded words of a text, in order.
pub fn words(text: &str) -> Vec<String> {
    fold(text)
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A key made from a name: lower case ASCII letters and digits, everything else one hyphen, at most 64 letters.
///
/// Empty when the name has no letter that survives, for example one in another script.
pub fn slug(name: &str) -> String {
    let mut slug = String::new();
    for letter in name.nfkd().filter(|letter| letter.is_ascii()) {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(64);
    slug.trim_end_matches('-').to_owned()
}

/// Whether a text is a key: `[a-z0-9][a-z0-9-]{0,63}`.
pub fn is_key(text: &str) -> bool {
    let mut letters = text.bytes();
    let first = letters.next().is_some_and(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit());
    first
        && text.len() <= 64
        && letters.all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-')
}

/// Whether a text is the key of a segment: a key, behind that of a partner and a slash where the partner registered it.
pub fn is_segment_key(text: &str) -> bool {
    match text.split_once('/') {
        Some((partner, key)) => is_key(partner) && is_key(key),
        None => is_key(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_case_and_width_but_not_accents() {
        assert_eq!(fold("ŁÓDŹ"), "łódź");
        assert_eq!(fold("ＡＢＣ"), "abc");
        assert!(fold("ΟΔΥΣΣΕΥΣ").starts_with(&fold("ΟΔΥΣ")) && fold("ΟΔΟΣ") == fold("οδος"));
        assert_ne!(fold("e"), fold("é"));
        assert_eq!(fold("e\u{301}"), fold("é"), "composed and decomposed forms are the same text");
        assert_eq!(fold(&fold("İstanbul")), fold("İstanbul"), "folding twice changes nothing");
    }

    #[test]
    fn parts_words_at_everything_that_is_no_letter_or_digit() {
        assert_eq!(search_words(["Anna-Maria O'Neil", "X 12"]), " anna maria o neil x 12");
        assert_eq!(search_words(["  ", "--"]), "");
    }

    #[test]
    fn makes_keys_from_names() {
        assert_eq!(slug("  Café & Bar: Größe 2 "), "cafe-bar-groe-2");
        assert_eq!(slug("日本"), "");
        assert!(is_key("a-1") && !is_key("-a") && !is_key("A") && !is_key("") && !is_key(&"a".repeat(65)));
        assert!(is_segment_key("a-1") && is_segment_key("p/a-1") && !is_segment_key("p/") && !is_segment_key("/a"));
        assert!(!is_segment_key("p/a/b") && !is_segment_key("P/a"));
        assert!(is_key(&slug(&"Very long name ".repeat(20))));
    }
}
