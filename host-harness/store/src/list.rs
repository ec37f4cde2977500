//! What the current syncs hold, row by row, so that memory does not grow with
//! the organization.
//!
//! Each function gives every row to a callback, ordered by connection, type and
//! id, and says how many there were. The callback's error ends the listing.

use crate::filter::Conditions;
use crate::rows::Listed;
use crate::{
    EntitlementFilter, EntitlementRow, GapFilter, GapRow, GrantFilter, GrantRow, ResourceFilter,
    ResourceRow, Store, StoreError, SyncRow,
};

/// The types whose resources are accounts.
const ACCOUNT_TYPES: &str = "
SELECT id FROM resource_types
WHERE sync = :sync AND EXISTS (SELECT 1 FROM json_each(traits) WHERE value = 'user')";

const ALL_TYPES: &str = "SELECT id FROM resource_types WHERE sync = :sync";

impl Store {
    /// Lists resources.
    ///
    /// # Errors
    /// An unknown connection or type, nothing synced yet, SQLite's failures,
    /// and what the callback gives.
    pub fn resources<E: From<StoreError>>(
        &self,
        filter: &ResourceFilter,
        each: impl FnMut(ResourceRow) -> Result<(), E>,
    ) -> Result<u64, E> {
        let syncs = self.syncs_with(&filter.connection, &filter.resource_type, ALL_TYPES)?;
        self.list(&syncs, &resource_conditions(filter), each)
    }

    /// Lists the resources whose type has the trait `user`.
    ///
    /// # Errors
    /// As [`Store::resources`], and for a type that is none of accounts.
    pub fn accounts<E: From<StoreError>>(
        &self,
        filter: &ResourceFilter,
        each: impl FnMut(ResourceRow) -> Result<(), E>,
    ) -> Result<u64, E> {
        let syncs = self.syncs_with(&filter.connection, &filter.resource_type, ACCOUNT_TYPES)?;
        let conditions = resource_conditions(filter).and_in("type", ACCOUNT_TYPES);
        self.list(&syncs, &conditions, each)
    }

    /// Lists entitlements.
    ///
    /// # Errors
    /// As [`Store::resources`].
    pub fn entitlements<E: From<StoreError>>(
        &self,
        filter: &EntitlementFilter,
        each: impl FnMut(EntitlementRow) -> Result<(), E>,
    ) -> Result<u64, E> {
        let syncs = self.syncs_with(&filter.connection, &filter.resource_type, ALL_TYPES)?;
        let conditions = Conditions::default()
            .and(":type", filter.resource_type.clone(), "resource_type = :type")
            .and_named("resource_", [":resource", ":resource_folded"], filter.resource.as_ref());
        self.list(&syncs, &conditions, each)
    }

    /// Lists grants as they were told: expansion is not applied.
    ///
    /// # Errors
    /// As [`Store::resources`].
    pub fn grants<E: From<StoreError>>(
        &self,
        filter: &GrantFilter,
        each: impl FnMut(GrantRow) -> Result<(), E>,
    ) -> Result<u64, E> {
        let syncs = self.syncs_with(&filter.connection, &filter.resource_type, ALL_TYPES)?;
        let conditions = Conditions::default()
            .and(":type", filter.resource_type.clone(), "resource_type = :type")
            .and_named("resource_", [":resource", ":resource_folded"], filter.resource.as_ref())
            .and(":entitlement", filter.entitlement.clone(), "entitlement_id = :entitlement")
            .and_named("principal_", [":principal", ":principal_folded"], filter.principal.as_ref());
        self.list(&syncs, &conditions, each)
    }

    /// Lists what could not be read.
    ///
    /// # Errors
    /// As [`Store::resources`].
    pub fn gaps<E: From<StoreError>>(
        &self,
        filter: &GapFilter,
        each: impl FnMut(GapRow) -> Result<(), E>,
    ) -> Result<u64, E> {
        let syncs = self.syncs_with(&filter.connection, &filter.resource_type, ALL_TYPES)?;
        let touched = "ifnull(resource_type, :type) = :type";
        let conditions = Conditions::default().and(":type", filter.resource_type.clone(), touched);
        self.list(&syncs, &conditions, each)
    }

    /// The current syncs that are asked. A type has to be known to one of them.
    fn syncs_with(
        &self,
        connection: &Option<String>,
        wanted: &Option<String>,
        types: &'static str,
    ) -> Result<Vec<SyncRow>, StoreError> {
        let syncs = self.current_syncs(connection.as_deref())?;
        let Some(wanted) = wanted else { return Ok(syncs) };
        let mut known = Vec::new();
        let mut statement = self.connection.prepare_cached(&format!("{types} ORDER BY position"))?;
        for sync in &syncs {
            for name in statement.query_map([sync.id.0], |row| row.get::<_, String>(0))? {
                let name = name?;
                if !known.contains(&name) {
                    known.push(name);
                }
            }
        }
        if known.contains(wanted) {
            return Ok(syncs);
        }
        Err(StoreError::UnknownType {
            wanted: if types == ALL_TYPES { "resource type" } else { "type of accounts" },
            name: wanted.clone(),
            known,
        })
    }

