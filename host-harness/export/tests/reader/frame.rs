//! The header of a zstd frame.

/// The window and the content's size that a zstd frame tells, in bytes (RFC 8878,
/// 3.1.1.1).
pub(crate) fn header(frame: &[u8]) -> (u64, Option<u64>) {
    let rest = frame.strip_prefix(&[0x28, 0xb5, 0x2f, 0xfd]).unwrap();
    let (descriptor, rest) = rest.split_first().unwrap();
    let single_segment = descriptor & 0x20 != 0;
    assert_eq!(descriptor & 3, 0, "no dictionary");
    assert_eq!(descriptor & 4, 4, "a checksum");
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
