//! The wire format of protocol buffers: fields of a message, one after the other.
//!
//! Only what is needed to write. Fields are added in the order of their numbers,
//! which makes the bytes those of a deterministic encoder. As proto3 has it, what
//! is empty, zero or false is left out, except by the methods that say `set`.

/// How a field's value is laid out.
#[derive(Clone, Copy)]
enum Layout {
    Varint = 0,
    Eight = 1,
    Delimited = 2,
}

/// A message that is being written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Message(Vec<u8>);

impl Message {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// A string, if it is not empty.
    pub(crate) fn text(self, field: u32, value: &str) -> Self {
        match value {
            "" => self,
            _ => self.set_text(field, value),
        }
    }

    /// A string, also an empty one.
    pub(crate) fn set_text(self, field: u32, value: &str) -> Self {
        self.delimited(field, value.as_bytes())
    }

    /// Bytes, if there are any.
    pub(crate) fn bytes(self, field: u32, value: &[u8]) -> Self {
        match value {
            [] => self,
            _ => self.delimited(field, value),
        }
    }

    /// A number or an enum's value, if it is not 0. Negative ones are given as
    /// their two's complement.
    pub(crate) fn number(self, field: u32, value: u64) -> Self {
        match value {
            0 => self,
            _ => self.set_number(field, value),
        }
    }

    /// The same, also 0.
    pub(crate) fn set_number(mut self, field: u32, value: u64) -> Self {
        self.key(field, Layout::Varint);
        self.varint(value);
        self
    }

    /// A floating-point number, also 0.
    pub(crate) fn set_double(mut self, field: u32, value: f64) -> Self {
        self.key(field, Layout::Eight);
        self.0.extend(value.to_le_bytes());
        self
    }

    /// A flag, if it is set.
    pub(crate) fn flag(self, field: u32, value: bool) -> Self {
        self.number(field, value.into())
    }

    /// A message, also an empty one.
    pub(crate) fn message(self, field: u32, value: Self) -> Self {
        self.delimited(field, &value.0)
    }

    /// A message, if there is one.
    pub(crate) fn optional(self, field: u32, value: Option<Self>) -> Self {
        match value {
            Some(value) => self.message(field, value),
            None => self,
        }
    }

    /// A repeated message.
    pub(crate) fn messages(self, field: u32, values: impl IntoIterator<Item = Self>) -> Self {
        let mut message = self;
        for value in values {
            message = message.message(field, value);
        }
        message
    }

    /// Repeated enum values, if there are any.
    pub(crate) fn packed(self, field: u32, values: &[u64]) -> Self {
        let mut packed = Self::new();
        for value in values {
            packed.varint(*value);
        }
        self.bytes(field, &packed.0)
    }

    fn delimited(mut self, field: u32, value: &[u8]) -> Self {
        self.key(field, Layout::Delimited);
        self.varint(value.len() as u64);
        self.0.extend(value);
        self
    }

    fn key(&mut self, field: u32, layout: Layout) {
        self.varint(u64::from(field) << 3 | layout as u64);
    }

    /// Seven bits a byte, the lowest first; the eighth says that more follow.
    fn varint(&mut self, mut value: u64) {
        while value > 0x7f {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of protobuf.dev/programming-guides/encoding, and the ends of
    /// the ranges.
    #[test]
    fn fields_are_laid_out_as_the_format_says() {
        let new = Message::new;
        for (message, bytes) in [
            (new(), &[][..]),
            (new().number(1, 150), &[0x08, 0x96, 0x01]),
            (new().number(1, 0).flag(2, false).text(3, ""), &[]),
            (new().bytes(1, &[]).packed(2, &[]), &[]),
            (
                new().text(2, "testing"),
                &[0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67],
            ),
            (
                new().message(3, new().number(1, 150)),
                &[0x1a, 0x03, 0x08, 0x96, 0x01],
            ),
            (
                new().packed(6, &[3, 270, 86942]),
                &[0x32, 0x06, 0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05],
            ),
            (new().number(16, 127), &[0x80, 0x01, 0x7f]),
            (
                new().number(1, u64::MAX),
                &[
                    0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01,
                ],
            ),
            (
                new().set_double(2, 1.0),
                &[0x11, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f],
            ),
            (new().set_number(4, 0).set_text(3, ""), &[0x20, 0, 0x1a, 0]),
            (new().message(1, new()).optional(2, None), &[0x0a, 0]),
            (
                new().messages(1, [new().flag(1, true), new()]),
                &[0x0a, 0x02, 0x08, 0x01, 0x0a, 0x00],
            ),
        ] {
            assert_eq!(message.into_bytes(), bytes);
        }
    }
}
