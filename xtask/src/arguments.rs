//! Reads the command line.
//!
//! | form | meaning |
//! |---|---|
//! | nothing, `help`, `--help`, `-h` | what tasks there are |
//! | `help TASK`, `TASK --help` | what one task does |
//! | `TASK` | do it |
//! | `--std-from ROUTE`, `--std-from=ROUTE` | force the way to the standard library |
//! | `--yes` | Debian's packages may be installed |
//! | `bench NAME ...` | measure this; `--quick`, on small organizations |
//! | `component --plugin PLUGIN`, `component --plugin=PLUGIN` | build this connector |

use componentize::Route;

use crate::bench;

/// What `cargo xtask` can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    Setup,
    Demo,
    Test,
    Component,
    Licenses,
    Bench,
    Ci,
}

impl Task {
    pub(crate) const ALL: [Self; 7] = [
        Self::Setup,
        Self::Demo,
        Self::Test,
        Self::Component,
        Self::Licenses,
        Self::Bench,
        Self::Ci,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Demo => "demo",
            Self::Test => "test",
            Self::Component => "component",
            Self::Licenses => "licenses",
            Self::Bench => "bench",
            Self::Ci => "ci",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|task| task.name() == name)
    }
}

/// A task with its options.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) task: Task,
    /// The way to the standard library, where one is forced.
    pub(crate) route: Option<Route>,
    /// Debian's packages may be installed.
    pub(crate) yes: bool,
    /// The connector to build, where it is not the built-in ones: a folder of
    /// `plugin/`, or any other.
    pub(crate) plugin: Option<String>,
    /// What to measure; everything if nothing is named.
    pub(crate) benches: Vec<String>,
    /// Measure on small organizations.
    pub(crate) quick: bool,
}

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Parsed {
    Help(Option<Task>),
    Run(Request),
}

/// The error says what was not understood.
pub(crate) fn parse(arguments: &[String]) -> Result<Parsed, String> {
    let mut words = arguments.iter().map(String::as_str);
    match words.next() {
        None => Ok(Parsed::Help(None)),
        Some(word) if is_help(word) => help(words),
        Some(word) => options(task(word)?, words),
    }
}

fn is_help(word: &str) -> bool {
    matches!(word, "help" | "--help" | "-h")
}

fn task(word: &str) -> Result<Task, String> {
    let names = || Task::ALL.map(Task::name).join(", ");
    Task::named(word).ok_or_else(|| format!("unknown task `{word}`: there are {}", names()))
}

fn help<'a>(mut words: impl Iterator<Item = &'a str>) -> Result<Parsed, String> {
    let about = words.next().map(task).transpose()?;
    match words.next() {
        None => Ok(Parsed::Help(about)),
        Some(word) => Err(format!("unexpected `{word}` after help")),
    }
}

fn options<'a>(task: Task, mut words: impl Iterator<Item = &'a str>) -> Result<Parsed, String> {
    let mut request = Request {
        task,
        route: None,
        yes: false,
        plugin: None,
        benches: Vec::new(),
        quick: false,
    };
    while let Some(word) = words.next() {
        match word.split_once('=') {
            _ if is_help(word) => return Ok(Parsed::Help(Some(task))),
            None if word == "--yes" => request.yes = true,
            None if word == "--std-from" => request.route = Some(route(words.next())?),
            None if word == "--quick" && task == Task::Bench => request.quick = true,
            None if task == Task::Bench && !word.starts_with('-') => {
                request.benches.push(bench(word)?);
            }
            None if word == "--plugin" && task == Task::Component => {
                request.plugin = Some(plugin(words.next())?);
            }
            Some(("--plugin", value)) if task == Task::Component => {
                request.plugin = Some(plugin(Some(value))?);
            }
            Some(("--std-from", value)) => request.route = Some(route(Some(value))?),
            _ => return Err(format!("unexpected `{word}` after {}", task.name())),
        }
    }
    Ok(Parsed::Run(request))
}

