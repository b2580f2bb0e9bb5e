//! What a file can tell of a member.

/// A fact of a member, as the API names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Number,
    FirstName,
    LastName,
    Email,
    Phone,
    Gender,
    BirthDate,
    Street,
    PostalCode,
    City,
    Region,
    Country,
    Tier,
    EnrolledAt,
    MarketingConsent,
    JoinedAt,
    Transactions,
    Spending,
    LastPurchaseAt,
    PointsBalance,
    HistoricClv,
}

/// What a fact is, which decides on how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Somebody's own words.
    Text,
    /// Yes or no.
    Flag,
    /// Milliseconds since 1970.
    Instant,
    /// A whole number.
    Count,
    /// A whole number that JSON's readers may round: the API sends it as a text.
    Big,
    /// Minor units.
    Amount,
    /// Net spending in minor units, of which the gross margin is shown.
    Share,
}

/// How the database hands a fact over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Handed {
    Text,
    Int,
    Bool,
}

/// A fact as the database handed it over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cell<'a> {
    Null,
    Text(&'a str),
    Int(i64),
    Bool(bool),
}

/// The most facts that a row can have.
pub(super) const MOST: usize = 24;

impl Field {
    /// The API's name for it.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::FirstName => "firstName",
            Self::LastName => "lastName",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Gender => "gender",
            Self::BirthDate => "birthDate",
            Self::Street => "street",
            Self::PostalCode => "postalCode",
            Self::City => "city",
            Self::Region => "region",
            Self::Country => "country",
            Self::Tier => "tier",
            Self::EnrolledAt => "enrolledAt",
            Self::MarketingConsent => "marketingConsent",
            Self::JoinedAt => "joinedAt",
            Self::Transactions => "transactions",
            Self::Spending => "spending",
            Self::LastPurchaseAt => "lastPurchaseAt",
            Self::PointsBalance => "pointsBalance",
            Self::HistoricClv => "historicClv",
        }
    }

    /// What it is.
    pub(super) fn kind(self) -> Kind {
        match self {
            Self::EnrolledAt | Self::JoinedAt | Self::LastPurchaseAt => Kind::Instant,
            Self::MarketingConsent => Kind::Flag,
            Self::Transactions => Kind::Count,
            Self::PointsBalance => Kind::Big,
            Self::Spending => Kind::Amount,
            Self::HistoricClv => Kind::Share,
            _ => Kind::Text,
        }
    }

    /// The fact that the database hands over for it.
    pub(super) fn source(self) -> Self {
        if self == Self::HistoricClv { Self::Spending } else { self }
    }

    /// How the database hands it over.
    pub(super) fn handed(self) -> Handed {
        match self.kind() {
            Kind::Text => Handed::Text,
            Kind::Flag => Handed::Bool,
            Kind::Instant | Kind::Count | Kind::Big | Kind::Amount | Kind::Share => Handed::Int,
        }
    }
}
