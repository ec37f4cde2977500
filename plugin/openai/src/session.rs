//! What one call works with: the configuration, and a way to the service.

use governance_guest::client::{Call, Client, Endpoint};
use governance_guest::faults::invalid_input;
use governance_guest::paging::{Family, Listing};
use governance_guest::settings::Settings;
use governance_guest::transport::Transport;
use governance_guest::wit::connector::Context;
use governance_guest::wit::faults::Error;
use governance_guest::wit::model::Timestamp;
use serde_json::Value;

use crate::dialect::DIALECT;
use crate::manifest::{BASE_URL, ORGANIZATION_ID, fields};

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

/// One call of the connector.
#[derive(Debug)]
pub struct Session<'a, T> {
    /// The way to the service.
    pub client: Client<'a, T>,
    /// The organization's id, if the configuration tells it.
    pub organization: Option<String>,
}

impl<'a, T: Transport> Session<'a, T> {
    /// Reads the configuration.
    ///
    /// # Errors
    /// `invalid-input`, naming the configuration field that is wrong.
    pub fn open(transport: &'a T, context: &Context) -> Result<Self, Error> {
        let fields = fields();
        let settings = Settings::new(&context.settings, &fields);
        let client = Client {
            transport,
            address: settings.address(BASE_URL)?,
            dialect: &DIALECT,
            now: context.now,
        };
        Ok(Self {
            client,
            organization: organization(&settings)?,
        })
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

/// Whether a text can be an organization's id: printable ASCII without blanks.
#[must_use]
pub fn is_organization_id(text: &str) -> bool {
    let printable = text.bytes().all(|byte| byte.is_ascii_graphic());
    printable && !text.is_empty() && text.len() <= ORGANIZATION_ID_LIMIT
}
