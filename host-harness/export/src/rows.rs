//! CSV (RFC 4180, UTF-8) and JSON Lines: a file for each kind of rows.

use std::io::{BufWriter, Write};
use std::path::Path;

use governance_store::access::EffectiveFilter;
use governance_store::{EntitlementFilter, GapFilter, GrantFilter, ResourceFilter, Store, SyncRow};
use serde::Serialize;

use crate::ExportError;
use crate::columns::{EFFECTIVE, ENTITLEMENTS, GAPS, GRANTS, Layout, RESOURCES, SYNC};
use crate::place::{NewDirectory, NewFile};
use crate::printable::json_line;

/// What rows are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The sync itself: whose it is, when it was read, what was asked for.
    Sync,
    /// Resources that can hold access.
    Accounts,
    /// Everything that access is about, accounts too.
    Resources,
    /// What can be held.
    Entitlements,
    /// Who holds what, as told by the service; pending grants too.
    Grants,
    /// Who can reach what in the end, expansion applied.
    Effective,
    /// What could not be read.
    Gaps,
}

impl Kind {
    /// All of them, in the order in which they are written.
    pub const ALL: [Self; 7] = [
        Self::Sync,
        Self::Accounts,
        Self::Resources,
        Self::Entitlements,
        Self::Grants,
        Self::Effective,
        Self::Gaps,
    ];

    /// The word for it; the name of its file without the ending.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sync => "sync",
            Self::Accounts => "accounts",
            Self::Resources => "resources",
            Self::Entitlements => "entitlements",
            Self::Grants => "grants",
            Self::Effective => "effective",
            Self::Gaps => "gaps",
        }
    }
}

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowsFormat {
    /// A line of quoted cells for each row, after one of the columns' names.
    Csv,
    /// The lines that `harness list --json` prints.
    JsonLines,
}

impl RowsFormat {
    fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
        }
    }
}

/// The rows of one sync.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    /// Where they are; it holds still.
    pub store: &'a Store,
    /// The current sync of a connection.
    pub sync: &'a SyncRow,
    /// How they are written.
    pub format: RowsFormat,
}

/// What takes the rows of a listing.
type Each<'a, R> = &'a mut dyn FnMut(R) -> Result<(), ExportError>;

impl Rows<'_> {
    /// Writes all kinds into a new directory, and says how many rows of each
    /// there are.
    ///
    /// # Errors
    /// Something has the name already, or the store or the disk failed. There is
    /// then no directory.
    pub fn to_directory(&self, path: &Path) -> Result<Vec<(&'static str, u64)>, ExportError> {
        let directory = NewDirectory::begin(path)?;
        let mut counts = Vec::new();
        for kind in Kind::ALL {
            let file = directory.file(&format!("{}.{}", kind.name(), self.format.ending()))?;
            counts.push((kind.name(), self.write(kind, &mut file.file())?));
            file.finish()?;
        }
        directory.finish()?;
        Ok(counts)
    }

    /// Writes one kind into a new file, and says how many rows there are.
    ///
    /// # Errors
    /// As [`Rows::to_directory`].
    pub fn to_file(&self, kind: Kind, path: &Path) -> Result<u64, ExportError> {
        let file = NewFile::begin(path)?;
        let count = self.write(kind, &mut file.file())?;
        file.finish()?;
        Ok(count)
    }

    /// Writes one kind, and says how many rows there are.
    ///
    /// # Errors
    /// The store or the writer failed.
    pub fn write(&self, kind: Kind, out: &mut dyn Write) -> Result<u64, ExportError> {
        let (store, sync) = (self.store, self.sync);
        let connection = || Some(sync.connection.clone());
        let resources = || ResourceFilter {
            connection: connection(),
            ..ResourceFilter::default()
        };
        match kind {
            Kind::Sync => self.all(&SYNC, out, |each| each(sync.clone()).map(|()| 1)),
            Kind::Accounts => self.all(&RESOURCES, out, |each| store.accounts(&resources(), each)),
            Kind::Resources => {
                self.all(&RESOURCES, out, |each| store.resources(&resources(), each))
            }
            Kind::Entitlements => self.all(&ENTITLEMENTS, out, |each| {
                let filter = EntitlementFilter {
                    connection: connection(),
                    ..EntitlementFilter::default()
                };
                store.entitlements(&filter, each)
            }),
            Kind::Grants => self.all(&GRANTS, out, |each| {
                let filter = GrantFilter {
                    connection: connection(),
                    ..GrantFilter::default()
                };
                store.grants(&filter, each)
            }),
            Kind::Effective => self.all(&EFFECTIVE, out, |each| {
                let filter = EffectiveFilter {
                    connection: connection(),
                    ..EffectiveFilter::default()
                };
                store.effective(&filter, each)
            }),
            Kind::Gaps => self.all(&GAPS, out, |each| {
                let filter = GapFilter {
                    connection: connection(),
                    ..GapFilter::default()
                };
                store.gaps(&filter, each)
            }),
        }
    }

    fn all<R: Serialize>(
        &self,
        layout: &Layout<R>,
        out: &mut dyn Write,
        list: impl FnOnce(Each<'_, R>) -> Result<u64, ExportError>,
    ) -> Result<u64, ExportError> {
        match self.format {
            RowsFormat::Csv => as_csv(layout, out, list),
            RowsFormat::JsonLines => {
                let mut out = BufWriter::new(out);
                let count = list(&mut |row| Ok(json_line(&mut out, &row)?))?;
                out.flush()?;
                Ok(count)
            }
        }
    }
}

fn as_csv<R>(
    layout: &Layout<R>,
    out: &mut dyn Write,
    list: impl FnOnce(Each<'_, R>) -> Result<u64, ExportError>,
) -> Result<u64, ExportError> {
    let mut writer = csv::WriterBuilder::new()
        .quote_style(csv::QuoteStyle::Always)
        .terminator(csv::Terminator::CRLF)
        .from_writer(out);
    let failed = |error: csv::Error| ExportError::Write(error.into());
    writer.write_record(layout.columns).map_err(failed)?;
    let count = list(&mut |row| writer.write_record((layout.cells)(&row)).map_err(failed))?;
    writer.flush()?;
    Ok(count)
}
