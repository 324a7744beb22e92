//! Payloads: what changed, or why nothing did.

/// A payload with one object, which is null where the change was refused.
macro_rules! payload {
    ($(#[$doc:meta])* $name:ident { $(#[$field_doc:meta])* $field:ident: $object:ty }) => {
        $(#[$doc])*
        #[derive(Debug, async_graphql::SimpleObject)]
        #[graphql(serial)]
        pub struct $name {
            $(#[$field_doc])*
            $field: Option<$object>,
            /// Why the change was not made; empty where it was.
            user_errors: Vec<$crate::graphql::user_error::UserError>,
        }

        impl<T: Into<$object>> From<super::door::Outcome<T>> for $name {
            fn from(outcome: super::door::Outcome<T>) -> Self {
                match outcome {
                    Ok(row) => Self { $field: Some(row.into()), user_errors: Vec::new() },
                    Err(refusal) => refusal.into(),
                }
            }
        }

        impl From<$crate::error::Refusal> for $name {
            fn from(refusal: $crate::error::Refusal) -> Self {
                Self { $field: None, user_errors: vec![refusal.into()] }
            }
        }
    };
}
pub(super) use payload;
