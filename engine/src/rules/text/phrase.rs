//! The parts of sentences.

/// What is said of a member.
pub(super) struct Phrase {
    pub(super) said: String,
    /// The contrary, where it is as simple to say.
    pub(super) denied: Option<String>,
    pub(super) binds: Binds,
}

/// How a phrase goes along with what is around it.
#[derive(Clone, Copy)]
pub(super) enum Binds {
    /// It is one thing.
    Alone,
    /// Several things that hold together.
    Tightly,
    /// A group, which is set apart wherever it stands.
    Loosely,
}

/// One thing that a value is or does: “is PL”, and the contrary.
pub(super) struct Test {
    pub(super) said: String,
    pub(super) denied: String,
}

impl Phrase {
    /// One thing.
    pub(super) fn alone(said: impl Into<String>, denied: impl Into<String>) -> Self {
        Self { said: said.into(), denied: Some(denied.into()), binds: Binds::Alone }
    }

    /// Something passes every test.
    pub(super) fn of(subject: &str, tests: &[Test]) -> Self {
        if let [Test { said, denied }] = tests {
            return Self::alone(format!("{subject} {said}"), format!("{subject} {denied}"));
        }
        let tests: Vec<&str> = tests.iter().map(|test| test.said.as_str()).collect();
        Self { said: format!("{subject} {}", tests.join(" and ")), denied: None, binds: Binds::Tightly }
    }

    /// Something is all of this: “age is at least 18 and less than 30”.
    pub(super) fn is(subject: &str, parts: &[String]) -> Self {
        let said = format!("{subject} is {}", parts.join(" and "));
        match parts {
            [only] => Self::alone(said, format!("{subject} is not {only}")),
            _ => Self { said, denied: None, binds: Binds::Tightly },
        }
    }
}

impl Test {
    pub(super) fn new(said: impl Into<String>, denied: impl Into<String>) -> Self {
        Self { said: said.into(), denied: denied.into() }
    }
}

/// A text of the caller's in a sentence. One that could be taken for a part of the sentence stands in quotation marks.
pub(super) fn value(text: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_./@+#&".contains(letter);
    let is_word = |word: &&str| text.eq_ignore_ascii_case(word);
    if text.chars().all(is_plain) && !["and", "or", "not"].iter().any(is_word) { text.to_owned() } else { quoted(text) }
}

/// A text of the caller's in quotation marks; those within it are doubled.
pub(super) fn quoted(text: &str) -> String {
    format!("“{}”", text.replace('”', "””"))
}

/// “A”, “A or B”, “A, B or C”.
pub(super) fn any_of(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// A number with its noun: “1 day”, “7 days”.
pub(super) fn counted(number: i64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
