//! Look-ups by id, whatever the type.

use async_graphql::{Context, ID, Object};

use crate::error::Error;
use crate::graphql::connection::MOST;
use crate::graphql::errors::Result;
use crate::graphql::node_id::{NodeId, decode_any};
use crate::graphql::object::Node;

/// Look-ups by id.
#[derive(Debug, Default)]
pub struct NodeQueries;

#[Object(serial)]
impl NodeQueries {
    /// Whatever has this id; null where it is not there or not for the viewer to see.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of anything that has one.")] id: ID,
    ) -> Result<Option<Node>> {
        let nodes = Node::list(ctx, &[decode_any(&id)?]).await?;
        Ok(nodes.into_iter().flatten().next())
    }

    /// Whatever has these ids, each in its place; null where it is not there or not for the viewer to see, and
    /// where the text is no id.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ids, at most 250.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        if ids.len() > MOST {
            let message = format!("at most {MOST} ids can be looked up at once");
            return Err(Error::BadInput(message).into());
        }
        let ids: Vec<Option<NodeId>> = ids.iter().map(|id| decode_any(id).ok()).collect();
        let known: Vec<NodeId> = ids.iter().copied().flatten().collect();
        let mut found = Node::list(ctx, &known).await?.into_iter();
        let in_place = |id: Option<NodeId>| id.and_then(|_| found.next().flatten());
        Ok(ids.into_iter().map(in_place).collect())
    }
}
