//! Text that is wiped when it is dropped, and made so that no copy is left
//! behind: buffers are as large as they will get before a secret comes in.
//!
//! | copy of a credential | wiped |
//! |---|---|
//! | the value as held, and each form that is looked for in answers | yes |
//! | what was read of a file, a command's output or a variable | yes |
//! | the header of a request | yes, with the last of its clones |
//! | the variable itself, in the environment of the process | no: it belongs to the operating system |
//! | the buffers of HTTP and TLS that a request passes, and of what a service sends back | no: they belong to other crates |

use std::io::{self, Read};

use secrecy::{SecretString, zeroize::Zeroizing};

/// More is no credential.
const BYTES: usize = 64 * 1024;

/// Reads a value to its end, as far as one can be long.
pub(super) fn read(source: impl Read) -> io::Result<Zeroizing<Vec<u8>>> {
    // With room for one more, so that the end is found without growing.
    let mut bytes = Zeroizing::new(Vec::with_capacity(BYTES + 64));
    source.take(BYTES as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Puts texts together.
pub(super) fn joined(parts: &[&str]) -> SecretString {
    let size = parts.iter().map(|part| part.len()).sum();
    let mut text = Zeroizing::new(String::with_capacity(size));
    for part in parts {
        text.push_str(part);
    }
    SecretString::from(text.as_str())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;
    use secrecy::zeroize::ZeroizeOnDrop;

    use super::*;

    #[test]
    fn what_holds_a_secret_is_wiped_when_it_is_dropped() {
        fn wiped<T: ZeroizeOnDrop>() {}
        wiped::<SecretString>();
        wiped::<Zeroizing<Vec<u8>>>();
    }

    #[test]
    fn reading_never_moves_what_was_read() {
        for size in [0, 1, BYTES - 1, BYTES, 2 * BYTES] {
            let read = read(io::repeat(b'x').take(size as u64)).unwrap();
            assert_eq!(read.len(), size.min(BYTES));
            assert_eq!(read.capacity(), BYTES + 64, "{size}: moved");
        }
    }

    #[test]
    fn parts_are_joined() {
        assert_eq!(joined(&["Bearer ", "k"]).expose_secret(), "Bearer k");
    }
}
