//! Looks ahead at what an operation selects, to read no more than that and to read it together.

use async_graphql::parser::types::Selection;
use async_graphql::{Context, SelectionField};

use super::selected_columns::{of_affiliates, of_orders, of_transactions};
use crate::reports::Parts;

/// Fields that read by themselves, below an affiliate and a transaction of an order.
const READ_BY_AFFILIATES: [&str; 3] = ["promotedOrders", "transactions", "balance"];
const READ_BY_TRANSACTIONS: [&str; 4] = ["affiliate", "order", "blockers", "history"];

/// What is selected of orders.
#[derive(Clone, Copy, Debug)]
pub struct OrderSelection {
    /// What can be read together with them.
    pub parts: Parts,
    /// Whether that is all that the whole operation reads.
    pub is_all: bool,
}

impl OrderSelection {
    /// Of the order that this field answers with.
    pub fn of_one(ctx: &Context<'_>) -> Self {
        Self::of(ctx, &children(&[ctx.field()]), true)
    }

    /// Of the orders of the page that this field answers with.
    pub fn of_page(ctx: &Context<'_>) -> Self {
        let page = children(&[ctx.field()]);
        let is_plain = page
            .iter()
            .all(|it| matches!(it.name(), "edges" | "nodes" | "pageInfo" | "__typename"));
        let mut orders = below(&page, "nodes");
        orders.extend(below(&below(&page, "edges"), "node"));
        Self::of(ctx, &orders, is_plain)
    }

    fn of(ctx: &Context<'_>, orders: &[SelectionField<'_>], is_plain: bool) -> Self {
        let has = |fields: &[SelectionField<'_>], names: &[&str]| {
            fields.iter().any(|field| names.contains(&field.name()))
        };
        let (affiliates, transactions) =
            (below(orders, "affiliate"), below(orders, "transactions"));
        let reads_more = has(orders, &["history"])
            || has(&affiliates, &READ_BY_AFFILIATES)
            || has(&transactions, &READ_BY_TRANSACTIONS);
        Self {
            parts: Parts {
                orders: of_orders(orders.iter().map(SelectionField::name)),
                affiliates: has(orders, &["affiliate"])
                    .then(|| of_affiliates(affiliates.iter().map(SelectionField::name))),
                transactions: has(orders, &["transactions"])
                    .then(|| of_transactions(transactions.iter().map(SelectionField::name))),
            },
            is_all: is_plain && !reads_more && is_lone(ctx),
        }
    }
}

/// Whether the operation asks for one root field and no other.
pub fn is_lone(ctx: &Context<'_>) -> bool {
    let roots = &ctx.query_env.operation.node.selection_set.node.items;
    matches!(roots.as_slice(), [root] if matches!(root.node, Selection::Field(_)))
}

fn below<'a>(fields: &[SelectionField<'a>], name: &str) -> Vec<SelectionField<'a>> {
    let named: Vec<_> = fields
        .iter()
        .filter(|field| field.name() == name)
        .copied()
        .collect();
    children(&named)
}

fn children<'a>(fields: &[SelectionField<'a>]) -> Vec<SelectionField<'a>> {
    fields
        .iter()
        .flat_map(SelectionField::selection_set)
        .collect()
}
