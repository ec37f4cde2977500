//! How a simulator is set up.

use std::time::Duration;

use crate::{Faults, Quirks, RateLimit, Template};

/// The settings of one simulator. Start from the default:
///
/// ```
/// use openai_simulator::{Options, Template};
///
/// let options = Options {
///     organization: Template::Generated,
///     users: 1_000,
///     projects: 100,
///     ..Options::default()
/// };
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    /// The organization to start with. Default: `small`.
    pub organization: Template,
    /// How many people a generated organization has; pending invitations come
    /// on top, one for twenty people, and service accounts, about one for a
    /// project. Others ignore it. Default: 100.
    pub users: usize,
    /// How many projects a generated organization has, archived ones and the
    /// default project included; that one is always there. Others ignore it.
    /// Default: 10.
    pub projects: usize,
    /// About how many grants a large organization tells. Others ignore it.
    /// Default: 10,000.
    pub grants: usize,
    /// Where ids, the admin key and generated people come from: the same seed
    /// makes the same ones. Default: 0.
    pub seed: u64,
    /// Added to each answer under `/v1`. Default: none.
    pub latency: Duration,
    /// The admin key, `sk-admin-…`; made from the seed when it is `None`.
    pub admin_key: Option<String>,
    /// A second key, that may do only some things. Default: none.
    pub restricted_key: Option<RestrictedKey>,
    /// How often each route may be asked. Default: as often as one likes.
    pub rate_limits: Vec<RateLimit>,
    /// What goes wrong on the way. Default: nothing.
    pub faults: Faults,
    /// How long a new project, service account or invitation is missing from
    /// its list, and the first two from their own path, by the organization's
    /// clock and in whole seconds. Default: not at all.
    pub visible_after: Duration,
    /// Accept whatever key is sent; one must be sent. Default: no.
    pub accept_any_key: bool,
    /// The port on 127.0.0.1; 0 takes any free one. Default: 0.
    pub port: u16,
    /// Unix seconds at which the organization's clock stands, so that times in
    /// answers are the same in each run; `None` lets it run with the machine's.
    /// Either way the control API can move it forward. Default: `None`.
    pub clock_stands_at: Option<u64>,
    /// Behaviour that no primary source settles.
    pub quirks: Quirks,
}

/// A key that may do only some things.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RestrictedKey {
    /// `sk-admin-…`; made from the seed when it is `None`.
    pub key: Option<String>,
    /// Such as `api.management.read`; `api.all.read` opens all for reading.
    /// What each surface needs stands with [`Surface`](crate::Surface).
    pub scopes: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            organization: Template::Small,
            users: 100,
            projects: 10,
            grants: 10_000,
            seed: 0,
            latency: Duration::ZERO,
            admin_key: None,
            restricted_key: None,
            rate_limits: Vec::new(),
            faults: Faults::default(),
            visible_after: Duration::ZERO,
            accept_any_key: false,
            port: 0,
            clock_stands_at: None,
            quirks: Quirks::default(),
        }
    }
}
