//! The contract's names of the cases of its enums, spelled as in the WIT, for
//! output and storage.

use crate::{changes, connector, faults, manifest, model};

/// Gives enums a `name`: the WIT's spelling of a case without what it carries.
macro_rules! names {
    ($($enum:path { $($case:ident $(($carried:tt))? => $name:literal),+ $(,)? })+) => {$(
        impl $enum {
            /// The WIT's name of this case, without what it carries.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$case $(($carried))? => $name),+ }
            }
        }
    )+};
}

names! {
    model::Status {
        Active => "active", Disabled => "disabled", Pending => "pending",
        Archived => "archived", NotTold => "not-told",
    }
    model::Management {
        Service => "service", IdentityProvider => "identity-provider", NotTold => "not-told",
    }
    model::AccountKind { Human => "human", Service => "service", NotTold => "not-told" }
    model::Purpose {
        Assignment => "assignment", Permission => "permission", Ownership => "ownership",
    }
    model::Directness { Direct => "direct", Inherited(_) => "inherited", NotTold => "not-told" }
    model::Subject {
        Resources => "resources", Entitlements => "entitlements",
        Grants => "grants", Events => "events",
    }
    model::GapReason {
        Permission => "permission", Plan => "plan",
        Failure => "failure", Assumption => "assumption",
    }
    faults::Party {
        Caller => "caller", Credential => "credential",
        Service => "service", Network => "network",
    }
    faults::ErrorKind {
        Unauthenticated => "unauthenticated", PermissionDenied(_) => "permission-denied",
        NotInPlan => "not-in-plan", NotFound => "not-found", Conflict => "conflict",
        Precondition => "precondition", InvalidInput(_) => "invalid-input",
        RateLimited(_) => "rate-limited", Unavailable => "unavailable",
        Unsupported => "unsupported", UnreadableResponse => "unreadable-response",
        TokenExpired => "token-expired", RefusedByHost => "refused-by-host",
    }
    manifest::ResourceTrait {
        User => "user", Group => "group", Role => "role",
        App => "app", Scope => "scope", Secret => "secret",
    }
    manifest::GrantListing {
        WithResources => "with-resources", PerResource => "per-resource", PerType => "per-type",
    }
    manifest::EntitlementListing {
        WithResources => "with-resources", PerResource => "per-resource", PerType => "per-type",
    }
    manifest::FieldKind {
        Text => "text", Url => "url", Integer => "integer",
        Boolean => "boolean", Choice(_) => "choice", Texts => "texts",
    }
    manifest::ChangeKind {
        Grant => "grant", Revoke => "revoke", CreateAccount => "create-account",
        SetAccountStatus => "set-account-status", CreateResource => "create-resource",
        UpdateResource => "update-resource", DeleteResource => "delete-resource",
        ResendInvitation => "resend-invitation",
    }
    manifest::Effect { Read => "read", Change => "change" }
    manifest::CredentialScheme {
        Bearer => "bearer", Header(_) => "header", Basic => "basic", Other(_) => "other",
    }
    faults::Delivery {
        NotSent => "not-sent", MayHaveArrived => "may-have-arrived", Answered => "answered",
    }
    changes::ChangeRequest {
        Grant(_) => "grant", Revoke(_) => "revoke", CreateAccount(_) => "create-account",
        SetAccountStatus(_) => "set-account-status", CreateResource(_) => "create-resource",
        UpdateResource(_) => "update-resource", DeleteResource(_) => "delete-resource",
        ResendInvitation(_) => "resend-invitation",
    }
    changes::Completion {
        Complete => "complete", NoOp(_) => "no-op", Pending(_) => "pending",
        Partial(_) => "partial", Unknown(_) => "unknown",
    }
    connector::ProbeState {
        Usable => "usable", Denied(_) => "denied", NotInPlan => "not-in-plan", Failed(_) => "failed",
    }
}
