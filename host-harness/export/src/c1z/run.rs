//! The sync as baton tells of one: its id, its times, its type and its figures.

use std::collections::BTreeMap;

use governance_contract::moments;
use governance_store::{Moment, SyncRow};
use serde_json::json;
use sha2::{Digest, Sha256};

/// KSUIDs count seconds from here.
const KSUID_EPOCH: i64 = 1_400_000_000;

/// The length of a KSUID's text.
const KSUID_LENGTH: usize = 27;

/// The id of a sync: a KSUID of when it began and of what tells it from other
/// syncs, so that the same sync has the same id in every export.
pub(crate) fn id(sync: &SyncRow) -> String {
    let mut hash = Sha256::new();
    let tenant = sync.tenant.as_deref().unwrap_or_default();
    for part in [&sync.connector, &sync.connection, tenant] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.update(sync.id.0.to_be_bytes());
    hash.update(sync.started_at.0.to_be_bytes());
    let seconds = (sync.started_at.0 - KSUID_EPOCH).clamp(0, u32::MAX.into());
    let mut bytes = [0; 20];
    bytes[..4].copy_from_slice(&(seconds as u32).to_be_bytes());
    bytes[4..].copy_from_slice(&hash.finalize()[..16]);
    ksuid(bytes)
}

/// Twenty bytes as one number in base 62.
fn ksuid(mut bytes: [u8; 20]) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut text = [b'0'; KSUID_LENGTH];
    for place in text.iter_mut().rev() {
        let mut rest = 0_usize;
        for byte in &mut bytes {
            let value = rest * 256 + usize::from(*byte);
            *byte = (value / DIGITS.len()) as u8;
            rest = value % DIGITS.len();
        }
        *place = DIGITS[rest];
    }
    text.iter().copied().map(char::from).collect()
}

/// A time as baton writes it, which names no zone. Here it is UTC.
pub(crate) fn time(at: Moment) -> String {
    moments::show(at.0).replace('T', " ").replace('Z', "")
}

/// Which of baton's types it is.
pub(crate) fn sync_type(whole: bool) -> &'static str {
    if whole { "full" } else { "partial" }
}

/// How many rows of a table there are.
#[derive(Debug, Default)]
pub(crate) struct Count {
    pub(crate) rows: u64,
    /// What could not be put into it.
    pub(crate) left_out: u64,
    by_type: BTreeMap<String, u64>,
}

impl Count {
    /// Counts none of a type so far, as baton does of every type of resources.
    pub(crate) fn expect(&mut self, resource_type: &str) {
        self.by_type.entry(resource_type.to_owned()).or_default();
    }

    /// Counts what an insertion made: a row on a resource of this type, or none.
    pub(crate) fn add(&mut self, made: usize, resource_type: &str) {
        if made == 0 {
            self.left_out += 1;
            return;
        }
        self.rows += 1;
        if let Some(count) = self.by_type.get_mut(resource_type) {
            *count += 1;
        } else {
            self.by_type.insert(resource_type.to_owned(), 1);
        }
    }
}

/// The figures of a sync, as `v1_sync_runs.stats` has them.
pub(crate) fn stats(
    types: u64,
    assets: u64,
    [resources, entitlements, grants]: [&Count; 3],
) -> String {
    json!({
        "resource_types": types,
        "resources": resources.rows,
        "entitlements": entitlements.rows,
        "grants": grants.rows,
        "assets": assets,
        "resources_by_resource_type": resources.by_type,
        "entitlements_by_resource_type": entitlements.by_type,
        "grants_by_resource_type": grants.by_type,
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ksuids_are_spelled_in_base_62() {
        let mut example = [0; 20];
        // The example of github.com/segmentio/ksuid.
        let hex = "0669F7EFB5A1CD34B5F99D1154FB6853345C9735";
        for (place, byte) in example.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&hex[place * 2..place * 2 + 2], 16).unwrap();
        }
        for (bytes, text) in [
            ([0; 20], "000000000000000000000000000"),
            ([0xff; 20], "aWgEPTl1tmebfsQzFP4bxwgy80V"),
            (example, "0ujtsYcgvSTl8PAuAdqWYSMnLOv"),
        ] {
            assert_eq!(ksuid(bytes), text);
        }
    }

    #[test]
    fn times_name_no_zone() {
        assert_eq!(time(Moment(0)), "1970-01-01 00:00:00");
        assert_eq!(time(Moment(1_767_323_045)), "2026-01-02 03:04:05");
    }
}
