//! From a description and the operator's word to a policy.

use governance_contract::manifest::{BaseUrl, Credential, Description, Route as Declared};
use url::Url;

use super::origin::{Origin, OriginError};
use super::template::{Template, TemplateError};
use super::{CredentialUse, Policy, Route};
use crate::settings::Settings;

/// What the operator allows a component.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Operator {
    /// Every origin and credential that the connector declares. For connectors
    /// that come with the harness.
    pub all_declared: bool,
    /// Origins, besides those that the operator's own settings name.
    pub origins: Vec<Origin>,
    /// Credentials, by their ids.
    pub credentials: Vec<String>,
}

impl Operator {
    /// Whether the component may have this credential.
    pub fn allows(&self, credential: &str) -> bool {
        self.all_declared || self.credentials.iter().any(|it| it == credential)
    }
}

/// A description that no policy can be made of, or a setting that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// A base URL, declared or set, cannot be used.
    #[error("the base URL of route or credential `{user}` cannot be used")]
    BaseUrl {
        /// The route or credential.
        user: String,
        /// The field that it comes from, if from one.
        field: Option<String>,
        /// Why.
        #[source]
        source: OriginError,
    },
    /// A base URL is to come from a field that is not declared or has no value.
    #[error("the base URL of `{user}` comes from the field `{field}`, which has no value")]
    NoBase {
        /// The route or credential.
        user: String,
        /// The field.
        field: String,
    },
    /// A route's path is no template.
    #[error("the route `{route}` cannot be used")]
    Template {
        /// The route.
        route: String,
        /// Why.
        #[source]
        source: TemplateError,
    },
    /// A route names a credential that is not declared.
    #[error("the route `{route}` uses the credential `{credential}`, which is not declared")]
    Credential {
        /// The route.
        route: String,
        /// The credential.
        credential: String,
    },
}

impl Policy {
    /// Compiles what `description` declares and `operator` allows.
    pub fn new(
        description: &Description,
        settings: &Settings,
        operator: &Operator,
    ) -> Result<Self, PolicyError> {
        let compiler = Compiler {
            description,
            settings,
            operator,
        };
        compiler.policy()
    }
}

struct Compiler<'a> {
    description: &'a Description,
    settings: &'a Settings,
    operator: &'a Operator,
}

struct Base {
    origin: Origin,
    path: String,
    /// The operator gave it as a value of a setting.
    from_operator: bool,
}

impl Compiler<'_> {
    fn policy(&self) -> Result<Policy, PolicyError> {
        let mut policy = Policy {
            routes: Vec::new(),
            allowed_origins: self.operator.origins.clone(),
            operator_origins: Vec::new(),
        };
        for declared in &self.description.routes {
            let base = self.base(&declared.id, &declared.base)?;
            if base.from_operator {
                policy.operator_origins.push(base.origin.clone());
            }
            if base.from_operator || self.operator.all_declared {
                policy.allowed_origins.push(base.origin.clone());
            }
            policy.routes.push(self.route(declared, base)?);
        }
        Ok(policy)
    }

    fn route(&self, declared: &Declared, base: Base) -> Result<Route, PolicyError> {
        let template =
            Template::new(&base.path, &declared.path).map_err(|source| PolicyError::Template {
                route: declared.id.clone(),
                source,
            })?;
        let credential = declared.credential.as_ref();
        Ok(Route {
            id: declared.id.clone(),
            method: declared.method.to_ascii_uppercase(),
            origin: base.origin,
            template,
            effect: declared.effect,
            credential: credential
                .map(|id| self.credential(declared, id))
                .transpose()?,
        })
    }

    fn credential(&self, route: &Declared, id: &str) -> Result<CredentialUse, PolicyError> {
        let declared = self.description.credentials.iter().find(|it| it.id == id);
        let declared: &Credential = declared.ok_or_else(|| PolicyError::Credential {
            route: route.id.clone(),
            credential: id.to_owned(),
        })?;
        let places = declared.bases.iter().map(|base| {
            let base = self.base(id, base)?;
            Ok((base.origin, base.path))
        });
        Ok(CredentialUse {
            id: id.to_owned(),
            scheme: declared.scheme.clone(),
            allowed: self.operator.allows(id),
            environment: declared.environment.clone(),
            places: places.collect::<Result<_, PolicyError>>()?,
        })
    }

    fn base(&self, user: &str, base: &BaseUrl) -> Result<Base, PolicyError> {
        let (text, field) = match base {
            BaseUrl::Fixed(text) => (text.as_str(), None),
            BaseUrl::FromField(field) => {
                let value = self
                    .settings
                    .get(field)
                    .ok_or_else(|| PolicyError::NoBase {
                        user: user.to_owned(),
                        field: field.clone(),
                    })?;
                (value, Some(field.as_str()))
            }
        };
        let error = |source| PolicyError::BaseUrl {
            user: user.to_owned(),
            field: field.map(str::to_owned),
            source,
        };
        let url = Url::parse(text).map_err(|_| error(OriginError::NotAUrl(text.to_owned())))?;
        Ok(Base {
            origin: Origin::of(&url).map_err(error)?,
            path: url.path().to_owned(),
            from_operator: field.is_some_and(|field| self.settings.is_given(field)),
        })
    }
}
