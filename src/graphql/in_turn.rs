//! Objects whose fields are taken one after the other, where they stand. The library puts a future for each field
//! of each object on the heap first, and a page of orders or a series of figures has thousands of fields that wait
//! for nothing: most of what such an answer costs.

use std::borrow::Cow;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{Field, Selection, SelectionSet};
use async_graphql::registry::Registry;
use async_graphql::{
    ContainerType, ContextSelectionSet, OutputType, Positioned, ServerResult, Value,
};
use futures_util::future::BoxFuture;

/// An object that answers like the one inside, for less.
#[derive(Clone, Copy, Debug)]
pub struct InTurn<T>(pub T);

impl<T: ContainerType> OutputType for InTurn<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn introspection_type_name(&self) -> Cow<'static, str> {
        self.0.introspection_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        if is_plain(&ctx.item.node) {
            // One type for all of them, since an order has transactions, which have an order.
            let fields: BoxFuture<'_, Value> = Box::pin(resolve_fields(ctx, &self.0));
            return Ok(fields.await);
        }
        self.0.resolve(ctx, field).await
    }
}

/// Whether there is nothing but fields, each once. What was to be skipped is gone by now.
fn is_plain(selected: &SelectionSet) -> bool {
    let mut rest = selected.items.iter();
    while let Some(item) = rest.next() {
        let Selection::Field(field) = &item.node else {
            return false;
        };
        let key = &field.node.response_key().node;
        let is_again = |other: &Positioned<Selection>| matches!(&other.node, Selection::Field(other) if other.node.response_key().node == *key);
        if field.node.name.node == "__typename" || rest.clone().any(is_again) {
            return false;
        }
    }
    true
}

async fn resolve_fields<T: ContainerType>(ctx: &ContextSelectionSet<'_>, object: &T) -> Value {
    let selected = &ctx.item.node.items;
    let mut fields = IndexMap::with_capacity(selected.len());
    for selection in selected {
        let Selection::Field(field) = &selection.node else {
            continue;
        };
        let ctx = ctx.with_field(field);
        match object.resolve_field(&ctx).await {
            Ok(value) => {
                let key = field.node.response_key().node.clone();
                fields.insert(key, value.unwrap_or_default());
            }
            Err(error) => ctx.add_error(error),
        }
    }
    if fields.is_empty() {
        Value::Null
    } else {
        Value::Object(fields)
    }
}
