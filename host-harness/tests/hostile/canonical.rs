//! Values of the contract as they lie in a component's memory: the part of the
//! canonical ABI that answers need, from JSON.
//!
//! | WIT | JSON |
//! |---|---|
//! | `record` | object; a field that is left out is zero |
//! | `option` | the value, or nothing |
//! | `result`, `variant` with a payload | `{"case": payload}` |
//! | `enum`, `variant` without a payload | `"case"` |
//! | `list` | array |
//!
//! Zero is an empty text or list, none, false, the first case.

use serde_json::Value;
use wit_parser::{Int, Resolve, SizeAlign, Type, TypeDefKind};

/// Memory that a component starts with, from [`Image::BASE`] on.
pub(crate) struct Image {
    sizes: SizeAlign,
    bytes: Vec<u8>,
}

impl Image {
    /// Below lies what host calls answer into.
    pub(crate) const BASE: usize = 1_024;

    pub(crate) fn new(resolve: &Resolve) -> Self {
        let mut sizes = SizeAlign::default();
        sizes.fill(resolve);
        Self {
            sizes,
            bytes: Vec::new(),
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The first address behind the image.
    pub(crate) fn end(&self) -> usize {
        Self::BASE + self.bytes.len()
    }

    /// Puts bytes into memory, and tells where.
    pub(crate) fn data(&mut self, bytes: &[u8]) -> usize {
        let at = self.reserve(bytes.len(), 1);
        self.write(at, bytes);
        at
    }

    /// Puts a value into memory, and tells where.
    pub(crate) fn value(&mut self, resolve: &Resolve, kind: &Type, value: &Value) -> usize {
        let at = self.room(kind, 1);
        self.store(resolve, kind, value, at);
        at
    }

    /// Replaces the first occurrence of a text by bytes that no JSON can hold.
    pub(crate) fn spoil(&mut self, text: &str, by: &[u8]) {
        assert_eq!(text.len(), by.len());
        let mut windows = self.bytes.windows(text.len());
        let at = windows.position(|it| it == text.as_bytes()).unwrap();
        self.write(Self::BASE + at, by);
    }

    fn room(&mut self, kind: &Type, count: usize) -> usize {
        let (size, align) = (self.sizes.size(kind), self.sizes.align(kind));
        self.reserve(size.size_wasm32() * count, align.align_wasm32())
    }

    fn reserve(&mut self, size: usize, align: usize) -> usize {
        let at = self.end().next_multiple_of(align);
        self.bytes.resize(at - Self::BASE + size, 0);
        at
    }

    fn write(&mut self, at: usize, bytes: &[u8]) {
        self.bytes[at - Self::BASE..][..bytes.len()].copy_from_slice(bytes);
    }

    /// Writes the address and the length of a text or a list.
    fn write_span(&mut self, at: usize, start: usize, length: usize) {
        self.write(at, &u32::try_from(start).unwrap().to_le_bytes());
        self.write(at + 4, &u32::try_from(length).unwrap().to_le_bytes());
    }

    fn store(&mut self, resolve: &Resolve, kind: &Type, value: &Value, at: usize) {
        if value.is_null() {
            return;
        }
        match kind {
            Type::Bool => self.write(at, &[u8::from(value.as_bool().unwrap())]),
            Type::String => {
                let text = value.as_str().unwrap();
                let start = self.data(text.as_bytes());
                self.write_span(at, start, text.len());
            }
            Type::Id(id) => self.store_defined(resolve, &resolve.types[*id].kind, value, at),
            number => {
                let size = self.sizes.size(number).size_wasm32();
                self.write(at, &value.as_u64().unwrap().to_le_bytes()[..size]);
            }
        }
    }

    fn store_defined(&mut self, resolve: &Resolve, kind: &TypeDefKind, value: &Value, at: usize) {
        match kind {
            TypeDefKind::Type(same) => self.store(resolve, same, value, at),
            TypeDefKind::List(item) => {
                let items = value.as_array().unwrap();
                let start = self.room(item, items.len());
                let size = self.sizes.size(item).size_wasm32();
                for (index, value) in items.iter().enumerate() {
                    self.store(resolve, item, value, start + index * size);
                }
                self.write_span(at, start, items.len());
            }
            TypeDefKind::Record(record) => {
                let fields = record.fields.iter();
                let known = |key: &String| fields.clone().any(|it| it.name == *key);
                let given = value.as_object().unwrap();
                assert!(given.keys().all(known), "unknown field in {value}");
                let kinds = fields.clone().map(|it| &it.ty);
                let offsets = self.sizes.field_offsets(kinds);
                let offsets: Vec<_> = offsets.iter().map(|(it, _)| it.size_wasm32()).collect();
                for (field, offset) in record.fields.iter().zip(offsets) {
                    self.store(resolve, &field.ty, &value[&field.name], at + offset);
                }
            }
            TypeDefKind::Option(inner) => {
                let (tag, cases) = cases(kind);
                self.write(at, &[1]);
                let offset = self.payload_offset(tag, &cases);
                self.store(resolve, inner, value, at + offset);
            }
            _ => {
                let (case, payload) = case(value);
                let (tag, cases) = cases(kind);
                let position = cases.iter().position(|(name, _)| *name == case);
                let position = position.unwrap_or_else(|| panic!("no case for {value}"));
                self.write(at, &position.to_le_bytes()[..int_size(tag)]);
                if let Some(inner) = cases[position].1 {
                    let offset = self.payload_offset(tag, &cases);
                    self.store(resolve, &inner, payload, at + offset);
                }
            }
        }
    }

    fn payload_offset(&self, tag: Int, cases: &[(&str, Option<Type>)]) -> usize {
        let payloads = cases.iter().map(|(_, payload)| payload.as_ref());
        self.sizes.payload_offset(tag, payloads).size_wasm32()
    }

    /// How far behind the start of a record of these fields one of them lies.
    pub(crate) fn record_offset(&self, fields: &[Type], field: usize) -> usize {
        let (offset, _) = self.sizes.field_offsets(fields)[field];
        offset.size_wasm32()
    }

    /// How far behind a value's start a part of it lies. Parts are fields,
    /// cases, and `some`.
    pub(crate) fn offset(&self, resolve: &Resolve, kind: &Type, path: &[&str]) -> usize {
        let [part, rest @ ..] = path else { return 0 };
        let Type::Id(id) = kind else {
            panic!("nothing is named `{part}` in {kind:?}")
        };
        match &resolve.types[*id].kind {
            TypeDefKind::Type(same) => self.offset(resolve, same, path),
            TypeDefKind::Record(record) => {
                let offsets = self
                    .sizes
                    .field_offsets(record.fields.iter().map(|it| &it.ty));
                let mut fields = record.fields.iter().zip(offsets);
                let (field, (offset, _)) = fields.find(|(it, _)| it.name == *part).unwrap();
                offset.size_wasm32() + self.offset(resolve, &field.ty, rest)
            }
            other => {
                let (tag, cases) = cases(other);
                let (_, payload) = cases.iter().find(|(name, _)| name == part).unwrap();
                self.payload_offset(tag, &cases) + self.offset(resolve, &payload.unwrap(), rest)
            }
        }
    }
}

fn int_size(int: Int) -> usize {
    match int {
        Int::U8 => 1,
        Int::U16 => 2,
        Int::U32 => 4,
        Int::U64 => 8,
    }
}

/// The name of a case, and its payload.
fn case(value: &Value) -> (&str, &Value) {
    match value {
        Value::String(case) => (case, &Value::Null),
        Value::Object(one) if one.len() == 1 => {
            let (case, payload) = one.iter().next().unwrap();
            (case, payload)
        }
        _ => ("", &Value::Null),
    }
}

/// The cases of anything that has some, each with its payload.
pub(crate) fn cases(kind: &TypeDefKind) -> (Int, Vec<(&str, Option<Type>)>) {
    match kind {
        TypeDefKind::Option(inner) => (Int::U8, vec![("none", None), ("some", Some(*inner))]),
        TypeDefKind::Result(it) => (Int::U8, vec![("ok", it.ok), ("err", it.err)]),
        TypeDefKind::Enum(it) => {
            let cases = it.cases.iter().map(|case| (case.name.as_str(), None));
            (it.tag(), cases.collect())
        }
        TypeDefKind::Variant(it) => {
            let cases = it.cases.iter().map(|case| (case.name.as_str(), case.ty));
            (it.tag(), cases.collect())
        }
        other => panic!("{} has no cases", other.as_str()),
    }
}
