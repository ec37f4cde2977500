//! New files that a command writes.

use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::path::Path;

use anyhow::Context;

use crate::exit::{Exit, Refused};

/// Makes a file that is not there yet, for its owner only: what is in it is about
/// people, and what was there may be somebody's work.
pub(crate) fn new(path: &Path) -> anyhow::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(Refused {
            exit: Exit::Usage,
            message: format!(
                "{} is there already, and is not written over",
                path.display()
            ),
            hint: "name another file, or move that one away".to_owned(),
        }
        .into()),
        opened => opened.with_context(|| format!("cannot write {}", path.display())),
    }
}
