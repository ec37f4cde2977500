//! Conditions on what a resource is: its state, its name, its addresses, what else
//! the service tells of it.

use rusqlite::types::Value;

use super::{Terms, unless_not_told};
use crate::rule::{Attribute, Conditions, Scalar};
use crate::sql::{Builder, ENDED, is_active};
use crate::words::Status;

impl Terms {
    pub(super) fn of_state(&mut self, builder: &mut Builder<'_>, when: &Conditions) {
        if let Some(status) = &when.status {
            let told = builder.is_one_of("r.status", status);
            self.all.push(unless_not_told("r.status", &told));
        }
        if !matches!(&when.status, Some(it) if it.contains(&Status::Archived)) {
            // Nobody reaches what is archived, or part of something that is.
            self.all.push(is_active(["r.type", "r.id"], ENDED));
        }
        if let Some(status) = &when.not_status {
            let told = builder.is_one_of("r.status", status);
            self.all.push(format!("NOT {told}"));
        }
        if let Some(kind) = &when.kind {
            let told = builder.is_one_of("r.account_kind", kind);
            self.all.push(unless_not_told("r.account_kind", &told));
        }
        if let Some(managers) = &when.managed_by {
            let told = builder.is_one_of("r.managed_by", managers);
            self.all.push(unless_not_told("r.managed_by", &told));
        }
    }

    pub(super) fn of_names(&mut self, builder: &mut Builder<'_>, when: &Conditions) {
        if let Some(patterns) = &when.name {
            self.all.push(builder.is_like("r.name", patterns));
        }
        if let Some(patterns) = &when.email {
            let matches = builder.is_like("address.folded", patterns);
            self.all.push(unless_without_address(&format!(
                "EXISTS ({ADDRESSES} AND {matches})"
            )));
        }
        if let Some(domains) = &when.email_outside {
            let within: Vec<_> = domains.iter().map(|it| format!("*@{it}")).collect();
            let within = builder.is_like("address.folded", &within);
            let outside = format!("EXISTS ({ADDRESSES} AND NOT {within})");
            self.all.push(unless_without_address(&outside));
        }
        if let Some(Attribute { path, equals }) = &when.attribute {
            let keys = path.split('.').map(|key| format!(".\"{key}\""));
            let path = builder.bind(format!("${}", keys.collect::<String>()));
            let equals = builder.bind(match equals {
                Scalar::Flag(flag) => Value::Integer(i64::from(*flag)),
                Scalar::Number(number) => Value::Integer(*number),
                Scalar::Text(text) => Value::Text(text.clone()),
            });
            self.all
                .push(format!("json_extract(r.attributes, {path}) IS {equals}"));
        }
    }
}

const ADDRESSES: &str = "SELECT 1 FROM emails AS address
    WHERE address.sync = :sync AND address.resource_type = r.type AND address.resource_id = r.id";

/// Service accounts need no address; of others it is only not told.
fn unless_without_address(condition: &str) -> String {
    format!(
        "CASE WHEN EXISTS ({ADDRESSES}) THEN {condition}
         WHEN r.account_kind = 'service' THEN 0 ELSE NULL END"
    )
}
