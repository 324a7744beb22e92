//! Who makes a change, as the history will tell it (R26).

use entity::words::StatusActor;
use uuid::Uuid;

use super::Change;
use super::idempotency::Request;
use crate::error::Result;

/// Who makes a change, and the key to repeat it by.
#[derive(Clone, Debug)]
pub struct Author {
    /// What kind of actor.
    pub actor: StatusActor,
    /// The name of the token or the command; shown to the staff only.
    pub name: Option<String>,
    /// The sync run, where it is one.
    pub sync_run_id: Option<Uuid>,
    key: Option<(Uuid, String)>,
}

impl Author {
    /// An actor by name.
    #[must_use]
    pub fn new(actor: StatusActor, name: impl Into<String>) -> Self {
        Self {
            actor,
            name: Some(name.into()),
            sync_run_id: None,
            key: None,
        }
    }

    /// A sync run.
    #[must_use]
    pub fn run(run_id: Uuid) -> Self {
        Self {
            actor: StatusActor::Sync,
            name: None,
            sync_run_id: Some(run_id),
            key: None,
        }
    }

    /// The same author, whose change is made once however often it asks with this key.
    #[must_use]
    pub fn once(self, token_id: Uuid, key: Option<String>) -> Self {
        Self {
            key: key.map(|key| (token_id, key)),
            ..self
        }
    }

    pub(super) fn idempotency<C: Change>(&self, change: &C) -> Result<Option<Request>> {
        self.key
            .as_ref()
            .map(|(token_id, key)| Request::new(*token_id, key, change))
            .transpose()
    }
}
