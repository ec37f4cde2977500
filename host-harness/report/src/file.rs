//! Where a report goes: under a name of its own until it is whole, beside the
//! one that it then gets. Only its owner may read it.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::ReportError;

/// A file that is not yet under its name.
pub struct NewFile {
    temporary: NamedTempFile,
    path: PathBuf,
    replaces: bool,
}

impl NewFile {
    /// Begins a file. One that has the name already is only replaced if that is
    /// asked for.
    ///
    /// # Errors
    /// Something has the name, or nothing can be made beside it.
    pub fn begin(path: &Path, replaces: bool) -> Result<Self, ReportError> {
        let found = fs::symlink_metadata(path);
        if found.is_ok_and(|it| !replaces || it.is_dir()) {
            return Err(ReportError::Exists(path.to_owned()));
        }
        let mut prefix = OsString::from(".");
        prefix.push(path.file_name().unwrap_or_default());
        let mut builder = Builder::new();
        let temporary = builder.prefix(&prefix).suffix(".partial");
        Ok(Self {
            temporary: temporary
                .tempfile_in(folder(path))
                .map_err(ReportError::io("create", path))?,
            path: path.to_owned(),
            replaces,
        })
    }

    /// Writes all of it, and gives the file its name.
    ///
    /// # Errors
    /// Something has got the name in the meantime, or the disk failed.
    pub fn finish(mut self, text: &str) -> Result<(), ReportError> {
        let written = self.temporary.write_all(text.as_bytes());
        let written = written.and_then(|()| self.temporary.as_file().sync_all());
        written.map_err(ReportError::io("write", &self.path))?;
        let named = match self.replaces {
            true => self.temporary.persist(&self.path),
            false => self.temporary.persist_noclobber(&self.path),
        };
        match named {
            Ok(_) => Ok(()),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                Err(ReportError::Exists(self.path))
            }
            Err(error) => Err(ReportError::io("create", &self.path)(error.error)),
        }
    }
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_the_name_is_replaced_only_if_that_is_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("review.html");
        NewFile::begin(&path, false).unwrap().finish("one").unwrap();
        let refused = NewFile::begin(&path, false);
        assert!(matches!(refused, Err(ReportError::Exists(_))));
        NewFile::begin(&path, true).unwrap().finish("two").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        let refused = NewFile::begin(folder.path(), true);
        assert!(matches!(refused, Err(ReportError::Exists(_))));
    }

    #[test]
    fn a_name_that_is_taken_meanwhile_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("review.html");
        let begun = NewFile::begin(&path, false).unwrap();
        fs::write(&path, "theirs").unwrap();
        assert!(matches!(begun.finish("ours"), Err(ReportError::Exists(_))));
        assert_eq!(fs::read_to_string(&path).unwrap(), "theirs");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_may_read_it() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("review.html");
        NewFile::begin(&path, false).unwrap().finish("").unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
