//! A reader of c1z files of its own: written from baton's `.proto` files and from
//! what its command line asks of the tables, with nothing of the writer in it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufReader, Read, Write};

use rusqlite::Connection;
use tempfile::NamedTempFile;

/// What baton's decoder takes at most, in bytes.
const LARGEST_WINDOW: u64 = 128 << 20;

/// An unpacked file.
pub(crate) struct C1z {
    pub(crate) database: Connection,
    _file: NamedTempFile,
}

impl C1z {
    /// Unpacks a file as baton does, in pieces of 32 KB.
    pub(crate) fn unpack(bytes: &[u8]) -> Self {
        let frame = bytes.strip_prefix(b"C1ZF\0").expect("the header");
        let (window, size) = frame_header(frame);
        assert!(window <= LARGEST_WINDOW, "a window of {window} bytes");
        let mut decoder = zstd::Decoder::with_buffer(BufReader::with_capacity(32 << 10, frame));
        let decoder = decoder.as_mut().unwrap();
        let mut file = NamedTempFile::new().unwrap();
        let (mut piece, mut length) = (vec![0; 32 << 10], 0);
        loop {
            match decoder.read(&mut piece).unwrap() {
                0 => break,
                read => {
                    file.write_all(&piece[..read]).unwrap();
                    length += read as u64;
                }
            }
        }
        assert_eq!(size, Some(length), "the frame tells its size");
        let database = Connection::open(file.path()).unwrap();
        let sound: String = database
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(sound, "ok");
        Self {
            database,
            _file: file,
        }
    }

    /// `full` or `partial`.
    pub(crate) fn sync_type(&self) -> String {
        self.one("SELECT sync_type FROM v1_sync_runs WHERE ended_at IS NOT NULL")
    }

    /// How many rows a table has.
    pub(crate) fn count(&self, table: &str) -> u64 {
        self.one::<i64>(&format!("SELECT count(*) FROM {table}"))
            .try_into()
            .unwrap()
    }

    /// All values of a column of text, in the order of the rows.
    pub(crate) fn texts(&self, sql: &str) -> Vec<String> {
        let mut statement = self.database.prepare(sql).unwrap();
        let texts = statement.query_map([], |row| row.get(0)).unwrap();
        texts.collect::<Result<_, _>>().unwrap()
    }

    /// The message of a row by its id.
    pub(crate) fn message(&self, table: &str, id: &str) -> Fields {
        let sql = format!("SELECT data FROM {table} WHERE external_id = ?");
        let data: Vec<u8> = self
            .database
            .query_row(&sql, [id], |row| row.get(0))
            .unwrap_or_else(|error| panic!("{id} in {table}: {error}"));
        Fields::read(&data)
    }

