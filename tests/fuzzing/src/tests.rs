//! A short run of what `fuzz/` runs for long.

use governance_guest::testing::answers;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::component::{Loader, mutate};
use crate::configuration::{HASH, configuration};
use crate::{mapping, policy};

/// Members that the service's answers have.
const KEYS: &[&str] = &[
    "data",
    "has_more",
    "last_id",
    "next",
    "id",
    "name",
    "email",
    "role",
    "user",
    "status",
    "projects",
    "permissions",
    "error",
    "message",
    "code",
    "owner",
    "group_id",
    "archived_at",
    "service_account",
    "principal_id",
    "principal_type",
    "assignment_sources",
    "deleted",
];

/// A step of a listing, well formed or nearly so.
const TOKENS: &str =
    r#"(\{"at":"[a-z-]{0,16}","v":[0-3],"with":\{("[a-z]{1,8}":"\PC{0,8}",?){0,3}\}\}|\PC{0,60})"#;

proptest! {
    // Each case makes over a hundred calls.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_answer_ends_in_a_page_an_outcome_or_an_error(
        body in answers(KEYS),
        status in prop_oneof![4 => Just(200), 1 => 100..600_u16],
    ) {
        mapping::answer(status, body.to_string().as_bytes());
    }

    #[test]
    fn any_bytes_end_so_too(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        mapping::answer(200, &body);
    }

    #[test]
    fn any_token_ends_in_a_page_or_an_error(token in TOKENS, body in answers(KEYS)) {
        mapping::token(&token, body.to_string().as_bytes());
    }
}

proptest! {
    #[test]
    fn an_origin_has_one_spelling(
        text in r"(https?|ftp|file)?(://)?([a-z]{0,3}:?@)?([a-z.]{0,8}|[0-9x.]{1,12}|\[[0-9a-f:.]{2,20}\])(:[0-9]{0,6})?(/\PC{0,6})?"
    ) {
        policy::origin(&text);
    }

    #[test]
    fn a_path_that_matches_stays_where_it_is(
        base in "(/v1)?/?",
        template in r"(/([a-z]{1,2}|\{[a-z]{1,2}\}|\.{1,2}|%2e)){1,3}",
        path in r"(/([a-z]{1,2}|\.{1,2}|%2[eEfF]|%25|\\|%5c|\PC)){1,4}",
    ) {
        policy::template(&base, &template, &path);
    }

    #[test]
    fn any_configuration_is_read_or_refused(
        text in r#"\PC{0,80}"#,
        origin in r"(https?://)?[a-z0-9.@:\[\]]{0,16}",
        key in "(origins|credentials|sha256|[a-z]{1,6})",
    ) {
        configuration(&text);
        configuration(&format!("[[component]]\nsha256 = \"{HASH}\"\norigins = [{origin:?}]\n"));
        configuration(&format!("[[component]]\nsha256 = \"{HASH}\"\n{key} = {text:?}\n"));
    }
}

/// Compiling a whole connector takes long, so most cases are cut somewhere; small
/// components are damaged by the hundred in the host's own tests.
#[test]
fn a_damaged_connector_is_refused_or_described() {
    let loader = Loader::default();
    let good = builtin_connectors::find("openai")
        .expect("built in")
        .component;
    let mut runner = TestRunner::deterministic();
    let damage = proptest::collection::vec((any::<usize>(), any::<u8>()), 1..6);
    let cases = (damage, proptest::option::weighted(0.95, any::<usize>()));
    for _ in 0..100 {
        let (mut damage, cut) = cases.new_tree(&mut runner).expect("a case").current();
        damage.extend(cut.map(|at| (at, 0)));
        loader.takes(&mutate(good, &damage));
    }
}
