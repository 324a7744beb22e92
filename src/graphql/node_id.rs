//! Opaque ids: what they hold (version, type, shop, row) is ours to change, so callers only pass them back.

use async_graphql::ID;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use super::errors::shortened;
use crate::error::{Error, Result};

/// Goes up when the rest changes its form.
const VERSION: &str = "v1";

/// The types that have ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NodeKind {
    /// A shop.
    Shop,
    /// An order.
    Order,
    /// An affiliate.
    Affiliate,
    /// An affiliate's transaction.
    Transaction,
    /// A sync run.
    SyncRun,
    /// An access token.
    AccessToken,
    /// A platform that orders come from.
    OrderSource,
}

/// What an id means. A shop's is its own row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeId {
    /// The type.
    pub kind: NodeKind,
    /// The shop that owns the row.
    pub shop_id: i64,
    /// The row; nil for a shop.
    pub id: Uuid,
}

impl NodeKind {
    const ALL: [Self; 7] = [
        Self::Shop,
        Self::Order,
        Self::Affiliate,
        Self::Transaction,
        Self::SyncRun,
        Self::AccessToken,
        Self::OrderSource,
    ];

    /// The name of the GraphQL type.
    #[must_use]
    pub fn type_name(self) -> &'static str {
        match self {
            Self::Shop => "Shop",
            Self::Order => "Order",
            Self::Affiliate => "Affiliate",
            Self::Transaction => "Transaction",
            Self::SyncRun => "SyncRun",
            Self::AccessToken => "AccessToken",
            Self::OrderSource => "OrderSource",
        }
    }

    /// What sentences call it.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Shop => "shop",
            Self::Order => "order",
            Self::Affiliate => "affiliate",
            Self::Transaction => "transaction",
            Self::SyncRun => "sync run",
            Self::AccessToken => "access token",
            Self::OrderSource => "order source",
        }
    }

    /// There is none with the id that was given, or none for the caller to see.
    #[must_use]
    pub fn not_there(self) -> Error {
        Error::BadInput(format!("there is no such {}", self.noun()))
    }
}

/// The id of a row.
#[must_use]
pub fn encode(kind: NodeKind, shop_id: i64, id: Uuid) -> ID {
    let name = kind.type_name();
    opaque(&format!("{VERSION}:{name}:{shop_id}:{}", id.simple()))
}

/// The id of a shop.
#[must_use]
pub fn encode_shop(shop_id: i64) -> ID {
    opaque(&format!(
        "{VERSION}:{}:{shop_id}",
        NodeKind::Shop.type_name()
    ))
}

/// The shop and the row that an id of this type means.
pub fn decode(kind: NodeKind, id: &ID) -> Result<(i64, Uuid)> {
    match parse(id) {
        Some(node) if node.kind == kind => Ok((node.shop_id, node.id)),
        _ => Err(Error::BadInput(format!(
            "\"{}\" is not the id of {} {}",
            shown(id),
            if kind.noun().starts_with(['a', 'o']) {
                "an"
            } else {
                "a"
            },
            kind.noun(),
        ))),
    }
}

/// The shop that an id means.
pub fn decode_shop(id: &ID) -> Result<i64> {
    decode(NodeKind::Shop, id).map(|(shop_id, _)| shop_id)
}

/// What an id of any type means.
pub fn decode_any(id: &ID) -> Result<NodeId> {
    parse(id).ok_or_else(|| Error::BadInput(format!("\"{}\" is not an id", shown(id))))
}

/// As much of an id as its sender needs to know it again.
fn shown(id: &ID) -> String {
    shortened(id.to_string(), 60)
}

fn opaque(text: &str) -> ID {
    ID(URL_SAFE_NO_PAD.encode(text))
}

fn parse(id: &ID) -> Option<NodeId> {
    let bytes = URL_SAFE_NO_PAD.decode(id.as_str()).ok()?;
    let text = std::str::from_utf8(&bytes).ok()?;
    let mut parts = text.strip_prefix(VERSION)?.strip_prefix(':')?.split(':');
    let (name, shop, row) = (parts.next()?, parts.next()?, parts.next());
    let kind = NodeKind::ALL
        .into_iter()
        .find(|kind| kind.type_name() == name)?;
    let id = match (kind, row) {
        (NodeKind::Shop, None) => Uuid::nil(),
        (NodeKind::Shop, Some(_)) | (_, None) => return None,
        (_, Some(row)) => Uuid::try_parse(row).ok()?,
    };
    let shop_id = shop.parse().ok()?;
    parts
        .next()
        .is_none()
        .then_some(NodeId { kind, shop_id, id })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_back_as_what_they_were() {
        let row = Uuid::from_u128(9);
        for kind in NodeKind::ALL.into_iter().filter(|it| *it != NodeKind::Shop) {
            let id = encode(kind, 7, row);
            assert_eq!(decode(kind, &id).ok(), Some((7, row)));
            assert_eq!(decode_any(&id).map(|it| it.kind).ok(), Some(kind));
        }
        assert_eq!(decode_shop(&encode_shop(7)).ok(), Some(7));
    }

    #[test]
    fn ids_of_another_type_and_garbage_are_refused_by_name() {
        let order = encode(NodeKind::Order, 7, Uuid::nil());
        let refusal = decode(NodeKind::Affiliate, &order).map_err(|error| error.to_string());
        let expected = format!("\"{}\" is not the id of an affiliate", order.as_str());
        assert_eq!(refusal, Err(expected));
        for garbage in [
            "",
            "1",
            "äöü",
            opaque("v2:Order:7:00000000000000000000000000000000").as_str(),
            opaque("v1:Order:7").as_str(),
            opaque("v1:Order:x:00000000000000000000000000000000").as_str(),
            opaque("v1:Shop:7:00000000000000000000000000000000").as_str(),
            opaque("v1:Order:7:00000000000000000000000000000000:1").as_str(),
        ] {
            assert!(decode_any(&ID::from(garbage)).is_err(), "{garbage}");
        }
    }
}
