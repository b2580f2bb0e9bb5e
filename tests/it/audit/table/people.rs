//! The rows of people who sign in.

use serde_json::json;

use super::{ANN, Row, from, new};

pub const ROWS: &[Row] = &[
    Row {
        field: "signIn",
        call: "signIn(input: {email: \"ANN@example.org\", password: \"<password>\"}) { user { id } userErrors { code } }",
        entries: || vec![("User", ANN, json!({"lastSignInAt": {"old": "*", "new": "*"}}))],
        silent: &[
            "signIn(input: {email: \"ann@example.org\", password: \"not it at all\"}) { user { id } userErrors { code } }",
            "signIn(input: {email: \"nobody@example.org\", password: \"<password>\"}) { user { id } userErrors { code } }",
        ],
    },
    Row {
        field: "refreshSession",
        call: "refreshSession(input: {refreshToken: \"<refresh>\"}) { user { id } userErrors { code } }",
        entries: || vec![("User", ANN, json!({"sessionExpiresAt": {"old": "*", "new": "*"}}))],
        silent: &["refreshSession(input: {refreshToken: \"not.it\"}) { user { id } userErrors { code } }"],
    },
    Row {
        field: "signOut",
        call: "signOut(input: {}) { userErrors { code } }",
        entries: || vec![("User", ANN, json!({"endedSessions": new(1)}))],
        silent: &[],
    },
    Row {
        field: "changePassword",
        call: "changePassword(input: {currentPassword: \"<password>\", newPassword: \"<new>\"}) { user { id } userErrors { code } }",
        entries: || vec![("User", ANN, json!({"password": from("•••", "•••")}))],
        silent: &[
            "changePassword(input: {currentPassword: \"not it\", newPassword: \"<new>\"}) { user { id } userErrors { code } }",
            "changePassword(input: {currentPassword: \"<password>\", newPassword: \"short\"}) { user { id } userErrors { code } }",
        ],
    },
    Row {
        field: "createUser",
        call: "createUser(input: {email: \"bob@example.org\", name: \"Bob\", role: ANALYST, password: \"<new>\"}) {
            user { id } userErrors { code } }",
        entries: || {
            let changes = json!({"email": new("bob@example.org"), "name": new("Bob"), "role": new("ANALYST"),
                "active": new(true), "password": from("•••", "•••")});
            vec![("User", "bob@example.org", changes)]
        },
        silent: &[
            "createUser(input: {email: \"Ann@example.org\", name: \"Ann\", role: ADMIN, password: \"<new>\"}) { user { id } userErrors { code } }",
        ],
    },
    Row {
        field: "updateUser",
        call: "updateUser(input: {id: \"<user>\", name: \"Carol\", role: ADMIN, active: false, password: \"<new>\"}) {
            user { id } userErrors { code } }",
        entries: || {
            let changes = json!({"name": from("Test", "Carol"), "role": from("ANALYST", "ADMIN"), "active": from(true, false),
                "password": from("•••", "•••")});
            vec![("User", "carol@example.org", changes)]
        },
        silent: &[
            "updateUser(input: {id: \"<user>\"}) { user { id } userErrors { code } }",
            "updateUser(input: {id: \"<user>\", name: \"Carol\", role: ADMIN, active: false}) { user { id } userErrors { code } }",
            "updateUser(input: {id: \"<user>\", name: \"\"}) { user { id } userErrors { code } }",
            "updateUser(input: {id: \"nobody\", name: \"x\"}) { user { id } userErrors { code } }",
        ],
    },
];