    fn list<R: Listed, E: From<StoreError>>(
        &self,
        syncs: &[SyncRow],
        conditions: &Conditions,
        mut each: impl FnMut(R) -> Result<(), E>,
    ) -> Result<u64, E> {
        let sql = format!(
            "SELECT * FROM {} WHERE sync = :sync{} ORDER BY {}",
            R::VIEW,
            conditions.sql(),
            R::ORDER
        );
        let mut statement = self.connection.prepare_cached(&sql).map_err(StoreError::from)?;
        let mut count = 0;
        for sync in syncs {
            let parameters = conditions.parameters(&sync.id.0);
            let rows = statement.query_map(parameters.as_slice(), R::read).map_err(StoreError::from)?;
            for row in rows {
                each(row.map_err(StoreError::from)?)?;
                count += 1;
            }
        }
        Ok(count)
    }
}

fn resource_conditions(filter: &ResourceFilter) -> Conditions {
    Conditions::default()
        .and(":type", filter.resource_type.clone(), "type = :type")
        .and_named("", [":named", ":folded"], filter.named.as_ref())
        .and(":parent", filter.parent.clone(), "parent_id = :parent")
        .and(":status", filter.status.map(|status| status.name()), "status = :status")
}

#[cfg(test)]
mod tests {
    use governance_contract::model::{
        Account, AccountKind, EmailAddress, Entitlement, Exclusion, LastUse, Management, Purpose,
        Resource, Scope, Secret, Status, Subject,
    };
    use serde_json::json;

    use super::*;
    use crate::Batch;
    use crate::fixtures::{
        Place, account, aliased, anything, column, entitlement, gap, grant, id, lines, resource,
    };

    #[test]
    fn lines_have_the_shapes_that_others_rely_on() {
        let place = Place::new();
        let ada = Resource {
            name: "Ada".into(),
            created_at: Some(1_767_323_045),
            attributes: "{ \"z\": 12345678901234567890123,\n \"a\": [] }".into(),
            ..resource("user", "user-1")
        };
        let role = Entitlement {
            exclusion: Some(Exclusion { group: "org-role".into(), is_default: false }),
            ..entitlement(id("group", "owners"), "assigned")
        };
        let scope = Scope {
            subject: Some(Subject::Grants),
            resource_type: Some("group".into()),
            principal_type: Some("user".into()),
            ..anything()
        };
        place.sync(
            "default",
            Batch {
                resources: &[ada],
                entitlements: &[role],
                grants: &[grant(id("group", "owners"), "assigned", id("user", "user-1"))],
                gaps: &[gap(scope)],
            },
        );
        let store = place.reader();
        let mut shown = Vec::new();
        let mut show = |line: String| shown.push(line);
        store.resources(&ResourceFilter::default(), |row| line(&row, &mut show)).unwrap();
        store.entitlements(&EntitlementFilter::default(), |row| line(&row, &mut show)).unwrap();
        store.grants(&GrantFilter::default(), |row| line(&row, &mut show)).unwrap();
        store.gaps(&GapFilter::default(), |row| line(&row, &mut show)).unwrap();
        let expected = [
            concat!(
                r#"{"connection":"default","type":"user","id":"user-1","name":"Ada","parent":null,"#,
                r#""traits":["user"],"created_at":"2026-01-02T03:04:05Z","#,
                r#""attributes":{"z":12345678901234567890123,"a":[]},"description":null,"#,
                r#""status":"active","managed_by":"not-told","expires_at":null,"last_use":null,"#,
                r#""account_kind":null,"login":null,"emails":[],"aliases":[],"permissions":[],"secret":null}"#
            ),
            concat!(
                r#"{"connection":"default","id":"group:owners:assigned","resource_type":"group","#,
                r#""resource_id":"owners","slug":"assigned","name":"ASSIGNED","purpose":"assignment","#,
                r#""grantable_to":["user"],"exclusion_group":"org-role","description":null,"#,
                r#""exclusion_default":false}"#
            ),
            concat!(
                r#"{"connection":"default","id":"group:owners:assigned:user:user-1","#,
                r#""entitlement_id":"group:owners:assigned","principal_type":"user","#,
                r#""principal_id":"user-1","directness":"direct","immutable":null,"expands":[],"#,
                r#""expands_deep":null,"resource_type":"group","resource_id":"owners","#,
                r#""slug":"assigned","pending":false,"sources":[],"expires_at":null}"#
            ),
            concat!(
                r#"{"connection":"default","surface":"groups","scope":{"subject":"grants","#,
                r#""resource_type":"group","principal_type":"user"},"reason":"permission","#,
                r#""detail":"may not"}"#
            ),
        ];
        assert_eq!(shown, expected);
    }

