//! What a c1z file is around its database: five bytes, and one zstd frame.
//!
//! The frame tells the database's size and has a checksum. Its window is the 2 MB
//! of zstd's third level, while baton's reader stops at 128 MB.

use std::fs::File;
use std::io::{self, Write};

/// What a file of version 1 begins with.
pub(crate) const MAGIC: &[u8; 5] = b"C1ZF\0";

/// zstd's own default.
const LEVEL: i32 = 3;

/// Writes a database as a c1z file, and gives its size in bytes.
pub(crate) fn pack(mut database: File, out: &mut dyn Write) -> io::Result<u64> {
    let size = database.metadata()?.len();
    out.write_all(MAGIC)?;
    let mut encoder = zstd::Encoder::new(out, LEVEL)?;
    encoder.include_checksum(true)?;
    encoder.set_pledged_src_size(Some(size))?;
    io::copy(&mut database, &mut encoder)?;
    encoder.finish()?.flush()?;
    Ok(size)
}
