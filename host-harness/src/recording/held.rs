//! Which recorded answer a request gets. Pure.
//!
//! | request | answer |
//! |---|---|
//! | recorded once | that one |
//! | recorded several times | each in turn |
//! | asked once more than recorded, it reads | the last one again |
//! | the same, it changes something | none |
//! | never recorded | none; the nearest one is named |
//!
//! Two requests are the same if their method, path with query, and body are:
//! however they are percent-encoded, and whatever the order of JSON members.

use std::collections::{HashMap, VecDeque};

use governance_contract::manifest::Effect;
use serde_json::Value;

use super::exchange::{Exchange, Got};
use super::rewrite::normal;
use crate::egress::Step;

/// The answers of a recording that were not given yet.
#[derive(Debug, Default)]
pub(crate) struct Held(HashMap<(String, String), Vec<Answers>>);

#[derive(Debug)]
struct Answers {
    body: Value,
    /// The request for people, with the exchange's number.
    told: String,
    recorded: usize,
    left: VecDeque<Got>,
}

/// A request that gets no answer; why, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Missing(pub(crate) String);

impl Held {
    pub(crate) fn new(exchanges: Vec<Exchange>) -> Self {
        let mut held = Self::default();
        for exchange in exchanges {
            held.insert(exchange);
        }
        held
    }

    fn insert(&mut self, exchange: Exchange) {
        let (place, body) = key(&exchange.asked);
        let alike = self.0.entry(place).or_default();
        match alike.iter_mut().find(|it| it.body == body) {
            Some(answers) => {
                answers.recorded += 1;
                answers.left.push_back(exchange.got);
            }
            None => alike.push(Answers {
                body,
                told: format!("{} (exchange {})", exchange.asked, exchange.sequence),
                recorded: 1,
                left: [exchange.got].into(),
            }),
        }
    }

    /// The next answer to a request.
    pub(crate) fn answer(&mut self, asked: &Step, effect: Effect) -> Result<Got, Missing> {
        let (place, body) = key(asked);
        let alike = self.0.get_mut(&place);
        let found = alike.and_then(|alike| alike.iter_mut().find(|it| it.body == body));
        let Some(answers) = found else {
            return Err(self.missing(asked));
        };
        let again = effect == Effect::Read && answers.left.len() == 1;
        let next = match again {
            true => answers.left.front().cloned(),
            false => answers.left.pop_front(),
        };
        next.ok_or_else(|| {
            Missing(format!(
                "it is asked more often than it was recorded ({})",
                answers.recorded
            ))
        })
    }

    fn missing(&self, asked: &Step) -> Missing {
        let likeness = |it: &&Answers| {
            let wanted = asked.to_string();
            let likeness = strsim::normalized_levenshtein(&it.told, &wanted);
            // Scaled, since there is no order of floating-point numbers.
            (likeness * 1e6) as u64
        };
        let nearest = self.0.values().flatten().max_by_key(likeness);
        Missing(match nearest {
            Some(nearest) => format!("the nearest that was recorded is {}", nearest.told),
            None => "it holds no request at all".to_owned(),
        })
    }
}

/// What two requests that are the same have in common.
fn key(asked: &Step) -> ((String, String), Value) {
    let place = (asked.method.clone(), normal(&asked.path));
    (place, asked.body.clone().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::samples::{answered, asked};
    use super::*;

    fn held(requests: &[(&str, &str, Value)]) -> Held {
        let exchange = |(number, (method, path, body)): (u64, &(&str, &str, Value))| Exchange {
            sequence: number,
            function: "list-resources".into(),
            asked: asked(method, path, body.clone()),
            got: answered(json!(number)),
        };
        Held::new((1..).zip(requests).map(exchange).collect())
    }

    /// The numbers of the exchanges whose answers are given to the same request
    /// over and over.
    fn given(held: &mut Held, asked: &Step, effect: Effect, times: usize) -> Vec<Option<Got>> {
        let answers = (0..times).map(|_| held.answer(asked, effect).ok());
        answers.collect()
    }

    fn numbers(numbers: &[Option<u64>]) -> Vec<Option<Got>> {
        let answers = numbers.iter().map(|it| it.map(|it| answered(json!(it))));
        answers.collect()
    }

    #[test]
    fn answers_come_in_their_order_and_the_last_repeats_for_reads_alone() {
        let requests = [
            ("GET", "/a", Value::Null),
            ("GET", "/b", Value::Null),
            ("GET", "/a", Value::Null),
        ];
        for (effect, expected) in [
            (Effect::Read, [Some(1), Some(3), Some(3), Some(3)]),
            (Effect::Change, [Some(1), Some(3), None, None]),
        ] {
            let mut held = held(&requests);
            let a = asked("GET", "/a", Value::Null);
            assert_eq!(given(&mut held, &a, effect, 4), numbers(&expected));
            let b = asked("GET", "/b", Value::Null);
            assert_eq!(given(&mut held, &b, effect, 1), numbers(&[Some(2)]));
        }
    }

    #[test]
    fn a_request_is_told_by_method_path_query_and_body() {
        let body = json!({"x": 1, "y": [1, 2]});
        let recorded = [("POST", "/a?e=1%402&f", body)];
        for (method, path, body, same) in [
            ("POST", "/a?e=1@2&f", json!({"y": [1, 2], "x": 1}), true),
            ("PUT", "/a?e=1@2&f", json!({"y": [1, 2], "x": 1}), false),
            ("POST", "/a?f&e=1@2", json!({"y": [1, 2], "x": 1}), false),
            ("POST", "/a", json!({"y": [1, 2], "x": 1}), false),
            ("POST", "/a?e=1@2&f", json!({"y": [2, 1], "x": 1}), false),
            ("POST", "/a?e=1@2&f", Value::Null, false),
        ] {
            let asked = asked(method, path, body);
            let found = held(&recorded).answer(&asked, Effect::Change);
            assert_eq!(found.is_ok(), same, "{asked}");
        }
    }

    #[test]
    fn what_is_missing_is_told_with_what_is_nearest() {
        let recorded = [
            ("GET", "/v1/users?limit=100", Value::Null),
            ("POST", "/v1/users/u1", json!({"role": "owner"})),
            ("GET", "/v1/projects", Value::Null),
        ];
        let told = |method, path, body, recorded: &[(&str, &str, Value)]| {
            let asked = asked(method, path, body);
            let mut held = held(recorded);
            let _ = held.answer(&asked, Effect::Change);
            held.answer(&asked, Effect::Change).unwrap_err().0
        };
        for (method, path, body, expected) in [
            (
                "GET",
                "/v1/users?limit=50",
                Value::Null,
                "the nearest that was recorded is GET /v1/users?limit=100 (exchange 1)",
            ),
            (
                "POST",
                "/v1/users/u1",
                json!({"role": "reader"}),
                "the nearest that was recorded is POST /v1/users/u1 {\"role\":\"owner\"} (exchange 2)",
            ),
            (
                "GET",
                "/v1/projects",
                Value::Null,
                "it is asked more often than it was recorded (1)",
            ),
        ] {
            assert_eq!(told(method, path, body, &recorded), expected);
        }
        let none = told("GET", "/", Value::Null, &[]);
        assert_eq!(none, "it holds no request at all");
    }
}
