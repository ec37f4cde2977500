//! Who has what, for readers without a script and for paper: the first lines, and
//! what the page leaves out.

use crate::Report;
use crate::holdings::{Holdings, TellAccess, TellAccount, marks};
use crate::label::word;
use crate::markup::{Markup, table};

/// How many lines are told without a script.
pub const LINES_TOLD: usize = 1_000;

pub(super) fn section(report: &Report) -> Markup {
    let holdings = &report.holdings;
    let lines = holdings.accounts.iter().flat_map(|account| {
        let access = account.access.iter();
        access.map(move |it| line(holdings, account, it))
    });
    let columns = ["Account", "Status", "On", "Entitlement", "How", "By way of"];
    Markup::fill(
        include_str!("../../assets/access.html"),
        &[
            ("left-out", left_out(report)),
            ("bound", Markup::number(LINES_TOLD as u64)),
            (
                "lines",
                table(
                    "Accounts and what they hold",
                    &columns,
                    lines.take(LINES_TOLD),
                ),
            ),
        ],
    )
}

fn left_out(report: &Report) -> Markup {
    let told = &report.figures.told;
    if told.is_all() {
        return Markup::default();
    }
    let [accounts, of_accounts, access, of_access] =
        [told.accounts, told.of_accounts, told.access, told.of_access].map(Markup::number);
    Markup::fill(
        include_str!("../../assets/left-out.html"),
        &[
            ("accounts", accounts),
            ("of-accounts", of_accounts),
            ("access", access),
            ("of-access", of_access),
        ],
    )
}

fn line(holdings: &Holdings, account: &TellAccount, access: &TellAccess) -> Vec<Markup> {
    let entitlement = &holdings.entitlements[access.entitlement];
    let resource = &holdings.resources[entitlement.resource];
    let cells = [
        account.name.clone(),
        word(&account.status),
        format!("{} {}", word(&resource.resource_type), resource.name),
        entitlement.name.clone(),
        how(access),
        ways(holdings, access),
    ];
    cells.map(|it| Markup::text(&it)).into()
}

fn how(access: &TellAccess) -> String {
    let words = [
        (marks::DIRECT, "direct"),
        (marks::INHERITED, "inherited"),
        (marks::NOT_TOLD, "not told how"),
        (marks::PENDING, "pending"),
        (marks::NOT_EFFECTIVE, "without effect"),
    ];
    let words = words
        .into_iter()
        .filter(|(mark, _)| access.marks & mark != 0);
    let mut words: Vec<_> = words.map(|(_, word)| word.to_owned()).collect();
    words.extend(access.until.as_ref().map(|day| format!("until {day}")));
    words.join(", ")
}

/// The ways that lead over something else.
fn ways(holdings: &Holdings, access: &TellAccess) -> String {
    let mut told = Vec::new();
    for way in access.ways.iter().map(|it| &holdings.ways[*it]) {
        if way.through.len() > 1 {
            let steps = way.through.iter().map(|it| step(holdings, *it));
            told.push(steps.collect::<Vec<_>>().join(" → "));
        } else if !way.sources.is_empty() {
            told.push(way.sources.join(", "));
        }
    }
    if access.marks & marks::MORE_WAYS != 0 {
        told.push("and more".to_owned());
    }
    told.join("; ")
}

fn step(holdings: &Holdings, entitlement: usize) -> String {
    let entitlement = &holdings.entitlements[entitlement];
    let resource = &holdings.resources[entitlement.resource];
    let kind = word(&resource.resource_type);
    format!("{kind} {} ({})", resource.name, entitlement.name)
}
