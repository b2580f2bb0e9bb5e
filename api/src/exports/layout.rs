//! What stands in the columns of a file, and over them.

use serde::{Deserialize, Serialize};

use super::columns::Field;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Format {
    /// RFC 4180 with a header.
    Csv,
    /// An object a line, with the API's names, whatever the layout's headings are.
    Ndjson,
}

/// Which columns a file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Layout {
    /// Every column.
    Full,
    /// As Constant Contact imports them.
    ConstantContact,
    /// As Mailchimp imports them.
    Mailchimp,
    /// As HubSpot imports them.
    Hubspot,
    /// As Salesforce imports them.
    Salesforce,
    /// What partners see of the members of their segments.
    Partner,
}

/// How a column is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Made {
    /// A fact as it is.
    Plain(Field),
    /// Month and day of birth.
    Birthday,
    /// The whole postal address in one cell, its parts with two blanks between them.
    Address,
    /// 1 for who must not be written to, else 0.
    OptOut,
}

/// A column of a CSV file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) heading: &'static str,
    pub(super) made: Made,
}

impl Format {
    /// The end of the file's name.
    pub(super) fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
        }
    }

    /// The media type.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Ndjson => "application/x-ndjson",
        }
    }
}

impl Layout {
    /// The columns of a CSV file.
    pub(super) fn columns(self) -> &'static [Column] {
        match self {
            Self::Full => FULL,
            Self::ConstantContact => CONSTANT_CONTACT,
            Self::Mailchimp => MAILCHIMP,
            Self::Hubspot => HUBSPOT,
            Self::Salesforce => SALESFORCE,
            Self::Partner => PARTNER,
        }
    }

    /// The facts that the columns are made of, each once.
    pub(super) fn fields(self) -> Vec<Field> {
        let mut fields = Vec::new();
        for field in self.columns().iter().flat_map(|column| column.made.fields()) {
            if !fields.contains(field) {
                fields.push(*field);
            }
        }
        fields
    }
}

impl Made {
    /// The facts it is made of.
    pub(super) fn fields(&self) -> &[Field] {
        match self {
            Self::Plain(field) => std::slice::from_ref(field),
            Self::Birthday => &[Field::BirthDate],
            Self::Address => &ADDRESS,
            Self::OptOut => &[Field::MarketingConsent],
        }
    }
}

/// In the order in which an address is written.
pub(super) const ADDRESS: [Field; 5] = [Field::Street, Field::City, Field::Region, Field::PostalCode, Field::Country];

const fn plain(heading: &'static str, field: Field) -> Column {
    Column { heading, made: Made::Plain(field) }
}

const fn made(heading: &'static str, made: Made) -> Column {
    Column { heading, made }
}

/// The headings are the names by which `tessera import members` knows the fields, so that a file finds its way back.
const PARTNER: &[Column] = &[plain("number", Field::Number), plain("joined_at", Field::JoinedAt)];

const FULL: &[Column] = &[
    plain("number", Field::Number),
    plain("first_name", Field::FirstName),
    plain("last_name", Field::LastName),
    plain("email", Field::Email),
    plain("phone", Field::Phone),
    plain("gender", Field::Gender),
    plain("birth_date", Field::BirthDate),
    plain("street", Field::Street),
    plain("postal_code", Field::PostalCode),
    plain("city", Field::City),
    plain("region", Field::Region),
    plain("country", Field::Country),
    plain("tier", Field::Tier),
    plain("enrolled_at", Field::EnrolledAt),
    plain("marketing_consent", Field::MarketingConsent),
    plain("joined_at", Field::JoinedAt),
    plain("transactions", Field::Transactions),
    plain("spending", Field::Spending),
    plain("last_purchase_at", Field::LastPurchaseAt),
    plain("points_balance", Field::PointsBalance),
    plain("historic_clv", Field::HistoricClv),
];

