//! The provider's words: which of its claims say who somebody is, and what its words for roles mean here.

use clap::Args;
use clap::builder::NonEmptyStringValueParser as NonEmpty;
use entity::words::Role;

/// Which claims say who somebody is: each a name, or a JSON pointer such as /realm_access/roles.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct ClaimNames {
    /// The claim that says the role: a name, or a JSON pointer such as /realm_access/roles; a word or a list.
    #[arg(
        long = "jwt-role-claim",
        env = "CASHABLE_JWT_ROLE_CLAIM",
        value_name = "CLAIM",
        default_value = "cashable_role",
        value_parser = NonEmpty::new()
    )]
    pub role: String,

    /// The claim that says the shop, by its name or its id.
    #[arg(
        long = "jwt-shop-claim",
        env = "CASHABLE_JWT_SHOP_CLAIM",
        value_name = "CLAIM",
        default_value = "cashable_shop",
        value_parser = NonEmpty::new()
    )]
    pub shop: String,

    /// The claim that says the affiliate's code, with role AFFILIATE.
    #[arg(
        long = "jwt-affiliate-claim",
        env = "CASHABLE_JWT_AFFILIATE_CLAIM",
        value_name = "CLAIM",
        default_value = "cashable_affiliate",
        value_parser = NonEmpty::new()
    )]
    pub affiliate: String,

    /// The claim that says the name that the history tells; the subject where it is missing.
    #[arg(
        long = "jwt-name-claim",
        env = "CASHABLE_JWT_NAME_CLAIM",
        value_name = "CLAIM",
        default_value = "name",
        value_parser = NonEmpty::new()
    )]
    pub name: String,
}

/// What one of the provider's words for roles means here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RoleWord {
    pub word: String,
    pub role: Role,
}

impl RoleWord {
    /// As a setting gives it: WORD=ROLE.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts = text.rsplit_once('=');
        let role = parts.and_then(|(_, role)| match role.trim() {
            "ADMIN" => Some(Role::Admin),
            "ANALYST" => Some(Role::Analyst),
            "AFFILIATE" => Some(Role::Affiliate),
            _ => None,
        });
        let word = parts
            .map(|(word, _)| word.trim())
            .filter(|word| !word.is_empty());
        match (word, role) {
            (Some(word), Some(role)) => Ok(Self {
                word: word.to_owned(),
                role,
            }),
            _ => Err("it must be WORD=ROLE with role ADMIN, ANALYST or AFFILIATE".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_means_a_role() {
        for (text, word, role) in [
            ("boss=ADMIN", "boss", Role::Admin),
            (
                " cn=boss,ou=shop = ANALYST ",
                "cn=boss,ou=shop",
                Role::Analyst,
            ),
            ("a=b=AFFILIATE", "a=b", Role::Affiliate),
        ] {
            let word = word.to_owned();
            assert_eq!(RoleWord::parse(text), Ok(RoleWord { word, role }));
        }
        for wrong in ["", "ADMIN", "=ADMIN", "boss=", "boss=admin", "boss=OWNER"] {
            assert!(RoleWord::parse(wrong).is_err(), "{wrong}");
        }
    }
}