    fn line(row: &impl serde::Serialize, show: &mut impl FnMut(String)) -> Result<(), StoreError> {
        show(serde_json::to_string(row).unwrap());
        Ok(())
    }

    #[test]
    fn everything_that_a_resource_tells_is_kept() {
        let place = Place::new();
        let told = Resource {
            parent: Some(id("project", "p")),
            description: Some("for tests".into()),
            status: Status::Disabled,
            managed_by: Management::IdentityProvider,
            expires_at: Some(0),
            last_use: Some(LastUse { at: 1, using: "api-key".into() }),
            account: Some(Account {
                kind: AccountKind::Service,
                emails: vec![EmailAddress { address: "Ci@Example.org".into(), primary: false }],
                login: Some("ci".into()),
            }),
            secret: Some(Secret {
                owner: Some(id("user", "ada")),
                redacted_value: Some("sk-…abcd".into()),
            }),
            permissions: vec!["api.read".into()],
            ..resource("robot", "ci")
        };
        place.sync("default", Batch { resources: &[told], ..Batch::default() });
        let row = &place.reader().all_resources()[0];
        let expected = json!({
            "connection": "default", "type": "robot", "id": "ci", "name": "CI",
            "parent": {"type": "project", "id": "p"}, "traits": ["user"], "created_at": null,
            "attributes": {}, "description": "for tests", "status": "disabled",
            "managed_by": "identity-provider", "expires_at": "1970-01-01T00:00:00Z",
            "last_use": {"at": "1970-01-01T00:00:01Z", "using": "api-key"},
            "account_kind": "service", "login": "ci",
            "emails": [{"address": "Ci@Example.org", "primary": false}], "aliases": [],
            "permissions": ["api.read"],
            "secret": {"owner": {"type": "user", "id": "ada"}, "redacted_value": "sk-…abcd"},
        });
        assert_eq!(*row, expected);
    }

    fn organization() -> Place {
        let place = Place::new();
        let resources = [
            account("ada", &["Ada@Example.org", "ÄDA@example.org"]),
            Resource { status: Status::Disabled, ..account("bob", &[]) },
            Resource { parent: Some(id("project", "p")), ..resource("robot", "ci") },
            aliased(resource("project", "p"), &[("project", "short")]),
            resource("group", "g"),
        ];
        let entitlements = [
            Entitlement { purpose: Purpose::Ownership, ..entitlement(id("project", "p"), "owner") },
            entitlement(id("group", "g"), "member"),
        ];
        let grants = [
            grant(id("project", "p"), "owner", id("user", "ada")),
            grant(id("project", "p"), "owner", id("user", "bob")),
            grant(id("group", "g"), "member", id("user", "ada")),
        ];
        let gaps = [
            gap(anything()),
            gap(Scope { resource_type: Some("group".into()), ..anything() }),
        ];
        let batch = Batch { resources: &resources, entitlements: &entitlements, grants: &grants, gaps: &gaps };
        place.sync("default", batch);
        place.sync("other", Batch { resources: &[resource("user", "eve")], ..Batch::default() });
        place
    }

    #[test]
    fn resources_are_narrowed_by_what_is_given() {
        let store = organization().reader();
        let text = |text: &str| Some(text.to_owned());
        let all = ResourceFilter::default;
        let cases = [
            (all(), "g p ci ada bob eve"),
            (ResourceFilter { connection: text("other"), ..all() }, "eve"),
            (ResourceFilter { resource_type: text("user"), ..all() }, "ada bob eve"),
            (ResourceFilter { named: text("ci"), ..all() }, "ci"),
            (ResourceFilter { named: text("short"), ..all() }, "p"),
            (ResourceFilter { named: text("ADA@example.ORG"), ..all() }, "ada"),
            (ResourceFilter { named: text("äda@EXAMPLE.org"), ..all() }, "ada"),
            (ResourceFilter { parent: text("p"), ..all() }, "ci"),
            (ResourceFilter { status: Some(Status::Disabled), ..all() }, "bob"),
            (ResourceFilter { named: text("ada"), resource_type: text("group"), ..all() }, ""),
            (ResourceFilter { named: text("' OR 1=1 --"), ..all() }, ""),
        ];
        for (filter, expected) in cases {
            let rows = lines(|each| store.resources(&filter, each)).unwrap();
            assert_eq!(column(&rows, "id").join(" "), expected, "{filter:?}");
        }
    }

