//! What an answer cannot know: the gaps that match, and what a narrowed sync
//! never asked for.
//!
//! Gaps that leave open whether a resource or an entitlement is there leave open
//! who holds it, too. Those of events leave no access open.

use serde::Serialize;

use super::ways::BEHIND;
use super::{OF_PRINCIPAL, Parameters};
use crate::read::Listed;
use crate::{Asked, GapRow, Store, StoreError, SyncRow};

/// What stays open next to an answer. While it does, that something is not in
/// the answer does not mean that it is not so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Unknown {
    /// The gaps that match what was asked.
    pub gaps: Vec<GapRow>,
    /// What the sync was asked for, if that was not everything: what lies
    /// outside is unknown.
    pub asked: Option<Asked>,
}

/// What a principal holds may lead to more, so that what is unknown of that is
/// unknown of the principal.
const TO_PRINCIPAL: &str = "
(gaps.principal_type IS NULL AND gaps.principal_id IS NULL) OR EXISTS (
    SELECT 1 FROM reached
    WHERE ifnull(gaps.principal_type, reached.type) = reached.type
        AND ifnull(gaps.principal_id, reached.id) = reached.id
)";

/// Of a resource that is not there nobody knows where it belongs.
const ON_BEHIND: &str = "
EXISTS (
    SELECT 1 FROM behind LEFT JOIN resources ON resources.sync = :sync
        AND resources.type = behind.type AND resources.id = behind.id
    WHERE ifnull(gaps.resource_type, behind.type) = behind.type
        AND ifnull(gaps.resource_id, behind.id) = behind.id
        AND ifnull(gaps.slug, behind.slug) = behind.slug
        AND (gaps.parent_id IS NULL OR resources.id IS NULL
            OR (resources.parent_type, resources.parent_id) = (gaps.parent_type, gaps.parent_id))
)";

impl Unknown {
    /// Nothing is open.
    pub fn is_nothing(&self) -> bool {
        self.gaps.is_empty() && self.asked.is_none()
    }

    pub(super) fn of_principal(
        store: &Store,
        sync: &SyncRow,
        parameters: Parameters<'_>,
    ) -> Result<Self, StoreError> {
        let reached = format!(
            "WITH reached AS MATERIALIZED (
                 SELECT :type AS type, :id AS id
                 UNION
                 SELECT resource_type, resource_id FROM current_effective WHERE {OF_PRINCIPAL}
             )"
        );
        Self::read(store, sync, &reached, TO_PRINCIPAL, parameters)
    }

    pub(super) fn of_entitlement(
        store: &Store,
        sync: &SyncRow,
        parameters: Parameters<'_>,
    ) -> Result<Self, StoreError> {
        Self::read(store, sync, BEHIND, ON_BEHIND, parameters)
    }

    fn read(
        store: &Store,
        sync: &SyncRow,
        with: &str,
        condition: &str,
        parameters: Parameters<'_>,
    ) -> Result<Self, StoreError> {
        let sql = format!(
            "{with} SELECT * FROM current_gaps AS gaps
             WHERE sync = :sync AND ifnull(subject, 'grants') <> 'events' AND ({condition})
             ORDER BY {}",
            GapRow::ORDER
        );
        let mut statement = store.connection.prepare_cached(&sql)?;
        let gaps = statement.query_map(parameters, GapRow::read)?;
        Ok(Self {
            gaps: gaps.collect::<Result<_, _>>()?,
            asked: (!sync.asked.is_everything()).then(|| sync.asked.clone()),
        })
    }
}
