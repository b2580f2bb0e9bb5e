//! The table on standard output, and the same as JSON.

use std::path::Path;

use anyhow::Result;
use serde::Serialize;

/// Everything that was measured, printed as it comes.
#[derive(Default, Serialize)]
pub(crate) struct Report {
    about: Vec<String>,
    figures: Vec<Figure>,
    #[serde(skip)]
    scene: String,
    #[serde(skip)]
    last: String,
}

/// One line of the table.
#[derive(Clone, Default, Serialize)]
pub(crate) struct Figure {
    /// On what it was measured; filled in by the report.
    pub(crate) scene: String,
    /// What was measured.
    pub(crate) what: String,
    /// Who did it.
    pub(crate) who: String,
    /// What came out, for a person.
    pub(crate) text: String,
    /// The same as a number, in the unit below.
    pub(crate) value: Option<f64>,
    /// The unit of the value.
    pub(crate) unit: &'static str,
    /// How Tessera stands against this one; more is better for Tessera.
    pub(crate) ratio: Option<f64>,
    /// What the ratio should be.
    pub(crate) goal: Option<Goal>,
}

/// What a ratio should be.
#[derive(Clone, Copy, Serialize)]
pub(crate) enum Goal {
    AtLeast(f64),
    AtMost(f64),
}

impl Report {
    /// Something worth knowing of the whole run.
    pub(crate) fn about(&mut self, text: impl Into<String>) {
        let text = text.into();
        println!("{text}");
        self.about.push(text);
    }

    /// Begins the figures of a database of some size.
    pub(crate) fn scene(&mut self, name: impl Into<String>) {
        self.scene = name.into();
        self.last.clear();
        println!("\n{}\n", self.scene);
    }

    /// Adds a figure.
    pub(crate) fn add(&mut self, figure: Figure) {
        let figure = Figure { scene: self.scene.clone(), ..figure };
        let what = if figure.what == self.last { "" } else { &figure.what };
        println!("  {what:<51} {:<12} {:<56} {}", figure.who, figure.text, figure.against());
        self.last.clone_from(&figure.what);
        self.figures.push(figure);
    }

    /// A figure that there is none of, and why.
    pub(crate) fn none(&mut self, what: &str, why: &str) {
        let what = what.to_owned();
        self.add(Figure { what, who: "Tessera".to_owned(), text: why.to_owned(), ..Figure::default() });
    }

    /// Writes it all as JSON, and says how many goals were missed.
    pub(crate) fn finish(&self, file: &Path) -> Result<()> {
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(file, serde_json::to_vec_pretty(self)?)?;
        let judged: Vec<bool> = self.figures.iter().filter_map(Figure::is_met).collect();
        let met = judged.iter().filter(|met| **met).count();
        println!("\n{met} of {} goals met. The figures as JSON: {}", judged.len(), file.display());
        Ok(())
    }
}

impl Figure {
    /// How long something took, told in milliseconds.
    pub(crate) fn millis(what: &str, who: &str, seconds: f64, more: &str) -> Self {
        Self::duration(what, who, seconds, format!("{:.1} ms  {more}", seconds * 1_000.0))
    }

    /// How long something took, told in seconds.
    pub(crate) fn seconds(what: &str, who: &str, seconds: f64, more: &str) -> Self {
        Self::duration(what, who, seconds, format!("{seconds:.3} s  {more}"))
    }

    fn duration(what: &str, who: &str, seconds: f64, text: String) -> Self {
        let (what, who) = (what.to_owned(), who.to_owned());
        Self { what, who, text, value: Some(seconds), unit: "seconds", ..Self::default() }
    }

    fn is_met(&self) -> Option<bool> {
        Some(match (self.goal?, self.ratio?) {
            (Goal::AtLeast(bound), ratio) => ratio >= bound,
            (Goal::AtMost(bound), ratio) => ratio <= bound,
        })
    }

    fn against(&self) -> String {
        let Some(ratio) = self.ratio else { return String::new() };
        let goal = match self.goal {
            None => return format!("{ratio:.2}"),
            Some(Goal::AtLeast(bound)) => format!("at least {bound}"),
            Some(Goal::AtMost(bound)) => format!("at most {bound}"),
        };
        format!("{ratio:.2} ({goal}: {})", if self.is_met() == Some(true) { "met" } else { "MISSED" })
    }
}

/// A number with commas between its thousands.
pub(crate) fn thousands(number: impl TryInto<u64>) -> String {
    let digits = number.try_into().unwrap_or_default().to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The one in the middle.
pub(crate) fn median(mut some: Vec<f64>) -> f64 {
    some.sort_by(f64::total_cmp);
    some.get(some.len() / 2).copied().unwrap_or_default()
}
