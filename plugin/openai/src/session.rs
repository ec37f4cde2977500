//! What one call works with: the configuration, and a way to the service.

use governance_guest::client::{Call, Client, Endpoint};
use governance_guest::faults::invalid_input;
use governance_guest::items;
use governance_guest::paging::{Family, Listing};
use governance_guest::settings::Settings;
use governance_guest::transport::{Method, Transport};
use governance_guest::wit::connector::{Context, Mode, RedactedCredential};
use governance_guest::wit::faults::Error;
use governance_guest::wit::manifest::Effect;
use governance_guest::wit::model::{Gap, GapReason, Scope, Timestamp};
use serde_json::Value;

use crate::dialect::DIALECT;
use crate::manifest::{BASE_URL, FIELDS, ORGANIZATION_ID, ROLE_DETAIL};

/// The longest organization id that is believed, in bytes. Those seen are
/// under 40.
const ORGANIZATION_ID_LIMIT: usize = 256;

/// A list of the service, asked for with its largest page.
#[derive(Debug, Clone, Copy)]
pub struct Collection {
    /// Where it is.
    pub endpoint: Endpoint,
    /// The most rows that a page of it can have.
    pub limit: u32,
    /// How it tells where it goes on.
    pub family: Family,
}

/// An endpoint that reads.
#[must_use]
pub const fn reading(id: &'static str, path: &'static str, surface: &'static str) -> Endpoint {
    Endpoint {
        id,
        method: Method::Get,
        path,
        effect: Effect::Read,
        surface,
    }
}

/// An endpoint that changes something.
#[must_use]
pub const fn changing(
    id: &'static str,
    method: Method,
    path: &'static str,
    surface: &'static str,
) -> Endpoint {
    Endpoint {
        id,
        method,
        path,
        effect: Effect::Change,
        surface,
    }
}

impl Collection {
    /// A request for the page behind `after`.
    #[must_use]
    pub fn call<'a>(&'a self, after: Option<&str>) -> Call<'a> {
        Call::new(&self.endpoint)
            .query("limit", Some(self.limit))
            .query("after", after)
    }

    /// Reads the answer to that.
    ///
    /// # Errors
    /// `unreadable-response` if it is no list.
    pub fn read<'a>(&self, answer: &'a Value, after: Option<&str>) -> Result<Listing<'a>, Error> {
        Listing::read(self.endpoint.surface, answer, self.family, after)
    }
}

/// An answer, or why there is none and will be none.
#[derive(Debug)]
pub enum Answer {
    /// The JSON of the answer.
    Told(Value),
    /// This part of the service stays closed.
    Closed(Closed),
}

/// Why a part of the service stays closed.
#[derive(Debug, Clone)]
pub struct Closed {
    /// The surface that it is a part of.
    pub surface: String,
    /// The kind of reason.
    pub reason: GapReason,
    /// What the service said.
    pub detail: String,
}

impl Closed {
    /// What stays unknown because of it.
    #[must_use]
    pub fn gaps(&self, scopes: Vec<Scope>) -> Vec<Gap> {
        items::gaps(&self.surface, scopes, self.reason, &self.detail)
    }
}

/// When each principal of a project is asked for its roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleDetail {
    /// Always: public facts do not settle whether the list of a project's users
    /// tells viewers from members.
    Always,
    /// Only where the list or custom roles demand it.
    Auto,
}

impl RoleDetail {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Always, Self::Auto];

    /// Its name in the configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Auto => "auto",
        }
    }
}

/// One call of the connector.
#[derive(Debug)]
pub struct Session<'a, T> {
    /// The way to the service.
    pub client: Client<'a, T>,
    /// The organization's id, if the configuration tells it.
    pub organization: Option<String>,
    /// When each principal of a project is asked for its roles.
    pub role_detail: RoleDetail,
    /// What the host shows of the credentials that it holds.
    pub credentials: Vec<RedactedCredential>,
}

impl<'a, T: Transport> Session<'a, T> {
    /// Reads the configuration.
    ///
    /// # Errors
    /// `invalid-input`, naming the configuration field that is wrong.
    pub fn open(transport: &'a T, context: &Context) -> Result<Self, Error> {
        let settings = Settings::new(&context.settings, &FIELDS);
        let client = Client {
            transport,
            address: settings.address(BASE_URL)?,
            dialect: &DIALECT,
            now: context.now,
            plan: context.mode == Mode::Plan,
        };
        Ok(Self {
            client,
            organization: organization(&settings)?,
            role_detail: role_detail(&settings)?,
            credentials: context.credentials.clone(),
        })
    }

    /// Sends a request. Where `closed` knows an error as that of a part of the
    /// service that stays closed, it is an answer.
    ///
    /// # Errors
    /// All others.
    pub fn ask(
        &self,
        call: &Call,
        closed: impl Fn(&Error) -> Option<GapReason>,
    ) -> Result<Answer, Error> {
        match self.client.send(call) {
            Ok(answer) => Ok(Answer::Told(answer)),
            Err(error) => match closed(&error) {
                Some(reason) => Ok(Answer::Closed(Closed {
                    surface: error.surface.unwrap_or_default(),
                    reason,
                    detail: error.message,
                })),
                None => Err(error),
            },
        }
    }

    /// The time of the call.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.client.now
    }
}

fn organization(settings: &Settings) -> Result<Option<String>, Error> {
    match settings.text(ORGANIZATION_ID) {
        None => Ok(None),
        Some(id) if is_organization_id(id) => Ok(Some(id.to_owned())),
        Some(_) => Err(invalid_input(
            ORGANIZATION_ID,
            "organization_id is not an id such as org-abc123",
        )),
    }
}

fn role_detail(settings: &Settings) -> Result<RoleDetail, Error> {
    let told = settings.text(ROLE_DETAIL);
    let named = |detail: &RoleDetail| told == Some(detail.name());
    RoleDetail::ALL
        .into_iter()
        .find(named)
        .ok_or_else(|| invalid_input(ROLE_DETAIL, "role_detail is neither always nor auto"))
}

/// Whether a text can be an organization's id: printable ASCII without blanks.
#[must_use]
pub fn is_organization_id(text: &str) -> bool {
    let printable = text.bytes().all(|byte| byte.is_ascii_graphic());
    printable && !text.is_empty() && text.len() <= ORGANIZATION_ID_LIMIT
}
