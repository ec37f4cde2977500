//! Where an export goes: under a name of its own until it is whole, beside the
//! one that it then gets. Only its owner may read it. What has the name already
//! is left as it is, unless a file is asked to replace it.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile, TempDir};

use crate::ExportError;

/// A file that is not yet under its name.
#[derive(Debug)]
pub struct NewFile {
    temporary: NamedTempFile,
    path: PathBuf,
    replaces: bool,
}

impl NewFile {
    /// Begins a file.
    ///
    /// # Errors
    /// Something has the name, or nothing can be made beside it.
    pub fn begin(path: &Path) -> Result<Self, ExportError> {
        refuse_existing(path)?;
        Self::made(path, false)
    }

    /// Begins a file that replaces the one that has the name, if there is one.
    ///
    /// # Errors
    /// A directory has the name, or nothing can be made beside it.
    pub fn replacing(path: &Path) -> Result<Self, ExportError> {
        let found = fs::symlink_metadata(path);
        match found.is_ok_and(|it| it.is_dir()) {
            true => Err(ExportError::Exists(path.to_owned())),
            false => Self::made(path, true),
        }
    }

    fn made(path: &Path, replaces: bool) -> Result<Self, ExportError> {
        let temporary = beside(path, |builder, parent| builder.tempfile_in(parent))?;
        Ok(Self {
            temporary,
            path: path.to_owned(),
            replaces,
        })
    }

    /// What to write to.
    pub fn file(&self) -> &File {
        self.temporary.as_file()
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// Something has got the name in the meantime, or the disk failed.
    pub fn finish(self) -> Result<(), ExportError> {
        let Self {
            temporary, path, ..
        } = self;
        let failed = ExportError::io("write", &path);
        temporary.as_file().sync_all().map_err(failed)?;
        let named = match self.replaces {
            true => temporary.persist(&path),
            false => temporary.persist_noclobber(&path),
        };
        match named {
            Ok(_) => Ok(()),
            Err(error) => Err(not_named(&path, error.error)),
        }
    }
}

/// A directory that is not yet under its name.
pub(crate) struct NewDirectory {
    temporary: TempDir,
    path: PathBuf,
}

impl NewDirectory {
    /// # Errors
    /// Something has the name, or nothing can be made beside it.
    pub(crate) fn begin(path: &Path) -> Result<Self, ExportError> {
        refuse_existing(path)?;
        let temporary = beside(path, |builder, parent| {
            private_directory(builder).tempdir_in(parent)
        })?;
        Ok(Self {
            temporary,
            path: path.to_owned(),
        })
    }

    /// A new file in it.
    pub(crate) fn file(&self, name: &str) -> Result<NewFile, ExportError> {
        NewFile::begin(&self.temporary.path().join(name))
    }

    /// Gives the directory its name.
    ///
    /// # Errors
    /// Something has got the name in the meantime, or the disk failed.
    pub(crate) fn finish(self) -> Result<(), ExportError> {
        refuse_existing(&self.path)?;
        fs::rename(self.temporary.path(), &self.path)
            .map_err(|error| not_named(&self.path, error))?;
        // There is nothing left to remove.
        let _ = self.temporary.keep();
        Ok(())
    }
}

/// A file to work in, that ends with its handle.
pub(crate) fn scratch(directory: &Path) -> Result<NamedTempFile, ExportError> {
    let made = Builder::new().prefix(".export-").tempfile_in(directory);
    made.map_err(ExportError::io("create a file in", directory))
}

/// The directory that holds a path.
pub(crate) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn beside<T>(
    path: &Path,
    make: impl FnOnce(&mut Builder<'_, '_>, &Path) -> io::Result<T>,
) -> Result<T, ExportError> {
    let mut prefix = OsString::from(".");
    prefix.push(path.file_name().unwrap_or_default());
    prefix.push("-");
    let mut builder = Builder::new();
    make(builder.prefix(&prefix).suffix(".partial"), parent(path))
        .map_err(ExportError::io("create", path))
}

/// Files are made for their owner only already.
#[cfg(unix)]
fn private_directory<'a, 'b, 'c>(builder: &'a mut Builder<'b, 'c>) -> &'a mut Builder<'b, 'c> {
    use std::os::unix::fs::PermissionsExt;

    builder.permissions(fs::Permissions::from_mode(0o700))
}

/// Elsewhere than on Unix a new directory has the permissions of its parent.
#[cfg(not(unix))]
fn private_directory<'a, 'b, 'c>(builder: &'a mut Builder<'b, 'c>) -> &'a mut Builder<'b, 'c> {
    builder
}

fn refuse_existing(path: &Path) -> Result<(), ExportError> {
    match fs::symlink_metadata(path) {
        Ok(_) => Err(ExportError::Exists(path.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(ExportError::io("look at", path)(error)),
    }
}

fn not_named(path: &Path, error: io::Error) -> ExportError {
    match error.kind() {
        io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty => {
            ExportError::Exists(path.to_owned())
        }
        _ => ExportError::io("create", path)(error),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        entries
            .map(|it| it.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn what_is_not_finished_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        let file = NewFile::begin(&path).unwrap();
        file.file().write_all(b"half").unwrap();
        assert!(!path.exists());
        drop(file);
        let directory = NewDirectory::begin(&path).unwrap();
        directory.file("a").unwrap().finish().unwrap();
        drop(directory);
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn what_has_the_name_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        let (file, directory) = (
            NewFile::begin(&path).unwrap(),
            NewDirectory::begin(&path).unwrap(),
        );
        fs::write(&path, "mine").unwrap();
        for error in [
            file.finish().unwrap_err(),
            directory.finish().unwrap_err(),
            NewFile::begin(&path).err().unwrap(),
            NewDirectory::begin(&path).err().unwrap(),
        ] {
            assert!(matches!(error, ExportError::Exists(_)), "{error}");
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
        assert_eq!(names(folder.path()), ["out"]);
    }

    #[test]
    fn what_has_the_name_is_replaced_only_if_that_is_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("review.html");
        let write = |file: NewFile, text: &str| {
            file.file().write_all(text.as_bytes()).unwrap();
            file.finish().unwrap();
        };
        write(NewFile::begin(&path).unwrap(), "one");
        let refused = NewFile::begin(&path);
        assert!(matches!(refused, Err(ExportError::Exists(_))));
        write(NewFile::replacing(&path).unwrap(), "two");
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(names(folder.path()), ["review.html"]);
        let refused = NewFile::replacing(folder.path());
        assert!(matches!(refused, Err(ExportError::Exists(_))));
    }

    #[test]
    #[cfg(unix)]
    fn only_the_owner_may_read_it() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let path = folder.path().join("directory");
        let directory = NewDirectory::begin(&path).unwrap();
        directory.file("file").unwrap().finish().unwrap();
        directory.finish().unwrap();
        assert_eq!(mode(&path), 0o700);
        assert_eq!(mode(&path.join("file")), 0o600);
    }
}
