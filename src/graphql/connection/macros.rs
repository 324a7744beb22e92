//! A connection and its edge, which are the same but for their names, nodes and words.

/// Makes the two types. What follows `fields` are further fields of the connection.
macro_rules! connection {
    (
        $(#[doc = $doc:literal])+
        $connection:ident of $node:ty, edges $edge:ident $(#[doc = $edge_doc:literal])+, listing $listing:ty
        $(, fields { $($fields:tt)* })?
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug)]
        pub struct $connection {
            of: $listing,
            edges: Vec<$edge>,
            info: $crate::graphql::connection::PageInfo,
        }

        $(#[doc = $edge_doc])+
        #[derive(Debug)]
        pub struct $edge {
            cursor: $crate::graphql::connection::Cursor,
            node: $node,
        }

        impl $connection {
            /// A page of a listing.
            pub fn new(of: $listing, page: $crate::graphql::connection::Nodes<$node>) -> Self {
                let edge = |(cursor, node)| $edge { cursor, node };
                Self {
                    of,
                    edges: page.rows.into_iter().map(edge).collect(),
                    info: page.info,
                }
            }
        }

        $(#[doc = $doc])+
        #[async_graphql::Object(serial)]
        impl $connection {
            /// The rows of this page with their cursors.
            async fn edges(&self) -> &[$edge] {
                &self.edges
            }

            /// The rows of this page without their cursors.
            async fn nodes(&self) -> Vec<$crate::graphql::in_turn::InTurn<&$node>> {
                self.edges.iter().map(|edge| $crate::graphql::in_turn::InTurn(&edge.node)).collect()
            }

            /// Where this page lies in the list.
            async fn page_info(&self) -> &$crate::graphql::connection::PageInfo {
                &self.info
            }

            /// How many rows the list has on all pages together. Counted only when asked for.
            async fn total_count(
                &self,
                ctx: &async_graphql::Context<'_>,
            ) -> $crate::graphql::errors::Result<i32> {
                use $crate::graphql::connection::Listing;
                let count = self.of.count(ctx).await?;
                Ok(i32::try_from(count).unwrap_or(i32::MAX))
            }

            $($($fields)*)?
        }

        $(#[doc = $edge_doc])+
        #[async_graphql::Object(serial)]
        impl $edge {
            /// Where the row stands in the list, for `after` and `before`. Good for this field in this order.
            async fn cursor(&self) -> $crate::graphql::errors::Result<String> {
                Ok(self.cursor.encode()?)
            }

            /// The row.
            async fn node(&self) -> $crate::graphql::in_turn::InTurn<&$node> {
                $crate::graphql::in_turn::InTurn(&self.node)
            }
        }
    };
}
pub(in crate::graphql) use connection;