// The last two columns of each of the following are none of the tool's own: it offers to make fields for them. Number
// finds the customer again; consent lets whoever imports keep out those who did not give it.
const NUMBER: Column = plain("Customer Number", Field::Number);
const CONSENT: Column = plain("Marketing Consent", Field::MarketingConsent);

/// "Standard contact headings and character limits for file import", which also takes 1990-05-17 for a birthday:
/// <https://knowledgebase.constantcontact.com/articles/KnowledgeBase/37423-Standard-Contact-Headings-for-File-Import>
const CONSTANT_CONTACT: &[Column] = &[
    plain("Email Address", Field::Email),
    plain("First Name", Field::FirstName),
    plain("Last Name", Field::LastName),
    plain("Birthday", Field::BirthDate),
    plain("Home Address Line 1", Field::Street),
    plain("City", Field::City),
    plain("State / Province", Field::Region),
    plain("Zip / Postal Code", Field::PostalCode),
    plain("Country", Field::Country),
    plain("Phone Number - Home", Field::Phone),
    NUMBER,
    CONSENT,
];

/// "Format Guidelines for Your Import File", which wants birthdays as 05/17:
/// <https://mailchimp.com/help/format-guidelines-for-your-import-file/>. The address in one cell, its parts two blanks
/// apart: <http://kb.mailchimp.com/lists/growth/format-list-fields>
const MAILCHIMP: &[Column] = &[
    plain("Email Address", Field::Email),
    plain("First Name", Field::FirstName),
    plain("Last Name", Field::LastName),
    made("Address", Made::Address),
    plain("Phone Number", Field::Phone),
    made("Birthday", Made::Birthday),
    NUMBER,
    CONSENT,
];

/// The names of the default contact properties, which the import matches with the headings:
/// <https://knowledge.hubspot.com/properties/hubspots-default-contact-properties>, after "Set up your import files":
/// <https://knowledge.hubspot.com/import-and-export/set-up-your-import-file>
const HUBSPOT: &[Column] = &[
    plain("Email", Field::Email),
    plain("First Name", Field::FirstName),
    plain("Last Name", Field::LastName),
    plain("Phone Number", Field::Phone),
    plain("Street Address", Field::Street),
    plain("City", Field::City),
    plain("State/Region", Field::Region),
    plain("Postal Code", Field::PostalCode),
    plain("Country/Region", Field::Country),
    plain("Date of Birth", Field::BirthDate),
    plain("Gender", Field::Gender),
    NUMBER,
    CONSENT,
];

/// "Field Mapping for Other Data Sources and Organization Import", the labels of contacts:
/// <https://help.salesforce.com/s/articleView?id=xcloud.field_mapping_for_other_data_sources_and_organization_import.htm>.
/// That 1 opts out stands in "Field Mapping for Importing Leads":
/// <https://help.salesforce.com/s/articleView?id=xcloud.field_mapping_for_importing_leads.htm>
const SALESFORCE: &[Column] = &[
    plain("First Name", Field::FirstName),
    plain("Last Name", Field::LastName),
    plain("Email", Field::Email),
    plain("Home Phone", Field::Phone),
    plain("Birthdate", Field::BirthDate),
    plain("Mailing Street", Field::Street),
    plain("Mailing City", Field::City),
    plain("Mailing State", Field::Region),
    plain("Mailing Postal Code", Field::PostalCode),
    plain("Mailing Country", Field::Country),
    made("Email Opt Out", Made::OptOut),
    NUMBER,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exports::columns::MOST;

    #[test]
    fn headings_are_unique_and_rows_are_not_too_long() {
        for layout in [Layout::Full, Layout::ConstantContact, Layout::Mailchimp, Layout::Hubspot, Layout::Salesforce] {
            let mut headings: Vec<_> = layout.columns().iter().map(|column| column.heading).collect();
            let many = headings.len();
            headings.sort_unstable();
            headings.dedup();
            assert_eq!(headings.len(), many, "{layout:?}");
            assert!(layout.fields().len() <= MOST, "{layout:?}");
        }
        assert_eq!(Layout::Full.fields().len(), Layout::Full.columns().len());
    }
}