    fn one<T: rusqlite::types::FromSql>(&self, sql: &str) -> T {
        self.database.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    fn messages(&self, table: &str) -> Vec<(String, Fields)> {
        let sql = format!("SELECT external_id, data FROM {table} ORDER BY id");
        let mut statement = self.database.prepare(&sql).unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?)));
        rows.unwrap()
            .map(|row| row.unwrap())
            .map(|(id, data)| (id, Fields::read(&data)))
            .collect()
    }

    /// Reads every message, follows every reference, and asks what baton asks.
    pub(crate) fn assert_sound(&self) {
        self.assert_one_sync();
        let types = self.assert_types();
        let resources = self.assert_resources(&types);
        let entitlements = self.assert_entitlements(&types, &resources);
        self.assert_grants(&resources, &entitlements);
        self.assert_stats();
    }

    fn assert_one_sync(&self) {
        assert_eq!(self.count("v1_sync_runs"), 1);
        let sync: String = self.one("SELECT sync_id FROM v1_sync_runs");
        assert!(sync.len() == 27 && sync.bytes().all(|it| it.is_ascii_alphanumeric()));
        let time = "____-__-__ __:__:__";
        let run = format!("started_at LIKE '{time}' AND ended_at LIKE '{time}'");
        assert!(self.one::<bool>(&format!("SELECT {run} FROM v1_sync_runs")));
        for table in [
            "v1_resource_types",
            "v1_resources",
            "v1_entitlements",
            "v1_grants",
            "v1_assets",
        ] {
            let sql = format!(
                "SELECT count(*) FROM {table} WHERE sync_id <> '{sync}' OR discovered_at NOT LIKE '{time}'"
            );
            assert_eq!(self.one::<i64>(&sql), 0, "{table}");
        }
        assert_eq!(self.count("v1_connector_sessions"), 0);
    }

    /// The types with the numbers of their traits.
    fn assert_types(&self) -> BTreeMap<String, Vec<u64>> {
        let types = self.messages("v1_resource_types");
        let types = types.into_iter().map(|(id, message)| {
            message.only(&[1, 2, 3, 4, 5, 6]);
            assert_eq!(message.text(1), id);
            (id, message.packed(3))
        });
        let types: BTreeMap<_, _> = types.collect();
        // `baton export csv` ends at a type of accounts that has none.
        for (id, traits) in &types {
            let sql = format!("SELECT count(*) FROM v1_resources WHERE resource_type_id = '{id}'");
            assert!(!traits.contains(&1) || self.one::<i64>(&sql) > 0, "{id}");
        }
        types
    }

    fn assert_resources(&self, types: &BTreeMap<String, Vec<u64>>) -> BTreeSet<String> {
        const TRAITS: [(u64, &str); 5] = [
            (1, "UserTrait"),
            (2, "GroupTrait"),
            (3, "RoleTrait"),
            (4, "AppTrait"),
            (5, "SecretTrait"),
        ];
        let rows = self.messages("v1_resources");
        let ids: BTreeSet<_> = rows.iter().map(|(id, _)| id.clone()).collect();
        for (id, message) in &rows {
            assert_resource(id, message);
            let traits = &types[&message.message(1).text(1)];
            for (number, name) in TRAITS {
                let told = message.annotation(name);
                assert_eq!(told.is_some(), traits.contains(&number), "{id} {name}");
            }
            if let Some(user) = message.annotation("UserTrait") {
                assert_user(id, &user);
            }
            if let Some(secret) = message.annotation("SecretTrait") {
                secret.only(&[1, 2, 3, 4, 6]);
            }
        }
        let columns = "SELECT resource_type_id || '|' || external_id || '|' ||
            ifnull(parent_resource_type_id || ':' || parent_resource_id, '')
            FROM v1_resources ORDER BY id";
        for (line, (id, message)) in self.texts(columns).iter().zip(&rows) {
            let parent = message.optional(2).map(|it| resource_id(&it));
            let kind = message.message(1).text(1);
            assert_eq!(line, &format!("{kind}|{id}|{}", parent.unwrap_or_default()));
        }
        ids
    }

    fn assert_entitlements(
        &self,
        types: &BTreeMap<String, Vec<u64>>,
        resources: &BTreeSet<String>,
    ) -> BTreeSet<String> {
        let rows = self.messages("v1_entitlements");
        for (id, message) in &rows {
            message.only(&[1, 2, 3, 4, 5, 6, 7, 8]);
            let resource = message.message(1);
            let on = resource_id(&resource.message(1));
            assert_resource(&on, &resource);
            assert!(resources.contains(&on), "{id} is on {on}");
            assert_eq!(message.text(2), *id);
            assert_eq!(*id, format!("{on}:{}", message.text(8)));
            assert!(!message.text(3).is_empty() && message.number(7) <= 3);
            for kind in message.messages(5) {
                assert!(types.contains_key(&kind.text(1)), "{id}");
            }
            if let Some(group) = message.annotation("EntitlementExclusionGroup") {
                group.only(&[1, 3]);
                assert!(!group.text(1).is_empty());
            }
        }
        rows.into_iter().map(|(id, _)| id).collect()
    }

    fn assert_grants(&self, resources: &BTreeSet<String>, entitlements: &BTreeSet<String>) {
        for (id, message) in self.messages("v1_grants") {
            message.only(&[1, 2, 3, 4, 5]);
            let (entitlement, principal) = (message.message(1), message.message(2));
            let (held, holder) = (entitlement.text(2), resource_id(&principal.message(1)));
            assert_eq!(message.text(3), id);
            assert_eq!(id, format!("{held}:{holder}"));
            assert!(entitlements.contains(&held), "{id}");
            assert!(resources.contains(&holder), "{id}");
            assert!(resources.contains(&resource_id(&entitlement.message(1).message(1))));
            // Baton keeps this in a column of its own.
            assert!(message.annotation("GrantExpandable").is_none());
            for (source, direct) in sources(&message) {
                assert!(entitlements.contains(&source), "{id} by {source}");
                if direct {
                    let own = format!("{source}:{holder}");
                    assert_eq!(self.message("v1_grants", &own).text(3), own);
                }
            }
        }
        self.assert_expansions(entitlements);
        let columns =
            "SELECT resource_type_id || ':' || resource_id || '|' || entitlement_id || '|' ||
            principal_resource_type_id || ':' || principal_resource_id FROM v1_grants ORDER BY id";
        for (line, (_, message)) in self.texts(columns).iter().zip(self.messages("v1_grants")) {
            let entitlement = message.message(1);
            let (on, by) = (entitlement.message(1).message(1), message.message(2));
            let by = resource_id(&by.message(1));
            let expected = format!("{}|{}|{by}", resource_id(&on), entitlement.text(2));
            assert_eq!(*line, expected);
        }
    }

    /// A grant expands over entitlements of its principal, and what follows is
    /// there.
    fn assert_expansions(&self, entitlements: &BTreeSet<String>) {
        let sql = "SELECT principal_resource_type_id || ':' || principal_resource_id, expansion,
            entitlement_id FROM v1_grants WHERE expansion IS NOT NULL";
        let mut statement = self.database.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, Vec<u8>>(1)?,
                row.get::<_, String>(2)?,
            ))
        });
        for row in rows.unwrap() {
            let (principal, expansion, held) = row.unwrap();
            let expansion = Fields::read(&expansion);
            expansion.only(&[1, 2]);
            for over in expansion.texts(1) {
                assert!(over.starts_with(&format!("{principal}:")));
                if !entitlements.contains(&over) {
                    continue;
                }
                let holders = self.texts(&format!(
                    "SELECT principal_resource_type_id || ':' || principal_resource_id
                     FROM v1_grants WHERE entitlement_id = '{}'",
                    over.replace('\'', "''")
                ));
                for holder in holders {
                    let source = self.message("v1_grants", &format!("{over}:{holder}"));
                    if expansion.flag(2) && !is_direct(&source) {
                        continue;
                    }
                    let derived = self.message("v1_grants", &format!("{held}:{holder}"));
                    assert!(sources(&derived).contains_key(&over), "{held} of {holder}");
                }
            }
        }
        assert_eq!(
            self.one::<i64>("SELECT count(*) FROM v1_grants WHERE needs_expansion <> 0"),
            0
        );
    }

    fn assert_stats(&self) {
        let stats: String = self.one("SELECT stats FROM v1_sync_runs");
        let stats: serde_json::Value = serde_json::from_str(&stats).unwrap();
        for kind in ["resource_types", "resources", "entitlements", "grants"] {
            assert_eq!(stats[kind], self.count(&format!("v1_{kind}")), "{kind}");
            let by_type = &stats[format!("{kind}_by_resource_type")];
            if let Some(by_type) = by_type.as_object() {
                let sum: u64 = by_type.values().map(|it| it.as_u64().unwrap()).sum();
                assert_eq!(stats[kind], sum);
            }
        }
    }
}

