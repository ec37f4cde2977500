//! The wire format of protocol buffers, read back strictly: fields in the order of
//! their numbers, and nothing that is not known.

use std::collections::BTreeMap;

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

    /// The numbers of the fields that are there.
    pub(crate) fn numbers(&self) -> Vec<u64> {
        self.0.keys().copied().collect()
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

    pub(crate) fn double(&self, field: u64) -> f64 {
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

    pub(crate) fn packed(&self, field: u64) -> Vec<u64> {
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

    /// The annotations, which are field 4 of resources and grants and field 6 of
    /// entitlements: each one's name and its message.
    fn annotations(&self) -> Vec<(String, Self)> {
        const PACKAGE: &str = "type.googleapis.com/c1.connector.v2.";
        let field = if self.0.contains_key(&8) { 6 } else { 4 };
        let annotations = self.messages(field).into_iter().map(|any| {
            any.only(&[1, 2]);
            let url = any.text(1);
            let name = url.strip_prefix(PACKAGE).expect("a message of baton's");
            (name.to_owned(), any.optional(2).unwrap_or_default())
        });
        annotations.collect()
    }

    /// The message of an annotation, which is there once.
    pub(crate) fn annotation(&self, name: &str) -> Option<Self> {
        let found = self.annotations().into_iter().filter(|it| it.0 == name);
        let mut found: Vec<_> = found.collect();
        assert!(found.len() <= 1, "{name} is there once");
        found.pop().map(|it| it.1)
    }

    /// There are no annotations but these.
    pub(crate) fn only_annotations(&self, known: &[&str]) {
        for (name, _) in self.annotations() {
            assert!(known.contains(&name.as_str()), "{name}");
        }
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