    #[test]
    fn accounts_are_resources_of_types_with_the_trait_user() {
        let store = organization().reader();
        let text = |text: &str| Some(text.to_owned());
        let all = ResourceFilter::default;
        let cases = [
            (all(), "ci ada bob eve"),
            (ResourceFilter { resource_type: text("robot"), ..all() }, "ci"),
            (ResourceFilter { named: text("g"), ..all() }, ""),
        ];
        for (filter, expected) in cases {
            let rows = lines(|each| store.accounts(&filter, each)).unwrap();
            assert_eq!(column(&rows, "id").join(" "), expected, "{filter:?}");
        }
    }

    #[test]
    fn grants_are_narrowed_by_what_is_given() {
        let store = organization().reader();
        let text = |text: &str| Some(text.to_owned());
        let all = GrantFilter::default;
        let cases = [
            (all(), "group:g:member:user:ada project:p:owner:user:ada project:p:owner:user:bob"),
            (GrantFilter { resource_type: text("group"), ..all() }, "group:g:member:user:ada"),
            (GrantFilter { entitlement: text("group:g:member"), ..all() }, "group:g:member:user:ada"),
            (GrantFilter { principal: text("bob"), ..all() }, "project:p:owner:user:bob"),
            (
                GrantFilter { principal: text("ada@example.org"), resource: text("short"), ..all() },
                "project:p:owner:user:ada",
            ),
            (GrantFilter { principal: text("nobody@example.org"), ..all() }, ""),
            (GrantFilter { connection: text("other"), ..all() }, ""),
        ];
        for (filter, expected) in cases {
            let rows = lines(|each| store.grants(&filter, each)).unwrap();
            assert_eq!(column(&rows, "id").join(" "), expected, "{filter:?}");
        }
    }

    #[test]
    fn entitlements_and_gaps_are_narrowed_by_what_is_given() {
        let store = organization().reader();
        let resource_type = |name: &str| Some(name.to_owned());
        let entitlements = |filter| lines(|each| store.entitlements(&filter, each)).unwrap();
        let of_type = EntitlementFilter { resource_type: resource_type("group"), ..Default::default() };
        assert_eq!(column(&entitlements(of_type), "id"), ["group:g:member"]);
        let of_one = EntitlementFilter { resource: resource_type("short"), ..Default::default() };
        assert_eq!(column(&entitlements(of_one), "id"), ["project:p:owner"]);
        for (name, expected) in [("group", 2), ("user", 1)] {
            let filter = GapFilter { resource_type: resource_type(name), ..Default::default() };
            assert_eq!(lines(|each| store.gaps(&filter, each)).unwrap().len(), expected, "{name}");
        }
    }

    #[test]
    fn an_unknown_type_is_answered_with_the_known_ones() {
        let store = organization().reader();
        let wanted = |name: &str| ResourceFilter {
            resource_type: Some(name.to_owned()),
            ..ResourceFilter::default()
        };
        let error = lines(|each| store.resources(&wanted("users"), each)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no resource type is named `users`; there are `user`, `robot`, `group`, `project`"
        );
        let error = lines(|each| store.accounts(&wanted("group"), each)).unwrap_err();
        assert_eq!(error.to_string(), "no type of accounts is named `group`; there are `user`, `robot`");
    }

    #[test]
    fn the_callbacks_error_ends_the_listing() {
        let store = organization().reader();
        let mut seen = 0;
        let ended = store.resources(&ResourceFilter::default(), |_| {
            seen += 1;
            Err(StoreError::NotRunning(0))
        });
        assert!(matches!(ended, Err(StoreError::NotRunning(0))));
        assert_eq!(seen, 1);
    }

    #[test]
    fn no_listing_gathers_rows_to_sort_them() {
        let place = organization();
        let store = place.reader();
        for (view, order) in [
            (ResourceRow::VIEW, ResourceRow::ORDER),
            (EntitlementRow::VIEW, EntitlementRow::ORDER),
            (GrantRow::VIEW, GrantRow::ORDER),
        ] {
            let sql = format!("EXPLAIN QUERY PLAN SELECT * FROM {view} WHERE sync = 1 ORDER BY {order}");
            let mut statement = store.connection.prepare(&sql).unwrap();
            let steps = statement.query_map([], |row| row.get::<_, String>("detail")).unwrap();
            let plan = steps.collect::<Result<Vec<_>, _>>().unwrap().join("\n");
            let table = view.trim_start_matches("current_");
            assert!(plan.contains(&format!("SEARCH {table} USING")), "{view}:\n{plan}");
            assert!(!plan.contains("TEMP B-TREE"), "{view}:\n{plan}");
        }
    }
}
