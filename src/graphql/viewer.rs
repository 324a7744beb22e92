//! Who asks: a token's role, its one shop and, for an affiliate, itself. Every read is scoped by it.

use async_graphql::ID;
use entity::words::Role;
use uuid::Uuid;

use super::node_id::{self, NodeKind};
use crate::error::{Error, Result};
use crate::reports::Scope;

/// The bearer of a token or a JWT, put into the request's data by whoever checked the token.
#[derive(Clone, Debug)]
pub struct Viewer {
    /// The token, or who it is that an identity provider vouches for: answers are kept for it that it may ask
    /// for again.
    pub token_id: Uuid,
    /// What the staff call the token, or the provider the person; the history tells it.
    pub name: String,
    /// What it may see and do.
    pub role: Role,
    /// The only shop that it knows of.
    pub shop_id: i64,
    /// Set with role AFFILIATE.
    pub affiliate_id: Option<Uuid>,
}

impl Viewer {
    /// What its reads may find.
    #[must_use]
    pub fn scope(&self) -> Scope {
        match (self.role, self.affiliate_id) {
            (Role::Admin | Role::Analyst, _) => Scope::shop(self.shop_id),
            // The nil id is nobody's: an affiliate's token that names none sees nothing.
            (Role::Affiliate, id) => Scope::affiliate(self.shop_id, id.unwrap_or_default()),
        }
    }

    /// Whether it belongs to the shop's staff.
    #[must_use]
    pub fn is_staff(&self) -> bool {
        matches!(self.role, Role::Admin | Role::Analyst)
    }

    /// Refuses all but admins.
    pub fn require_admin(&self) -> Result<()> {
        if self.role == Role::Admin {
            return Ok(());
        }
        Err(Error::Forbidden(
            "this needs a token with role ADMIN".to_owned(),
        ))
    }

    /// Refuses affiliates.
    pub fn require_staff(&self) -> Result<()> {
        if self.is_staff() {
            return Ok(());
        }
        Err(Error::Forbidden(
            "this needs a token with role ADMIN or ANALYST".to_owned(),
        ))
    }

    /// The shop that a `shopId` means; left out, it is the only one.
    pub fn shop_of(&self, shop: Option<&ID>) -> Result<i64> {
        let Some(shop) = shop else {
            return Ok(self.shop_id);
        };
        if node_id::decode_shop(shop)? == self.shop_id {
            return Ok(self.shop_id);
        }
        Err(Error::BadInput("there is no such shop".to_owned()))
    }

    /// The row that an id means; none where it is another shop's, which is as though it were not there.
    pub fn id_of(&self, kind: NodeKind, id: &ID) -> Result<Option<Uuid>> {
        let (shop_id, id) = node_id::decode(kind, id)?;
        Ok((shop_id == self.shop_id).then_some(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn viewer(role: Role) -> Viewer {
        Viewer {
            token_id: Uuid::nil(),
            name: "test".to_owned(),
            role,
            shop_id: 7,
            affiliate_id: None,
        }
    }

    #[test]
    fn roles_reach_as_far_as_the_design_says() {
        for (role, is_admin, is_staff) in [
            (Role::Admin, true, true),
            (Role::Analyst, false, true),
            (Role::Affiliate, false, false),
        ] {
            assert_eq!(viewer(role).require_admin().is_ok(), is_admin, "{role:?}");
            assert_eq!(viewer(role).require_staff().is_ok(), is_staff, "{role:?}");
        }
    }

    #[test]
    fn an_affiliates_token_that_names_none_sees_no_ones() {
        let scope = viewer(Role::Affiliate).scope();
        assert_eq!(scope, Scope::affiliate(7, Uuid::nil()));
        assert!(!scope.sees_affiliate(Uuid::from_u128(1)));
    }

    #[test]
    fn only_its_own_shop_is_there() {
        let viewer = viewer(Role::Admin);
        assert_eq!(viewer.shop_of(None).ok(), Some(7));
        assert_eq!(viewer.shop_of(Some(&node_id::encode_shop(7))).ok(), Some(7));
        assert!(viewer.shop_of(Some(&node_id::encode_shop(8))).is_err());
        let id = |shop| node_id::encode(NodeKind::Order, shop, Uuid::nil());
        assert_eq!(
            viewer.id_of(NodeKind::Order, &id(7)).ok(),
            Some(Some(Uuid::nil()))
        );
        assert_eq!(viewer.id_of(NodeKind::Order, &id(8)).ok(), Some(None));
    }
}
