//! The condition on the account that a secret acts as.

use super::Terms;
use crate::rule::Conditions;
use crate::sql::Builder;
use crate::words::Owner;

impl Terms {
    pub(super) fn of_owner(&mut self, builder: &mut Builder<'_>, when: &Conditions) {
        if let Some(owners) = &when.owner {
            self.all.push(owner(builder, owners));
            self.gaps
                .push(format!("SELECT gaps.id FROM gaps WHERE {GAP_OF_OWNERS}"));
        }
    }
}

const GAP_OF_OWNERS: &str = "gaps.sync = :sync AND ifnull(gaps.subject, 'resources') = 'resources'
    AND (gaps.resource_type IS NULL OR gaps.resource_type IN (
        SELECT secret_owner_type FROM resources WHERE resources.sync = :sync
    ))";

fn owner(builder: &mut Builder<'_>, owners: &[Owner]) -> String {
    let state = builder.is_one_of("iif(inactive.id IS NULL, 'active', 'disabled')", owners);
    let is_gone = i64::from(owners.contains(&Owner::Gone));
    let is_open = builder.owner_is_open();
    format!(
        "CASE WHEN NOT r.is_secret THEN 0 WHEN r.secret_owner_id IS NULL THEN NULL
         ELSE ifnull((
             SELECT {state} FROM resources AS owner LEFT JOIN inactive ON inactive.sync = :sync
                 AND inactive.type = owner.type AND inactive.id = owner.id
             WHERE owner.sync = :sync AND owner.type = r.secret_owner_type
                 AND owner.id = r.secret_owner_id
         ), iif({is_open}, NULL, {is_gone})) END"
    )
}
