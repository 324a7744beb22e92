//! The settings of the identity provider: a bad one stops the start.

use super::Shell;
use crate::support::TestApp;

#[rustfmt::skip]
const BAD: [(&str, &str, &str, &str); 12] = [
    ("ISSUER",          "https://id.example.com",     "--jwt-audience",   "required"),
    ("ISSUER",          "https://id.example.com",     "--jwt-keys",       "required"),
    ("ISSUER",          "",                           "--jwt-issuer",     "a value is required"),
    ("AUDIENCE",        "cashable",                   "--jwt-issuer",     "required"),
    ("KEYS",            "nowhere.json",               "--jwt-keys",       "it must be a JWKS file"),
    ("KEYS",            "http://id.example.com/jwks", "--jwt-keys",       "it must begin with https://"),
    ("ALGORITHMS",      "RS256,none",                 "--jwt-algorithms", "ES384 or EdDSA"),
    ("ALGORITHMS",      "HS256",                      "--jwt-algorithms", "ES384 or EdDSA"),
    ("LEEWAY",          "301",                        "--jwt-leeway",     "300"),
    ("ROLES",           "boss=KING",                  "--jwt-roles",      "it must be WORD=ROLE"),
    ("ROLE_CLAIM",      "",                           "--jwt-role-claim", "a value is required"),
    ("AFFILIATE_CLAIM", "",                           "--jwt-affiliate-", "a value is required"),
];

#[tokio::test]
async fn a_bad_setting_of_the_identity_provider_stops_the_program_by_its_name() {
    let app = TestApp::on_sqlite().await;
    let shell = Shell::over(&app);
    for (name, value, flag, why) in BAD {
        let said = shell.run_with(&[(&format!("CASHABLE_JWT_{name}"), value)], "serve");
        assert_eq!(said.code, Some(2), "{name}={value}: {said:?}");
        for part in [flag, why] {
            assert!(said.err.contains(part), "{name}={value}: {}", said.err);
        }
        assert_eq!(said.out, "");
    }
}
