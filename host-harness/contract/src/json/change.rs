//! Change requests as JSON, both ways.
//!
//! | `change` | other keys |
//! |---|---|
//! | `grant`, `revoke` | `entitlement` {`resource`, `slug`}, `principal`; may have `expires_at`, `hint` |
//! | `create-account` | `resource_type`, `email`; may have `name`, `entitlements`, `attributes` |
//! | `set-account-status` | `account`, `status` |
//! | `create-resource` | `resource_type`, `name`; may have `parent`, `attributes` |
//! | `update-resource` | `of`; may have `name`, `attributes` |
//! | `delete-resource` | `of`; may have `attributes` |
//! | `resend-invitation` | `of` |
//!
//! A resource is `type` and `id`, and may have `parent` {`type`, `id`} and `hint`.

use serde_json::{Value, json};

use super::reading::{Fields, broken};
use super::{list, moment, object, resource_id};
use crate::bounds::Violation;
use crate::changes::{
    AccountCreation, ChangeRequest, GrantChange, ResourceCreation, ResourceDeletion,
    ResourceUpdate, StatusChange,
};
use crate::model::{EntitlementReference, Reference, ResourceId, Status, Timestamp};
use crate::moments;

/// A change request.
pub fn change(change: &ChangeRequest) -> Value {
    let mut value = match change {
        ChangeRequest::Grant(it) | ChangeRequest::Revoke(it) => json!({
            "entitlement": entitlement(&it.entitlement),
            "principal": reference(&it.principal),
            "expires_at": moment(it.expires_at),
            "hint": it.hint,
        }),
        ChangeRequest::CreateAccount(it) => json!({
            "resource_type": it.resource_type,
            "email": it.email,
            "name": it.name,
            "entitlements": list(&it.entitlements, entitlement),
            "attributes": object(&it.attributes),
        }),
        ChangeRequest::SetAccountStatus(it) => json!({
            "account": reference(&it.account),
            "status": it.status.name(),
        }),
        ChangeRequest::CreateResource(it) => json!({
            "resource_type": it.resource_type,
            "parent": it.parent.as_ref().map(reference),
            "name": it.name,
            "attributes": object(&it.attributes),
        }),
        ChangeRequest::UpdateResource(it) => json!({
            "of": reference(&it.of),
            "name": it.name,
            "attributes": object(&it.attributes),
        }),
        ChangeRequest::DeleteResource(it) => json!({
            "of": reference(&it.of),
            "attributes": object(&it.attributes),
        }),
        ChangeRequest::ResendInvitation(it) => json!({"of": reference(it)}),
    };
    value["change"] = change.name().into();
    value
}

/// Reads a change request, as [`change`] writes it.
///
/// # Errors
/// What is missing, unknown or of another type, by its place.
pub fn read_change(value: &Value) -> Result<ChangeRequest, Violation> {
    let mut fields = Fields::of("", value)?;
    let name = fields.text("change")?;
    let change = match name.as_str() {
        "grant" => ChangeRequest::Grant(read_grant_change(&mut fields)?),
        "revoke" => ChangeRequest::Revoke(read_grant_change(&mut fields)?),
        "create-account" => ChangeRequest::CreateAccount(read_account(&mut fields)?),
        "set-account-status" => ChangeRequest::SetAccountStatus(StatusChange {
            account: fields.reference("account")?,
            status: fields.status("status")?,
        }),
        "create-resource" => ChangeRequest::CreateResource(ResourceCreation {
            resource_type: fields.text("resource_type")?,
            parent: fields.optional_reference("parent")?,
            name: fields.text("name")?,
            attributes: fields.attributes()?,
        }),
        "update-resource" => ChangeRequest::UpdateResource(ResourceUpdate {
            of: fields.reference("of")?,
            name: fields.optional_text("name")?,
            attributes: fields.attributes()?,
        }),
        "delete-resource" => ChangeRequest::DeleteResource(ResourceDeletion {
            of: fields.reference("of")?,
            attributes: fields.attributes()?,
        }),
        "resend-invitation" => ChangeRequest::ResendInvitation(fields.reference("of")?),
        _ => return Err(broken("change", format!("`{name}` is no kind of change"))),
    };
    fields.end()?;
    Ok(change)
}

