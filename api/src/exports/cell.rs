//! Writes single values, into a buffer that is there already.

use chrono::{Datelike, Timelike};
use engine::calendar::{Millis, utc_datetime};

/// Whether a spreadsheet would take a text for a formula: it begins with = + - @ or one of their full-width twins, also
/// after blanks, or with a tab or a carriage return.
pub(super) fn is_formula(text: &str) -> bool {
    // Nearly every text begins with a letter or a digit.
    if text.as_bytes().first().is_none_or(u8::is_ascii_alphanumeric) {
        return false;
    }
    for letter in text.chars() {
        match letter {
            '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '\t' | '\r' => return true,
            // Signs without a width are as good as blanks to whoever looks at the cell.
            '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => {}
            letter if letter.is_whitespace() || letter.is_control() => {}
            _ => return false,
        }
    }
    false
}

/// A whole number.
pub(super) fn whole(out: &mut Vec<u8>, number: i64) {
    if number < 0 {
        out.push(b'-');
    }
    digits(out, number.unsigned_abs(), 1);
}

/// An amount of minor units as a decimal with all the currency's digits.
pub(super) fn amount(out: &mut Vec<u8>, minor: i64, decimals: usize) {
    if minor < 0 {
        out.push(b'-');
    }
    digits(out, minor.unsigned_abs(), decimals + 1);
    if decimals > 0 {
        out.insert(out.len() - decimals, b'.');
    }
}

/// An instant as the API writes it, for example 2026-03-01T09:30:00.000Z.
pub(super) fn instant(out: &mut Vec<u8>, at: Millis) {
    let time = utc_datetime(at);
    // No instant is accepted before 1900 or after 2199.
    digits(out, time.year().unsigned_abs().into(), 4);
    for (before, part) in
        [(b'-', time.month()), (b'-', time.day()), (b'T', time.hour()), (b':', time.minute()), (b':', time.second())]
    {
        out.push(before);
        digits(out, part.into(), 2);
    }
    out.push(b'.');
    digits(out, time.timestamp_subsec_millis().into(), 3);
    out.push(b'Z');
}

/// A number with so many digits at least.
fn digits(out: &mut Vec<u8>, mut number: u64, least: usize) {
    let mut text = [b'0'; 20];
    let mut from = text.len();
    while number > 0 || text.len() - from < least {
        from -= 1;
        text[from] += u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
    }
    out.extend_from_slice(&text[from..]);
}

#[cfg(test)]
mod tests {
    use chrono::SecondsFormat;
    use engine::money::Currency;

    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn formulas_are_found() {
        for formula in [
            "=1+1",
            "+48 123",
            "-1",
            "@SUM(A1)",
            "＝1",
            "＋1",
            "－1",
            "＠a",
            " =1",
            "\u{a0}\u{3000}=1",
            "\t",
            "\tx",
            "\rx",
            "\n=1",
            "\u{feff}=1",
            "\u{200b} =1",
            "  ＝1",
        ] {
            assert!(is_formula(formula), "{formula:?}");
        }
        for text in ["", " ", "a=1", "1-1", "'=1", "é=1", "(=1)", "\"=1\"", "−1", " a"] {
            assert!(!is_formula(text), "{text:?}");
        }
    }

    #[test]
    fn numbers_are_those_of_the_libraries() {
        for number in [0, 1, -1, 9, 10, -99, 100, 1250, -1250, i64::MAX, i64::MIN] {
            assert_eq!(written(|out| whole(out, number)), number.to_string());
            for code in ["EUR", "JPY", "KWD"] {
                let currency = Currency::from_code(code).unwrap();
                let decimals = usize::try_from(currency.digits()).unwrap();
                assert_eq!(written(|out| amount(out, number, decimals)), currency.decimal(number).to_string());
            }
        }
        for at in [0, 1, -1, 951_782_400_000, 1_767_225_599_999, -2_208_988_800_000, 7_258_118_399_999] {
            let expected = utc_datetime(at).to_rfc3339_opts(SecondsFormat::Millis, true);
            assert_eq!(written(|out| instant(out, at)), expected);
        }
    }
}
