//! Names of people who do not exist: family names of the `fake` crate, and first names that fit a gender.

use fake::Fake;
use fake::faker::name::raw::LastName;
use fake::locales::{DE_DE, EN, FR_FR, IT_IT};

use super::chance::Chance;

/// A first and a family name of a country, by its place in the list of countries.
pub(super) fn name(country: usize, female: bool, chance: &mut Chance) -> (&'static str, String) {
    let first = chance.one(&FIRST[country % FIRST.len()][usize::from(!female)]);
    let family = match country {
        0 => LastName(DE_DE).fake_with_rng::<String, _>(chance),
        1 => polish(female, chance),
        2 => LastName(FR_FR).fake_with_rng::<String, _>(chance),
        3 => LastName(EN).fake_with_rng::<String, _>(chance),
        _ => LastName(IT_IT).fake_with_rng::<String, _>(chance),
    };
    (first, family.trim().to_owned())
}

/// A name as it stands before the @ of an e-mail.
pub(super) fn plain(name: &str) -> String {
    let latin = name.replace('ł', "l").replace('Ł', "L").replace('ß', "ss").replace('ı', "i");
    engine::text::slug(&latin)
}

/// The crate has no Polish names.
fn polish(female: bool, chance: &mut Chance) -> String {
    let name = *chance.one(&POLISH);
    match name.strip_suffix('i') {
        Some(stem) if female => format!("{stem}a"),
        _ => name.to_owned(),
    }
}

const POLISH: [&str; 40] = [
    "Nowak",
    "Kowalski",
    "Wiśniewski",
    "Wójcik",
    "Kowalczyk",
    "Kamiński",
    "Lewandowski",
    "Zieliński",
    "Szymański",
    "Woźniak",
    "Dąbrowski",
    "Kozłowski",
    "Mazur",
    "Jankowski",
    "Kwiatkowski",
    "Wojciechowski",
    "Krawczyk",
    "Kaczmarek",
    "Piotrowski",
    "Grabowski",
    "Zając",
    "Pawłowski",
    "Król",
    "Michalski",
    "Wróbel",
    "Wieczorek",
    "Jabłoński",
    "Nowicki",
    "Majewski",
    "Olszewski",
    "Stępień",
    "Malinowski",
    "Jaworski",
    "Adamczyk",
    "Dudek",
    "Pawlak",
    "Górski",
    "Sikora",
    "Walczak",
    "Rutkowski",
];

/// Of women and men, by country.
#[rustfmt::skip]
const FIRST: [[[&str; 20]; 2]; 5] = [
    [
        ["Anna", "Sabine", "Julia", "Katrin", "Lena", "Petra", "Monika", "Sophie", "Claudia", "Heike", "Johanna", "Marie", "Birgit", "Nina", "Susanne", "Ute", "Lea", "Franziska", "Hannah", "Martina"],
        ["Thomas", "Michael", "Jan", "Lukas", "Stefan", "Andreas", "Felix", "Markus", "Jürgen", "Paul", "Tobias", "Klaus", "Matthias", "Florian", "Uwe", "Jonas", "Sebastian", "Frank", "Leon", "Jörg"],
    ],
    [
        ["Anna", "Maria", "Katarzyna", "Małgorzata", "Agnieszka", "Barbara", "Ewa", "Zofia", "Joanna", "Magdalena", "Monika", "Aleksandra", "Natalia", "Karolina", "Julia", "Dorota", "Iwona", "Paulina", "Hanna", "Beata"],
        ["Piotr", "Krzysztof", "Andrzej", "Tomasz", "Jan", "Paweł", "Michał", "Marcin", "Jakub", "Adam", "Łukasz", "Marek", "Grzegorz", "Mateusz", "Wojciech", "Kamil", "Rafał", "Szymon", "Dawid", "Maciej"],
    ],
    [
        ["Camille", "Léa", "Manon", "Chloé", "Emma", "Inès", "Sophie", "Isabelle", "Nathalie", "Céline", "Julie", "Aurélie", "Sandrine", "Élodie", "Clara", "Margaux", "Anne", "Hélène", "Jeanne", "Lucie"],
        ["Louis", "Hugo", "Lucas", "Nicolas", "Julien", "Thomas", "Pierre", "Antoine", "Maxime", "Olivier", "Laurent", "Philippe", "Stéphane", "Mathieu", "Romain", "Éric", "Paul", "Gabriel", "Vincent", "Benoît"],
    ],
    [
        ["Olivia", "Emily", "Sarah", "Jessica", "Charlotte", "Amelia", "Sophie", "Grace", "Lucy", "Rachel", "Emma", "Hannah", "Laura", "Chloe", "Megan", "Rebecca", "Alice", "Victoria", "Fiona", "Eleanor"],
        ["James", "Oliver", "Jack", "Harry", "George", "Thomas", "William", "Daniel", "Matthew", "Andrew", "David", "Joseph", "Samuel", "Ben", "Callum", "Ewan", "Peter", "Simon", "Edward", "Lewis"],
    ],
    [
        ["Giulia", "Chiara", "Francesca", "Sara", "Martina", "Elena", "Valentina", "Alessia", "Federica", "Silvia", "Paola", "Laura", "Anna", "Roberta", "Beatrice", "Camilla", "Giorgia", "Elisa", "Marta", "Ilaria"],
        ["Marco", "Andrea", "Luca", "Matteo", "Alessandro", "Francesco", "Davide", "Stefano", "Giuseppe", "Lorenzo", "Simone", "Paolo", "Riccardo", "Giovanni", "Fabio", "Roberto", "Antonio", "Nicola", "Pietro", "Enrico"],
    ],
];
