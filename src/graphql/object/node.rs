//! Whatever has an id, looked up by it.

use std::collections::HashMap;

use async_graphql::{Context, ID, Interface};
use uuid::Uuid;

use super::{AccessToken, Affiliate, Order, OrderSource, Shop, SyncRun, Transaction};
use crate::error::Result;
use crate::graphql::node_id::{NodeId, NodeKind};
use crate::graphql::reads::{shop, viewer};

/// Something with an id of its own, which `node` looks up.
#[derive(Clone, Debug, Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Opaque, and the same for good."))]
pub enum Node {
    /// A shop.
    Shop(Shop),
    /// An order.
    Order(Order),
    /// An affiliate.
    Affiliate(Affiliate),
    /// A transaction.
    Transaction(Transaction),
    /// A sync run.
    SyncRun(SyncRun),
    /// An access token.
    AccessToken(AccessToken),
    /// A platform that orders come from.
    OrderSource(OrderSource),
}

impl Node {
    /// What these ids mean, each in its place; none where it is not there or not for the viewer to see. One
    /// statement a type.
    pub async fn list(ctx: &Context<'_>, ids: &[NodeId]) -> Result<Vec<Option<Self>>> {
        let own_shop = viewer(ctx)?.shop_id;
        let mut by_kind: HashMap<NodeKind, Vec<Uuid>> = HashMap::new();
        for node in ids.iter().filter(|node| node.shop_id == own_shop) {
            by_kind.entry(node.kind).or_default().push(node.id);
        }
        let mut found = HashMap::new();
        for (kind, ids) in by_kind {
            let nodes = Self::read(ctx, kind, &ids).await?;
            found.extend(nodes.into_iter().map(|(id, node)| ((kind, id), node)));
        }
        let own = |node: &&NodeId| node.shop_id == own_shop;
        let find = |node: &NodeId| found.get(&(node.kind, node.id)).cloned();
        Ok(ids
            .iter()
            .map(|node| Some(node).filter(own).and_then(find))
            .collect())
    }

    async fn read(ctx: &Context<'_>, kind: NodeKind, ids: &[Uuid]) -> Result<HashMap<Uuid, Self>> {
        Ok(match kind {
            NodeKind::Shop => {
                let shop = Shop::from(shop(ctx).await?.as_ref().clone());
                HashMap::from([(Uuid::nil(), shop.into())])
            }
            NodeKind::Order => nodes(Order::read(ctx, ids).await?),
            NodeKind::Affiliate => nodes(Affiliate::read(ctx, ids).await?),
            NodeKind::Transaction => nodes(Transaction::read(ctx, ids).await?),
            NodeKind::SyncRun => nodes(SyncRun::read(ctx, ids).await?),
            NodeKind::AccessToken => nodes(AccessToken::read(ctx, ids).await?),
            NodeKind::OrderSource => nodes(OrderSource::read(ctx, ids).await?),
        })
    }
}

fn nodes<T: Into<Node>>(found: HashMap<Uuid, T>) -> HashMap<Uuid, Node> {
    found.into_iter().map(|(id, it)| (id, it.into())).collect()
}