fn plugin(value: Option<&str>) -> Result<String, String> {
    let given = value.filter(|value| !value.is_empty());
    given
        .map(str::to_owned)
        .ok_or_else(|| "--plugin needs a folder".to_owned())
}

fn bench(name: &str) -> Result<String, String> {
    let mut names = bench::ALL.iter().map(|(known, _)| *known);
    match names.any(|known| known == name) {
        true => Ok(name.to_owned()),
        false => Err(format!(
            "unknown benchmark `{name}`: see `cargo xtask help bench`"
        )),
    }
}

fn route(value: Option<&str>) -> Result<Route, String> {
    value
        .ok_or("--std-from needs a route")?
        .parse()
        .map_err(|error: componentize::Error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Parsed, String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        parse(&words)
    }

    fn request(task: Task, route: Option<Route>, yes: bool) -> Parsed {
        let plugin = None;
        Parsed::Run(Request {
            task,
            route,
            yes,
            plugin,
            benches: Vec::new(),
            quick: false,
        })
    }

    #[test]
    fn a_plugin_is_named_in_either_form() {
        for line in ["component --plugin ../rota", "component --plugin=../rota"] {
            let Ok(Parsed::Run(request)) = parsed(line) else {
                panic!("{line} was not understood");
            };
            assert_eq!(request.plugin.as_deref(), Some("../rota"));
        }
    }

    #[test]
    fn benchmarks_are_named_in_any_number() {
        for (line, names, is_quick) in [
            ("bench size", vec!["size"], false),
            ("bench --quick size start", vec!["size", "start"], true),
        ] {
            let Ok(Parsed::Run(request)) = parsed(line) else {
                panic!("{line} was not understood");
            };
            assert_eq!((request.benches, request.quick), (own(&names), is_quick));
        }
    }

    fn own(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn every_accepted_form_is_read() {
        let cases = [
            ("", Parsed::Help(None)),
            ("help", Parsed::Help(None)),
            ("-h", Parsed::Help(None)),
            ("--help", Parsed::Help(None)),
            ("help demo", Parsed::Help(Some(Task::Demo))),
            ("demo --help", Parsed::Help(Some(Task::Demo))),
            ("demo --yes -h", Parsed::Help(Some(Task::Demo))),
            ("setup", request(Task::Setup, None, false)),
            ("demo", request(Task::Demo, None, false)),
            ("test", request(Task::Test, None, false)),
            ("component", request(Task::Component, None, false)),
            ("licenses", request(Task::Licenses, None, false)),
            ("bench", request(Task::Bench, None, false)),
            ("ci --yes", request(Task::Ci, None, true)),
            (
                "setup --std-from debian --yes",
                request(Task::Setup, Some(Route::Debian), true),
            ),
            (
                "setup --std-from=rustup",
                request(Task::Setup, Some(Route::Rustup), false),
            ),
        ];
        for (line, expected) in cases {
            assert_eq!(parsed(line), Ok(expected), "{line}");
        }
    }

    #[test]
    fn whatever_else_is_answered_with_what_was_not_understood() {
        let cases = [
            ("deploy", "unknown task `deploy`: there are setup, demo"),
            ("--yes", "unknown task `--yes`"),
            ("help deploy", "unknown task `deploy`"),
            ("help demo test", "unexpected `test` after help"),
            ("demo fast", "unexpected `fast` after demo"),
            ("demo --yes=no", "unexpected `--yes=no` after demo"),
            ("setup --std-from", "--std-from needs a route"),
            ("setup --std-from nix", "unknown route `nix`"),
            ("setup --std-from=", "unknown route ``"),
            ("bench speed", "unknown benchmark `speed`"),
            ("bench size --fast", "unexpected `--fast` after bench"),
            ("demo --quick", "unexpected `--quick` after demo"),
            ("component --plugin", "--plugin needs a folder"),
            ("component --plugin=", "--plugin needs a folder"),
            ("test --plugin example", "unexpected `--plugin` after test"),
        ];
        for (line, expected) in cases {
            let said = parsed(line).unwrap_err();
            assert!(said.starts_with(expected), "{line}: {said}");
        }
    }
}
