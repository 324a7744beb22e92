//! What a JWT of the provider says, held against what it must say: from whom, for whom, of now, and who somebody
//! is here. Its signature was looked at before, so each mistake may be told.

use entity::Instant;
use entity::words::Role;
use serde_json::Value;

use super::vocabulary::{ClaimNames, RoleWord};
use crate::domain::text::MAX_SHORT;
use crate::error::{Error, Result};

/// What a JWT must say.
#[derive(Debug)]
pub(super) struct Expected {
    pub issuer: String,
    pub audiences: Vec<String>,
    pub leeway_millis: i64,
    pub names: ClaimNames,
    pub roles: Vec<RoleWord>,
}

/// Somebody whom the provider vouches for, in its words.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Person {
    pub issuer: String,
    pub subject: String,
    pub name: String,
    pub role: Role,
    /// By its name or its id.
    pub shop: String,
    /// The code, with role AFFILIATE.
    pub affiliate: Option<String>,
}

impl Expected {
    /// Who a JWT says that its bearer is, if it says it now and to us.
    pub fn person(&self, claims: &Value, now: Instant) -> Result<Person> {
        self.require_source(claims)?;
        self.require_time(claims, now)?;
        let subject = text(claims.get("sub"))
            .ok_or_else(|| refused("the token names no subject in its claim sub"))?;
        let role = self.role(claims)?;
        let shop = required(claims, &self.names.shop, "shop")?;
        let affiliate = match role {
            Role::Affiliate => Some(required(claims, &self.names.affiliate, "affiliate")?),
            Role::Admin | Role::Analyst => None,
        };
        let name = text(find(claims, &self.names.name)).unwrap_or_else(|| subject.clone());
        Ok(Person {
            issuer: self.issuer.clone(),
            name,
            subject,
            role,
            shop,
            affiliate,
        })
    }

    fn require_source(&self, claims: &Value) -> Result<()> {
        if claims.get("iss").and_then(Value::as_str) != Some(&self.issuer) {
            return Err(refused("the token comes from another issuer"));
        }
        let is_ours = |it: &&str| self.audiences.iter().any(|ours| ours == it);
        if words(claims.get("aud")).iter().any(is_ours) {
            return Ok(());
        }
        Err(refused("the token is meant for another audience"))
    }

    fn require_time(&self, claims: &Value, now: Instant) -> Result<()> {
        let expires_at = millis(claims.get("exp"))
            .ok_or_else(|| refused("the token does not say in its claim exp when it expires"))?;
        if now.0 >= expires_at.saturating_add(self.leeway_millis) {
            return Err(refused("the token has expired: sign in again"));
        }
        let Some(not_before) = claims.get("nbf") else {
            return Ok(());
        };
        let begins_at = millis(Some(not_before));
        if begins_at.is_some_and(|at| now.0 >= at.saturating_sub(self.leeway_millis)) {
            return Ok(());
        }
        Err(refused("the token is not valid yet"))
    }

    /// The one that may do most, of all that somebody has.
    fn role(&self, claims: &Value) -> Result<Role> {
        let words = words(find(claims, &self.names.role));
        let has = |role: Role| {
            let mut means = self.roles.iter().filter(|it| it.role == role);
            means.any(|it| words.contains(&it.word.as_str()))
        };
        let strongest_first = [Role::Admin, Role::Analyst, Role::Affiliate];
        strongest_first
            .into_iter()
            .find(|role| has(*role))
            .ok_or_else(|| refused("the token names no role that is known here"))
    }
}

fn required(claims: &Value, claim: &str, what: &str) -> Result<String> {
    text(find(claims, claim)).ok_or_else(|| refused(&format!("the token names no {what}")))
}

/// A claim by its name, or by a JSON pointer.
fn find<'a>(claims: &'a Value, claim: &str) -> Option<&'a Value> {
    if claim.starts_with('/') {
        return claims.pointer(claim);
    }
    claims.get(claim)
}

/// A word, or a number where somebody uses numbers for words.
fn text(value: Option<&Value>) -> Option<String> {
    let text = match value? {
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_i64() => number.to_string(),
        _ => return None,
    };
    let is_short = text.chars().count() <= MAX_SHORT && !text.contains(char::is_control);
    (is_short && !text.is_empty()).then_some(text)
}

/// One word, or a list of them.
fn words(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(word)) => vec![word],
        Some(Value::Array(words)) => words.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// Seconds since 1970, perhaps with a fraction.
fn millis(value: Option<&Value>) -> Option<i64> {
    let value = value?;
    if let Some(seconds) = value.as_i64() {
        return Some(seconds.saturating_mul(1_000));
    }
    let millis = value.as_f64()? * 1_000.0;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it saturates, and so far off is as good as never"
    )]
    Some(millis as i64)
}

fn refused(message: &str) -> Error {
    Error::Unauthenticated(message.to_owned())
}
