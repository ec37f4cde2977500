//! Opening a connection that is recorded, or that replays.

use governance_contract::manifest::Description;
use secrecy::SecretString;

use super::exchange::{Head, VERSION};
use super::recorder::Recorder;
use super::secrets::Secrets;
use super::{RecordTo, Recording, RecordingError};
use crate::clock::now;
use crate::connection::Given;
use crate::egress::Egress;
use crate::engine::Loaded;
use crate::policy::Operator;
use crate::settings::Settings;

impl Given {
    /// With what a replay goes by: the recorded settings, but for those that
    /// are given anew, and nothing of what the operator has. Since nothing can
    /// go out, everything that the connector declares may.
    pub(crate) fn for_replay(self) -> Self {
        let Some(recording) = self.replay else {
            return self;
        };
        let recorded = recording.head.settings.iter();
        let is_given = |key: &str| self.settings.iter().any(|(given, _)| given == key);
        let recorded = recorded.filter(|(key, _)| !is_given(key)).cloned();
        Self {
            operator: Some(Operator {
                all_declared: true,
                ..Operator::default()
            }),
            settings: recorded.chain(self.settings.iter().cloned()).collect(),
            record: self.record,
            replay: Some(recording),
            ..Self::default()
        }
    }
}

impl Recording {
    /// Refuses to stand for another connector's service.
    pub(crate) fn of(self, description: &Description) -> Result<Self, RecordingError> {
        match self.head.connector == description.name {
            true => Ok(self),
            false => Err(RecordingError::Connector {
                recorded: self.head.connector,
                given: description.name.clone(),
            }),
        }
    }
}

/// Begins a recording of what goes out by `egress`.
pub(crate) fn recorder(
    to: &RecordTo,
    egress: &Egress,
    loaded: &Loaded,
    description: &Description,
    settings: &Settings,
) -> Result<Recorder, RecordingError> {
    let credentials = egress.redacted_credentials().into_iter();
    let given = settings.given();
    let head = Head {
        recording: VERSION,
        connector: description.name.clone(),
        version: description.version.clone(),
        component_sha256: loaded.sha256.clone(),
        at: egress.time().unwrap_or_else(now),
        settings: given
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect(),
        credentials: credentials.map(|it| (it.id, it.redacted_value)).collect(),
        anonymized: to.anonymize,
    };
    let mut secrets = Secrets::default();
    for credential in egress.presented() {
        secrets.keep(credential, "[redacted]".to_owned());
    }
    let is_secret = |key: &str| {
        description
            .fields
            .iter()
            .any(|it| it.secret && it.key == key)
    };
    for (key, value) in settings.given().filter(|(key, _)| is_secret(key)) {
        secrets.keep(SecretString::from(value), format!("[setting {key}]"));
    }
    Recorder::create(to, head, secrets)
}