fn assert_resource(id: &str, message: &Fields) {
    message.only(&[1, 2, 3, 4, 5, 9, 11, 12]);
    assert_eq!(resource_id(&message.message(1)), id);
    assert!(message.text(3).len() <= 1024 && message.text(5).len() <= 2048);
    assert!(message.message(11).number(1) <= 2);
    let profile = structure(&message.message(9));
    assert!(profile.contains_key("status"), "{id}");
    let raw_id = message.annotation("RawId").unwrap().text(1);
    assert!(id.ends_with(&format!(":{raw_id}")));
}

/// What the released `baton export csv` reads of a user, which fails without a
/// profile.
fn assert_user(id: &str, user: &Fields) {
    user.only(&[1, 2, 3, 5, 6, 8, 9]);
    let profile = structure(&user.message(3));
    for key in ["user_id", "first_name", "last_name"] {
        assert!(
            matches!(profile.get(key), Some(Value::Text(_))),
            "{id} {key}"
        );
    }
    assert!(user.message(2).number(1) <= 2 && user.number(5) <= 2);
    let primary = user.messages(1).iter().filter(|it| it.flag(2)).count();
    assert!(primary <= 1);
    for email in user.messages(1) {
        email.only(&[1, 2]);
    }
}

/// `type:id` of a `ResourceId`.
pub(crate) fn resource_id(message: &Fields) -> String {
    message.only(&[1, 2]);
    format!("{}:{}", message.text(1), message.text(2))
}

