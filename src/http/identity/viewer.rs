//! Whom the provider vouches for, as a viewer: its shop and its affiliate must be there.

use entity::shop;
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use super::claims::Person;
use crate::app::App;
use crate::error::{Error, Result};
use crate::graphql::{Sighting, Viewer, decode_shop};
use crate::{ledger, reports};

/// The viewer that this person is, and its shop as it is now.
pub(super) async fn find(app: &App, person: Person) -> Result<(Viewer, Sighting)> {
    let db = app.database.reader();
    let shop_id = shop_id(&person.shop);
    let shop: Option<shop::Model> = reports::find_shop(db, shop_id).await?;
    let shop = shop.ok_or_else(|| not_there("a shop"))?;
    let affiliate_id = match &person.affiliate {
        Some(code) => Some(affiliate(app, shop_id, code).await?),
        None => None,
    };
    let viewer = Viewer {
        token_id: caller_id(&person.issuer, &person.subject),
        name: person.name,
        role: person.role,
        shop_id,
        affiliate_id,
    };
    Ok((viewer, Sighting::of(shop)))
}

/// The id of a shop that is named by it, or by its name.
fn shop_id(named: &str) -> i64 {
    decode_shop(&named.into()).unwrap_or_else(|_| ledger::shop_id_of(named))
}

async fn affiliate(app: &App, shop_id: i64, code: &str) -> Result<Uuid> {
    let (db, scope) = (app.database.reader(), reports::Scope::shop(shop_id));
    let found = reports::find_affiliate_by_code(db, scope, code).await?;
    Ok(found.ok_or_else(|| not_there("an affiliate"))?.id)
}

/// Who has no token of ours is told apart by this, for the answers that are kept for those who ask again. It is
/// the same with each JWT, and no id of a token, which are all of another version.
fn caller_id(issuer: &str, subject: &str) -> Uuid {
    let named = format!("{}:{issuer}{subject}", issuer.len());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&Sha256::digest(named.as_bytes())[..16]);
    Builder::from_custom_bytes(bytes).into_uuid()
}

fn not_there(what: &str) -> Error {
    Error::Unauthenticated(format!("the token names {what} that is not there"))
}
