//! What is at a path, who may read it, who may write.

use std::fs;
use std::path::Path;

use governance_contract::samples::resource;

use super::*;
use crate::Batch;
use crate::fixtures::{Place, begin};

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn files(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn other_database(path: &Path, sql: &str) {
    Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn whatever_is_not_a_store_is_refused_and_left_as_it_was() {
    type Make = fn(&Path);
    let cases: [(Make, &str); 7] = [
        (
            |path| fs::write(path, "SQLite format 3\0 almost").unwrap(),
            "is not a database",
        ),
        (
            |path| fs::write(path, "name,email\nada,ada@example.org\n").unwrap(),
            "is not a database",
        ),
        (
            |path| fs::write(path, [0; 5_000]).unwrap(),
            "is not a database",
        ),
        (
            |path| other_database(path, "CREATE TABLE shop (price)"),
            "is a database of another program",
        ),
        (
            |path| other_database(path, "PRAGMA application_id = 7"),
            "is a database of another program",
        ),
        (
            |path| {
                other_database(
                    path,
                    "PRAGMA application_id = 1198487112; PRAGMA user_version = 9",
                )
            },
            "has schema version 9, and this program knows 4",
        ),
        (
            |path| other_database(path, "PRAGMA application_id = 1198487112"),
            "is a database of another program",
        ),
    ];
    for (make, message) in cases {
        let place = Place::new();
        make(&place.path());
        set_mode(&place.path(), 0o644);
        let before = fs::read(place.path()).unwrap();
        for opened in [
            Store::probe(&place.path()).map(|_| ()),
            Store::open_to_write(&place.path()).map(|_| ()),
            Store::open_to_read(&place.path()).map(|_| ()),
        ] {
            let error = opened.unwrap_err();
            assert!(error.to_string().ends_with(message), "{error}");
            assert_eq!(error.fault(), crate::Fault::File);
        }
        assert_eq!(fs::read(place.path()).unwrap(), before);
        assert_eq!(mode(&place.path()), 0o644);
        assert_eq!(files(place.directory.path()), ["governance.db"]);
    }
}

#[test]
fn a_directory_is_refused() {
    let place = Place::new();
    for opened in [
        Store::probe(place.directory.path()).map(|_| ()),
        Store::open_to_write(place.directory.path()).map(|_| ()),
        Store::open_to_read(place.directory.path()).map(|_| ()),
    ] {
        assert!(matches!(opened, Err(StoreError::NotAFile { .. })));
    }
}

#[test]
fn looking_tells_what_is_there_and_leaves_nothing_behind() {
    let place = Place::new();
    assert_eq!(Store::probe(&place.path()).unwrap(), Found::Absent);
    assert!(matches!(
        Store::open_to_read(&place.path()),
        Err(StoreError::Absent { .. })
    ));
    fs::write(place.path(), "").unwrap();
    assert_eq!(Store::probe(&place.path()).unwrap(), Found::Empty);
    assert!(matches!(
        Store::open_to_read(&place.path()),
        Err(StoreError::Absent { .. })
    ));
    drop(place.writer());
    assert_eq!(Store::probe(&place.path()).unwrap(), Found::Ours);
    assert_eq!(
        files(place.directory.path()),
        ["governance.db", "governance.db.lock"]
    );
}

#[test]
fn paths_with_marks_of_uris_are_only_paths() {
    for name in ["a?mode=rwc.db", "a#b.db", "a%3fb.db", "a b.db", ":memory:"] {
        let place = Place::new();
        let path = place.directory.path().join(name);
        drop(Store::open_to_write(&path).unwrap());
        assert_eq!(Store::probe(&path).unwrap(), Found::Ours, "{name}");
        assert_eq!(
            files(place.directory.path()),
            [name.to_owned(), format!("{name}.lock")]
        );
    }
}

#[test]
fn a_new_store_and_all_files_beside_it_are_its_owners_only() {
    let place = Place::new();
    let mut store = place.writer();
    let sync = begin(&mut store, "default");
    store
        .write(sync, &[Batch::of_resources(&[resource("user", "ada")])])
        .unwrap();
    assert!(!store.tightened());
    let there = files(place.directory.path());
    assert_eq!(there.len(), 4, "{there:?}");
    for name in there {
        assert_eq!(mode(&place.directory.path().join(&name)), 0o600, "{name}");
    }
}

#[test]
fn a_store_that_others_can_read_is_made_private_and_that_is_told() {
    let place = Place::new();
    drop(place.writer());
    set_mode(&place.path(), 0o664);
    assert!(place.writer().tightened());
    assert_eq!(mode(&place.path()), 0o600);
    assert!(!place.writer().tightened());
}

#[test]
fn a_second_writer_is_refused_until_the_first_ends() {
    let place = Place::new();
    let first = place.writer();
    let before = fs::read(place.path()).unwrap();
    let link = place.directory.path().join("another-name.db");
    std::os::unix::fs::symlink(place.path(), &link).unwrap();
    for path in [place.path(), link] {
        let error = Store::open_to_write(&path).unwrap_err();
        assert!(error.to_string().contains("governance.db.lock"), "{error}");
        assert!(matches!(error, StoreError::Locked { .. }));
    }
    assert_eq!(fs::read(place.path()).unwrap(), before);
    drop(first);
    place.writer();
}

#[test]
fn reading_changes_nothing_in_the_file() {
    let place = Place::new();
    place.sync("default", Batch::of_resources(&[resource("user", "ada")]));
    let before = fs::read(place.path()).unwrap();
    let store = place.reader();
    assert_eq!(store.all_resources().len(), 1);
    assert!(
        store
            .connection
            .execute("DELETE FROM resources", [])
            .is_err()
    );
    drop(store);
    assert_eq!(fs::read(place.path()).unwrap(), before);
}

#[test]
fn a_store_can_be_read_while_a_sync_writes_into_it() {
    let place = Place::new();
    place.sync("default", Batch::of_resources(&[resource("user", "ada")]));
    let mut writer = place.writer();
    let sync = begin(&mut writer, "default");
    writer
        .write(sync, &[Batch::of_resources(&[resource("user", "bob")])])
        .unwrap();
    assert_eq!(place.reader().all_resources()[0]["id"], "ada");
}

#[test]
fn an_empty_file_becomes_a_store() {
    let place = Place::new();
    fs::write(place.path(), "").unwrap();
    drop(place.writer());
    assert_eq!(Store::probe(&place.path()).unwrap(), Found::Ours);
}

#[test]
fn a_missing_directory_is_named() {
    let place = Place::new();
    let error = Store::open_to_write(&place.directory.path().join("none/a.db")).unwrap_err();
    assert!(error.to_string().ends_with("none"), "{error}");
}
