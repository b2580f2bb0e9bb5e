//! Where the demo's people live and shop: cities with their regions and shops, and how names, phones and postal codes
//! look there.

use super::chance::Chance;

/// A country that the shop sells to.
pub(super) struct Country {
    /// ISO 3166-1, two letters.
    pub(super) code: &'static str,
    pub(super) language: &'static str,
    pub(super) cities: &'static [City],
    pub(super) streets: &'static [&'static str],
    /// Whether the house number stands before the street.
    pub(super) number_first: bool,
    weight: f64,
}

/// A city with shops.
pub(super) struct City {
    pub(super) name: &'static str,
    pub(super) region: &'static str,
    /// A pattern: # is a digit, @ a letter.
    pub(super) postal_code: &'static str,
    /// A pattern within the numbers that the country keeps free for films and books; some countries keep none.
    pub(super) phone: Option<&'static str>,
    pub(super) shops: &'static [&'static str],
    weight: f64,
}

/// The shop that opened lately, and how many days before the end.
pub(super) const NEW_SHOP: (&str, usize) = ("Kraków Podgórze", 150);
/// Where its buyers went before.
pub(super) const BEFORE_NEW_SHOP: &str = "Kraków Kazimierz";

/// A country and a city to live in.
pub(super) fn home(chance: &mut Chance) -> (usize, &'static Country, &'static City) {
    let place = chance.weighted(COUNTRIES.iter().map(|country| country.weight));
    let country = &COUNTRIES[place];
    (place, country, city(country, chance))
}

/// A shop anywhere, the larger cities first.
pub(super) fn any_shop(chance: &mut Chance) -> &'static str {
    let (_, _, city) = home(chance);
    let shop: &&str = chance.one(city.shops);
    shop
}

/// A pattern filled: # becomes a digit, @ a letter.
pub(super) fn filled(pattern: &str, chance: &mut Chance) -> String {
    let sign = |sign: char| match sign {
        '#' => *chance.one(&DIGITS),
        '@' => *chance.one(&LETTERS),
        other => other,
    };
    pattern.chars().map(sign).collect()
}

fn city(country: &'static Country, chance: &mut Chance) -> &'static City {
    &country.cities[chance.weighted(country.cities.iter().map(|city| city.weight))]
}

const DIGITS: [char; 10] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
/// Those that British postal codes end in.
const LETTERS: [char; 8] = ['A', 'B', 'D', 'E', 'H', 'L', 'N', 'S'];

const fn at(
    name: &'static str,
    region: &'static str,
    postal_code: &'static str,
    phone: Option<&'static str>,
    shops: &'static [&'static str],
    weight: f64,
) -> City {
    City { name, region, postal_code, phone, shops, weight }
}

const FRENCH: Option<&str> = Some("+33 6 39 98 ## ##");
const BRITISH: Option<&str> = Some("+44 7700 900###");

/// In the order of the lists of names.
const COUNTRIES: [Country; 5] = [
    Country {
        code: "DE",
        language: "de",
        cities: &[
            at("Berlin", "Berlin", "10###", Some("+49 30 23125 ###"), &["Berlin Mitte", "Berlin Schöneberg"], 3.0),
            at("Hamburg", "Hamburg", "20###", Some("+49 40 66969 ###"), &["Hamburg Altona"], 2.0),
            at("München", "Bayern", "80###", Some("+49 89 99998 ###"), &["München Schwabing", "München Zentrum"], 2.0),
            at("Köln", "Nordrhein-Westfalen", "50###", Some("+49 221 4710 ###"), &["Köln Ehrenfeld"], 1.5),
            at("Frankfurt am Main", "Hessen", "60###", Some("+49 69 90009 ###"), &["Frankfurt Nordend"], 1.2),
        ],
        streets: &[
            "Lindenweg",
            "Hauptstraße",
            "Gartenstraße",
            "Schillerstraße",
            "Am Markt",
            "Birkenallee",
            "Mühlenweg",
        ],
        number_first: false,
        weight: 38.0,
    },
    Country {
        code: "PL",
        language: "pl",
        cities: &[
            at("Kraków", "Małopolskie", "30-###", None, &["Kraków Kazimierz", "Kraków Podgórze"], 2.6),
            at("Warszawa", "Mazowieckie", "00-###", None, &["Warszawa Śródmieście", "Warszawa Mokotów"], 3.0),
            at("Wrocław", "Dolnośląskie", "50-###", None, &["Wrocław Rynek"], 1.6),
            at("Gdańsk", "Pomorskie", "80-###", None, &["Gdańsk Wrzeszcz"], 1.3),
            at("Poznań", "Wielkopolskie", "60-###", None, &["Poznań Jeżyce"], 1.2),
        ],
        streets: &[
            "ul. Lipowa",
            "ul. Ogrodowa",
            "ul. Słoneczna",
            "ul. Polna",
            "ul. Kwiatowa",
            "ul. Leśna",
            "ul. Krótka",
        ],
        number_first: false,
        weight: 28.0,
    },
    Country {
        code: "FR",
        language: "fr",
        cities: &[
            at("Paris", "Île-de-France", "750##", FRENCH, &["Paris Marais", "Paris Batignolles"], 3.0),
            at("Lyon", "Auvergne-Rhône-Alpes", "690##", FRENCH, &["Lyon Presqu'île"], 1.5),
            at("Strasbourg", "Grand Est", "670##", FRENCH, &["Strasbourg Petite France"], 1.0),
        ],
        streets: &["rue des Lilas", "rue de la Gare", "avenue Victor Hugo", "rue du Moulin", "place du Marché"],
        number_first: true,
        weight: 14.0,
    },
    Country {
        code: "GB",
        language: "en",
        cities: &[
            at("London", "England", "N# #@@", BRITISH, &["London Camden", "London Southwark"], 3.0),
            at("Manchester", "England", "M# #@@", BRITISH, &["Manchester Ancoats"], 1.3),
            at("Edinburgh", "Scotland", "EH# #@@", BRITISH, &["Edinburgh Leith"], 1.0),
        ],
        streets: &["Station Road", "Church Lane", "Park Avenue", "Victoria Street", "Mill Road", "Orchard Close"],
        number_first: true,
        weight: 12.0,
    },
    Country {
        code: "IT",
        language: "it",
        cities: &[
            at("Milano", "Lombardia", "201##", None, &["Milano Navigli"], 2.0),
            at("Torino", "Piemonte", "101##", None, &["Torino Centro"], 1.2),
            at("Bologna", "Emilia-Romagna", "401##", None, &["Bologna Mercato"], 1.0),
        ],
        streets: &["via Garibaldi", "via Roma", "corso Italia", "via dei Mille", "piazza Dante"],
        number_first: false,
        weight: 8.0,
    },
];
