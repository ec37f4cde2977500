//! Testing the connection works for each part of the service's API.

use governance_contract::connector::{Probe, ProbeState};

use super::rule::{Outcome, Rule, Verdict};
use crate::error::CallError;

const CHECKED: Rule = Rule {
    id: "surfaces-can-be-checked",
    sentence: "`check` answers for every declared surface",
};
const USABLE: Rule = Rule {
    id: "surfaces-do-not-fail",
    sentence: "no surface fails for another reason than the credential or the plan",
};

/// A surface that was checked.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) surface: String,
    pub(super) result: Result<Probe, CallError>,
}

/// Judges what checking brought.
pub(super) fn outcomes(checked: &[Checked]) -> Vec<Outcome> {
    const NONE: &str = "no surface is declared";
    vec![
        CHECKED.kept(answers(checked).unless_empty(checked.len(), NONE)),
        USABLE.kept(usable(checked).unless_empty(checked.len(), NONE)),
    ]
}

fn answers(checked: &[Checked]) -> Verdict {
    let failed = checked
        .iter()
        .filter_map(|it| Some((it, it.result.as_ref().err()?)));
    Verdict::failed(failed.map(|(it, error)| format!("{}: {error}", it.surface)))
}

fn usable(checked: &[Checked]) -> Verdict {
    Verdict::warned(
        checked
            .iter()
            .filter_map(|it| match &it.result.as_ref().ok()?.state {
                ProbeState::Failed(error) => Some(format!("{}: {}", it.surface, error.message)),
                _ => None,
            }),
    )
}

#[cfg(test)]
mod tests {
    use governance_contract::faults::ErrorKind;

    use super::super::fixtures::{error, failed};
    use super::*;

    #[test]
    fn a_surface_answers_even_where_it_is_closed() {
        let probed = |state| {
            Ok(Probe {
                state,
                count: None,
                more: false,
                identity: None,
                tenant: None,
            })
        };
        let broken = ProbeState::Failed(error(ErrorKind::NotFound));
        for (result, answered, used) in [
            (probed(ProbeState::Usable), "passed", "passed"),
            (probed(ProbeState::Denied(None)), "passed", "passed"),
            (probed(broken), "passed", "warned"),
            (Err(failed(ErrorKind::NotFound)), "failed", "passed"),
        ] {
            let checked = [Checked {
                surface: "users".into(),
                result,
            }];
            assert_eq!(answers(&checked).name(), answered);
            assert_eq!(usable(&checked).name(), used);
        }
    }
}
