//! Which rows are asked for. What is not given narrows nothing.

use governance_contract::model::Status;
use rusqlite::ToSql;

/// Which resources, or accounts.
#[derive(Debug, Clone, Default)]
pub struct ResourceFilter {
    /// Of this connection.
    pub connection: Option<String>,
    /// Of this type.
    pub resource_type: Option<String>,
    /// With this id or alias, or an account with this e-mail address, whatever
    /// its case.
    pub named: Option<String>,
    /// That belong to the resource with this id.
    pub parent: Option<String>,
    /// In this state.
    pub status: Option<Status>,
}

/// Which entitlements.
#[derive(Debug, Clone, Default)]
pub struct EntitlementFilter {
    /// Of this connection.
    pub connection: Option<String>,
    /// On resources of this type.
    pub resource_type: Option<String>,
    /// On the resource with this id or alias.
    pub resource: Option<String>,
}

/// Which grants.
#[derive(Debug, Clone, Default)]
pub struct GrantFilter {
    /// Of this connection.
    pub connection: Option<String>,
    /// On resources of this type.
    pub resource_type: Option<String>,
    /// On the resource with this id or alias.
    pub resource: Option<String>,
    /// Of the entitlement with this id.
    pub entitlement: Option<String>,
    /// Held by the resource with this id or alias, or the account with this
    /// e-mail address, whatever its case.
    pub principal: Option<String>,
}

/// Which gaps.
#[derive(Debug, Clone, Default)]
pub struct GapFilter {
    /// Of this connection.
    pub connection: Option<String>,
    /// That touch this type: those that name it, and those that name none.
    pub resource_type: Option<String>,
}

/// Which rows of a view are asked for: of which connection and type, and under
/// what further conditions, with what they compare to.
#[derive(Default)]
pub(crate) struct Conditions {
    pub(crate) connection: Option<String>,
    pub(crate) resource_type: Option<String>,
    sql: String,
    values: Vec<(String, Box<dyn ToSql>)>,
}

impl Conditions {
    /// Of one connection or of all; and of one type, which the condition calls
    /// `:type`, or of all.
    pub(crate) fn within(
        connection: &Option<String>,
        resource_type: &Option<String>,
        of_type: &str,
    ) -> Self {
        let all = Self {
            connection: connection.clone(),
            resource_type: resource_type.clone(),
            ..Self::default()
        };
        all.and(":type", resource_type.clone(), of_type)
    }

    /// Adds a condition that uses the parameter, if there is a value for it.
    pub(crate) fn and<T: ToSql + 'static>(
        mut self,
        parameter: &str,
        value: Option<T>,
        condition: &str,
    ) -> Self {
        if let Some(value) = value {
            self.sql.push_str(" AND (");
            self.sql.push_str(condition);
            self.sql.push(')');
            self.values.push((parameter.to_owned(), Box::new(value)));
        }
        self
    }

    /// Adds the condition that a column is among what a query gives.
    pub(crate) fn and_in(mut self, column: &str, query: &str) -> Self {
        self.sql.push_str(&format!(" AND {column} IN ({query})"));
        self
    }

    /// Adds the condition that the resource in the columns `<prefix>type` and
    /// `<prefix>id` has this id, whatever its type, or this alias or e-mail
    /// address. One set of names in a query of its own: SQLite finds rows of it
    /// by an index, as it does not for an `OR` or a bare `UNION`.
    pub(crate) fn and_named(self, prefix: &str, value: Option<&String>) -> Self {
        let [name, folded] = ["name", "folded"].map(|it| format!(":{prefix}{it}"));
        let condition = format!(
            "({prefix}type, {prefix}id) IN (SELECT * FROM (
                 SELECT id, {name} FROM resource_types WHERE sync = :sync
                 UNION
                 SELECT resource_type, resource_id FROM aliases WHERE sync = :sync AND alias_id = {name}
                 UNION
                 SELECT resource_type, resource_id FROM emails WHERE sync = :sync AND folded = {folded}
             ))"
        );
        let mut with = self.and(&name, value.cloned(), &condition);
        if let Some(value) = value {
            with.values.push((folded, Box::new(value.to_lowercase())));
        }
        with
    }

    /// What follows the view's first condition.
    pub(crate) fn sql(&self) -> &str {
        &self.sql
    }

    /// The parameters, with the sync that the rows are of.
    pub(crate) fn parameters<'a>(&'a self, sync: &'a i64) -> Vec<(&'a str, &'a dyn ToSql)> {
        let values = self
            .values
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_ref()));
        std::iter::once((":sync", sync as &dyn ToSql))
            .chain(values)
            .collect()
    }
}