/// The sources of a `Grant`: whether each is direct, by the entitlement's id.
pub(crate) fn sources(grant: &Fields) -> BTreeMap<String, bool> {
    let entries = grant.optional(5).map(|it| it.messages(1));
    let entries = entries.into_iter().flatten();
    entries
        .map(|entry| (entry.text(1), entry.message(2).flag(1)))
        .collect()
}

/// As baton's expansion tells it: without sources, or among its own.
fn is_direct(grant: &Fields) -> bool {
    let sources = sources(grant);
    sources.is_empty() || sources.contains_key(&grant.message(1).text(2))
}

/// A value of `google.protobuf.Struct`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Number(f64),
    Text(String),
    Flag(bool),
    Fields(BTreeMap<String, Value>),
    List(Vec<Value>),
}

/// A `google.protobuf.Struct`, whose keys are in order.
pub(crate) fn structure(message: &Fields) -> BTreeMap<String, Value> {
    message.only(&[1]);
    let entries = message.messages(1);
    let keys: Vec<_> = entries.iter().map(|it| it.text(1)).collect();
    assert!(keys.is_sorted(), "{keys:?}");
    let values = entries.iter().map(|it| value(&it.message(2)));
    keys.into_iter().zip(values).collect()
}

fn value(message: &Fields) -> Value {
    assert_eq!(message.0.len(), 1, "one of its fields");
    match message.0.keys().next() {
        Some(1) => Value::Null,
        Some(2) => Value::Number(message.double(2)),
        Some(3) => Value::Text(message.text(3)),
        Some(4) => Value::Flag(message.flag(4)),
        Some(5) => Value::Fields(structure(&message.message(5))),
        Some(6) => Value::List(message.message(6).messages(1).iter().map(value).collect()),
        other => panic!("field {other:?}"),
    }
}

#[derive(Debug, Clone)]
enum Raw {
    Number(u64),
    Eight([u8; 8]),
    Bytes(Vec<u8>),
}

/// The fields of a message, by their numbers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fields(BTreeMap<u64, Vec<Raw>>);

impl Fields {
    /// Reads all of a message, whose fields are in order.
    pub(crate) fn read(mut bytes: &[u8]) -> Self {
        let mut fields = Self::default();
        let mut last = 0;
        while !bytes.is_empty() {
            let key = varint(&mut bytes);
            let number = key >> 3;
            assert!(number >= last && number > 0, "field {number} after {last}");
            last = number;
            let raw = match key & 7 {
                0 => Raw::Number(varint(&mut bytes)),
                1 => Raw::Eight(take(&mut bytes, 8).try_into().unwrap()),
                2 => {
                    let length = varint(&mut bytes);
                    Raw::Bytes(take(&mut bytes, length.try_into().unwrap()).to_vec())
                }
                other => panic!("wire type {other}"),
            };
            fields.0.entry(number).or_default().push(raw);
        }
        fields
    }

    /// There are no fields but these.
    pub(crate) fn only(&self, known: &[u64]) {
        let unknown = self.0.keys().find(|it| !known.contains(it));
        assert!(unknown.is_none(), "field {unknown:?} of {self:?}");
    }

    pub(crate) fn text(&self, field: u64) -> String {
        let texts = self.texts(field);
        assert!(texts.len() <= 1, "field {field} is there once");
        texts.into_iter().next().unwrap_or_default()
    }

