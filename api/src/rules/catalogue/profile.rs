//! The facts of a member's profile.

use engine::facts::ValueKind;

use super::{ALONE, DATE, Entry, LABEL, NUMBER, TEXT, Unit, ValueType};

/// What an attribute may be asked for.
const ATTRIBUTE: &[&str] = &[
    "text.eq",
    "text.in",
    "text.contains",
    "text.startsWith",
    "number.eq",
    "number.gt",
    "number.gte",
    "number.lt",
    "number.lte",
    "date.on",
    "date.from",
    "date.to",
    "date.lastDays",
    "flag",
    "absent",
];

pub(super) fn entries() -> Vec<Entry> {
    let fact = |name, label, description, value, operators| {
        Entry::new((name, "Profile"), label, description, value, operators)
    };
    let text = |name, label, description| fact(name, label, description, ValueType::Text, TEXT);
    let label = "A label of the member, with any value or one that passes; `key` names it. The values are the keys.";
    let attribute = "An attribute of the member; `name` names it, letter by letter. The values are the names.";
    let birthday = "The next birthday is at most this many days away; 0 is today.";
    let anniversary = "The next anniversary of the enrolment is at most this many days away; 0 is today.";
    let age = "Full years since the birth date, in the programme's time zone.";
    let tier = "The tier in the programme, as the shop names it.";
    vec![
        text("profile.number", "Number", "The number in the shop's own systems."),
        text("profile.email", "E-mail", "The e-mail address."),
        text("profile.gender", "Gender", "The gender, as the shop spells it.").with_values(ValueKind::Gender),
        text("profile.country", "Country", "The country of the address.").with_values(ValueKind::Country),
        text("profile.region", "Region", "The region of the address.").with_values(ValueKind::Region),
        text("profile.city", "City", "The city of the address.").with_values(ValueKind::City),
        text("profile.postalCode", "Postal code", "The postal code of the address.").with_values(ValueKind::PostalCode),
        Entry { unit: Unit::Named("years"), ..fact("profile.age", "Age", age, ValueType::Number, NUMBER) },
        fact("profile.birthdayWithinDays", "Birthday within days", birthday, ValueType::Days, ALONE),
        fact("profile.enrolledOn", "Day of enrolment", "The day of the enrolment.", ValueType::Date, DATE),
        fact(
            "profile.enrolmentAnniversaryWithinDays",
            "Enrolment anniversary within days",
            anniversary,
            ValueType::Days,
            ALONE,
        ),
        fact("profile.enrolled", "Enrolled", "In the programme; false: identified guests.", ValueType::Flag, ALONE),
        text("profile.tier", "Tier", tier).with_values(ValueKind::Tier),
        fact("profile.label", "Label", label, ValueType::Label, LABEL).with_values(ValueKind::LabelKey),
        fact("profile.attribute", "Attribute", attribute, ValueType::Attribute, ATTRIBUTE)
            .with_values(ValueKind::AttributeName),
        fact("profile.marketingConsent", "Marketing consent", "May be contacted.", ValueType::Flag, ALONE),
    ]
}
