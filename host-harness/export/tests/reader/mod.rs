//! A reader of c1z files of its own: written from baton's `.proto` files and from
//! what its command line asks of the tables, with nothing of the writer in it.

mod commands;
mod fields;
mod frame;
mod schema;
mod sound;
mod values;

use std::io::{BufReader, Read, Write};

use rusqlite::Connection;
use tempfile::NamedTempFile;

pub(crate) use fields::Fields;
pub(crate) use values::{Value, resource_id, sources, structure};

/// What the decoder of an older baton takes at most, in bytes; newer ones take four
/// times as much.
const LARGEST_WINDOW: u64 = 32 << 20;

/// An unpacked file.
pub(crate) struct C1z {
    pub(crate) database: Connection,
    _file: NamedTempFile,
}

impl C1z {
    /// Unpacks a file as baton does, in pieces of 32 KB.
    pub(crate) fn unpack(bytes: &[u8]) -> Self {
        let frame = bytes.strip_prefix(b"C1ZF\0").expect("the header");
        let (window, size) = frame::header(frame);
        assert!(window <= LARGEST_WINDOW, "a window of {window} bytes");
        let reader = BufReader::with_capacity(32 << 10, frame);
        let mut decoder = zstd::Decoder::with_buffer(reader).unwrap().single_frame();
        let mut file = NamedTempFile::new().unwrap();
        let (mut piece, mut length) = (vec![0; 32 << 10], 0);
        loop {
            match decoder.read(&mut piece).unwrap() {
                0 => break,
                read => {
                    file.write_all(&piece[..read]).unwrap();
                    length += read as u64;
                }
            }
        }
        assert_eq!(size, Some(length), "the frame tells its size");
        assert_eq!(decoder.finish().bytes().count(), 0, "it is one frame");
        let database = Connection::open(file.path()).unwrap();
        let sound: String = database
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(sound, "ok");
        Self {
            database,
            _file: file,
        }
    }

    /// `full` or `partial`.
    pub(crate) fn sync_type(&self) -> String {
        self.one("SELECT sync_type FROM v1_sync_runs WHERE ended_at IS NOT NULL")
    }

    /// How many rows a table has.
    pub(crate) fn count(&self, table: &str) -> u64 {
        self.one::<i64>(&format!("SELECT count(*) FROM {table}"))
            .try_into()
            .unwrap()
    }

    /// All values of a column of text, in the order of the rows.
    pub(crate) fn texts(&self, sql: &str) -> Vec<String> {
        let mut statement = self.database.prepare(sql).unwrap();
        let texts = statement.query_map([], |row| row.get(0)).unwrap();
        texts.collect::<Result<_, _>>().unwrap()
    }

    /// The message of a row by its id.
    pub(crate) fn message(&self, table: &str, id: &str) -> Fields {
        let sql = format!("SELECT data FROM {table} WHERE external_id = ?");
        let data: Vec<u8> = self
            .database
            .query_row(&sql, [id], |row| row.get(0))
            .unwrap_or_else(|error| panic!("{id} in {table}: {error}"));
        Fields::read(&data)
    }

    fn one<T: rusqlite::types::FromSql>(&self, sql: &str) -> T {
        self.database.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    fn messages(&self, table: &str) -> Vec<(String, Fields)> {
        let sql = format!("SELECT external_id, data FROM {table} ORDER BY id");
        let mut statement = self.database.prepare(&sql).unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?)));
        rows.unwrap()
            .map(|row| row.unwrap())
            .map(|(id, data)| (id, Fields::read(&data)))
            .collect()
    }

    /// Reads every message, follows every reference, and asks what baton asks.
    pub(crate) fn assert_sound(&self) {
        self.assert_schema();
        self.assert_messages();
        self.assert_commands_find_what_they_look_up();
    }
}
