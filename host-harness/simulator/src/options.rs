//! How a simulator is set up.

use std::time::Duration;

use crate::{Quirks, Template};

/// The settings of one simulator. Start from the default:
///
/// ```
/// use openai_simulator::{Options, Template};
///
/// let options = Options {
///     organization: Template::Generated,
///     users: 1_000,
///     ..Options::default()
/// };
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    /// The organization to start with. Default: `small`.
    pub organization: Template,
    /// How many users a generated organization has; pending invitations come on
    /// top, one for twenty users. Others ignore it. Default: 100.
    pub users: usize,
    /// Where ids, the admin key and generated people come from: the same seed
    /// makes the same ones. Default: 0.
    pub seed: u64,
    /// Added to each answer under `/v1`. Default: none.
    pub latency: Duration,
    /// The admin key, `sk-admin-…`; made from the seed when it is `None`.
    pub admin_key: Option<String>,
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

impl Default for Options {
    fn default() -> Self {
        Self {
            organization: Template::Small,
            users: 100,
            seed: 0,
            latency: Duration::ZERO,
            admin_key: None,
            accept_any_key: false,
            port: 0,
            clock_stands_at: None,
            quirks: Quirks::default(),
        }
    }
}