fn read_grant_change(fields: &mut Fields<'_>) -> Result<GrantChange, Violation> {
    let place = fields.place("entitlement");
    Ok(GrantChange {
        entitlement: read_entitlement(&place, fields.required("entitlement")?)?,
        principal: fields.reference("principal")?,
        expires_at: fields.moment("expires_at")?,
        hint: fields.optional_text("hint")?,
    })
}

fn read_account(fields: &mut Fields<'_>) -> Result<AccountCreation, Violation> {
    Ok(AccountCreation {
        resource_type: fields.text("resource_type")?,
        email: fields.text("email")?,
        name: fields.optional_text("name")?,
        entitlements: fields.entitlements()?,
        attributes: fields.attributes()?,
    })
}

fn entitlement(entitlement: &EntitlementReference) -> Value {
    json!({"resource": reference(&entitlement.resource), "slug": entitlement.slug})
}

fn read_entitlement(place: &str, value: &Value) -> Result<EntitlementReference, Violation> {
    let mut fields = Fields::of(place, value)?;
    let entitlement = EntitlementReference {
        resource: fields.reference("resource")?,
        slug: fields.text("slug")?,
    };
    fields.end()?;
    Ok(entitlement)
}

fn reference(reference: &Reference) -> Value {
    let mut value = resource_id(&reference.id);
    value["parent"] = reference.parent.as_ref().map(resource_id).into();
    value["hint"] = reference.hint.as_deref().into();
    value
}

fn read_reference(place: &str, value: &Value) -> Result<Reference, Violation> {
    let mut fields = Fields::of(place, value)?;
    let reference = Reference {
        id: fields.resource_id()?,
        parent: fields.parent()?,
        hint: fields.optional_text("hint")?,
    };
    fields.end()?;
    Ok(reference)
}

impl Fields<'_> {
    fn resource_id(&mut self) -> Result<ResourceId, Violation> {
        Ok(ResourceId {
            resource_type: self.text("type")?,
            id: self.text("id")?,
        })
    }

    fn parent(&mut self) -> Result<Option<ResourceId>, Violation> {
        let place = self.place("parent");
        let Some(value) = self.optional("parent") else {
            return Ok(None);
        };
        let mut fields = Fields::of(&place, value)?;
        let parent = fields.resource_id()?;
        fields.end()?;
        Ok(Some(parent))
    }

    fn reference(&mut self, key: &'static str) -> Result<Reference, Violation> {
        let place = self.place(key);
        read_reference(&place, self.required(key)?)
    }

    fn optional_reference(&mut self, key: &'static str) -> Result<Option<Reference>, Violation> {
        let place = self.place(key);
        let value = self.optional(key);
        value.map(|it| read_reference(&place, it)).transpose()
    }

    fn entitlements(&mut self) -> Result<Vec<EntitlementReference>, Violation> {
        let place = self.place("entitlements");
        let Some(value) = self.optional("entitlements") else {
            return Ok(Vec::new());
        };
        let items = value.as_array();
        let items = items.ok_or_else(|| broken(&place, "is no JSON array"))?;
        let items = items.iter().enumerate();
        items
            .map(|(index, it)| read_entitlement(&format!("{place}[{index}]"), it))
            .collect()
    }

    fn moment(&mut self, key: &'static str) -> Result<Option<Timestamp>, Violation> {
        let place = self.place(key);
        let Some(text) = self.optional_text(key)? else {
            return Ok(None);
        };
        let moment = moments::read(&text)
            .ok_or_else(|| broken(&place, "is no time such as 2026-01-02T03:04:05Z (RFC 3339)"))?;
        Ok(Some(moment))
    }

    fn status(&mut self, key: &'static str) -> Result<Status, Violation> {
        use Status::{Active, Archived, Disabled, NotTold, Pending};
        let place = self.place(key);
        let name = self.text(key)?;
        let mut all = [Active, Disabled, Pending, Archived, NotTold].into_iter();
        all.find(|it| it.name() == name)
            .ok_or_else(|| broken(&place, format!("`{name}` is no status")))
    }

    fn attributes(&mut self) -> Result<String, Violation> {
        let place = self.place("attributes");
        match self.optional("attributes") {
            None => Ok("{}".to_owned()),
            Some(value) if value.is_object() => Ok(value.to_string()),
            Some(_) => Err(broken(&place, "is no JSON object")),
        }
    }
}