    pub(crate) fn texts(&self, field: u64) -> Vec<String> {
        let bytes = self.all(field).map(|raw| match raw {
            Raw::Bytes(bytes) => bytes.clone(),
            other => panic!("{other:?} is no text"),
        });
        bytes.map(|it| String::from_utf8(it).unwrap()).collect()
    }

    pub(crate) fn number(&self, field: u64) -> u64 {
        match self.all(field).next() {
            None => 0,
            Some(Raw::Number(number)) => *number,
            Some(other) => panic!("{other:?} is no number"),
        }
    }

    pub(crate) fn flag(&self, field: u64) -> bool {
        self.number(field) == 1
    }

    fn double(&self, field: u64) -> f64 {
        match self.all(field).next() {
            Some(Raw::Eight(bytes)) => f64::from_le_bytes(*bytes),
            other => panic!("{other:?} is no double"),
        }
    }

    pub(crate) fn message(&self, field: u64) -> Self {
        self.optional(field)
            .unwrap_or_else(|| panic!("field {field} of {self:?}"))
    }

    pub(crate) fn optional(&self, field: u64) -> Option<Self> {
        self.messages(field).into_iter().next()
    }

    pub(crate) fn messages(&self, field: u64) -> Vec<Self> {
        let messages = self.all(field).map(|raw| match raw {
            Raw::Bytes(bytes) => Self::read(bytes),
            other => panic!("{other:?} is no message"),
        });
        messages.collect()
    }

    fn packed(&self, field: u64) -> Vec<u64> {
        let mut values = Vec::new();
        for raw in self.all(field) {
            let Raw::Bytes(bytes) = raw else {
                panic!("{raw:?} is not packed")
            };
            let mut bytes = bytes.as_slice();
            while !bytes.is_empty() {
                values.push(varint(&mut bytes));
            }
        }
        values
    }

    /// The message of an annotation, which is field 4 of resources and grants and
    /// field 6 of entitlements.
    pub(crate) fn annotation(&self, name: &str) -> Option<Self> {
        let url = format!("type.googleapis.com/c1.connector.v2.{name}");
        let field = if self.0.contains_key(&8) { 6 } else { 4 };
        let found = self.messages(field).into_iter().filter(|any| {
            any.only(&[1, 2]);
            any.text(1) == url
        });
        let found: Vec<_> = found.collect();
        assert!(found.len() <= 1, "{name} is there once");
        let any = found.into_iter().next()?;
        Some(any.optional(2).unwrap_or_default())
    }

    fn all(&self, field: u64) -> impl Iterator<Item = &Raw> {
        self.0.get(&field).into_iter().flatten()
    }
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for place in 0..10 {
        let byte = take(bytes, 1)[0];
        value |= u64::from(byte & 0x7f) << (7 * place);
        if byte < 0x80 {
            return value;
        }
    }
    panic!("a number of more than ten bytes");
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> &'a [u8] {
    let (taken, rest) = bytes.split_at(length);
    *bytes = rest;
    taken
}

/// The window and the content's size that a zstd frame tells, in bytes (RFC 8878,
/// 3.1.1.1).
fn frame_header(frame: &[u8]) -> (u64, Option<u64>) {
    let rest = frame.strip_prefix(&[0x28, 0xb5, 0x2f, 0xfd]).unwrap();
    let (descriptor, rest) = rest.split_first().unwrap();
    let single_segment = descriptor & 0x20 != 0;
    assert_eq!(descriptor & 3, 0, "no dictionary");
    let (window, rest) = match single_segment {
        true => (None, rest),
        false => {
            let (exponent, mantissa) = (rest[0] >> 3, u64::from(rest[0] & 7));
            let base = 1_u64 << (10 + exponent);
            (Some(base + base / 8 * mantissa), &rest[1..])
        }
    };
    let number = |length: usize| {
        let bytes = rest[..length].iter().rev();
        bytes.fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte))
    };
    let size = match (descriptor >> 6, single_segment) {
        (0, false) => None,
        (0, true) => Some(number(1)),
        (1, _) => Some(number(2) + 256),
        (2, _) => Some(number(4)),
        (_, _) => Some(number(8)),
    };
    (window.or(size).unwrap(), size)
}
