//! A route that refuses is paused for all calls of the connection, and no other
//! route is.

use super::*;
use crate::pace::Manner;

fn refusing(wait: &str) -> Upstream {
    let head = "HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0";
    Upstream::answering(format!("{head}\r\n{wait}\r\n\r\n"))
}

/// Asks for an item in a call of its own: whether an answer came, and what was
/// noted.
async fn ask(egress: &Egress, upstream: &Upstream, manner: Manner) -> (bool, Notes) {
    let log = CallLog::new(manner);
    let request = request("GET", &format!("{}/items/1", upstream.base()));
    let sent = egress.send(Access::Read, request, None, &log).await;
    (sent.is_ok(), log.take())
}

fn held(notes: &Notes) -> bool {
    matches!(notes.trouble, Some(Trouble::HeldBack(_)))
}

#[tokio::test]
async fn a_refusal_holds_back_the_requests_of_other_calls_on_its_route() {
    let upstream = refusing("retry-after: 50");
    let egress = egress(&upstream, Limits::default());
    assert!(ask(&egress, &upstream, Manner::Yields(None)).await.0);
    for manner in [Manner::Yields(None), Manner::Waits] {
        let (answered, notes) = ask(&egress, &upstream, manner).await;
        assert!(!answered && held(&notes), "{notes:?}");
        assert_eq!(
            (notes.asked, notes.routes.len()),
            (0, 0),
            "it counts for nothing"
        );
    }
    let deleted = request("DELETE", &format!("{}/items/1", upstream.base()));
    let log = CallLog::default();
    assert!(egress.send(changing(), deleted, None, &log).await.is_ok());
    let arrived: Vec<_> = upstream.heads.try_iter().map(|(_, head)| head).collect();
    assert_eq!(arrived.len(), 2, "{arrived:?}");
    assert!(arrived[1].starts_with("DELETE "), "{arrived:?}");
}

#[tokio::test]
async fn a_call_that_waits_sends_its_request_when_the_pause_is_over() {
    let upstream = refusing("retry-after-ms: 40");
    let egress = egress(&upstream, Limits::default());
    assert!(ask(&egress, &upstream, Manner::Waits).await.0);
    let paused = std::time::Instant::now();
    let (answered, notes) = ask(&egress, &upstream, Manner::Waits).await;
    assert!(answered && !held(&notes));
    assert!(paused.elapsed() > Duration::from_millis(30));
}

/// It would begin again for ever, if its first request used up what is free.
#[tokio::test]
async fn a_call_that_has_sent_something_waits_rather_than_begin_again() {
    let upstream = refusing("retry-after-ms: 40");
    let egress = egress(&upstream, Limits::default());
    let log = CallLog::new(Manner::Yields(None));
    for _ in 0..2 {
        let request = request("GET", &format!("{}/items/1", upstream.base()));
        assert!(egress.send(Access::Read, request, None, &log).await.is_ok());
    }
}

#[tokio::test]
async fn a_pass_lets_one_request_through_and_is_given_back_if_it_is_not_used() {
    let upstream = Upstream::ok("{}");
    let rates = [("read-item".to_owned(), "1 / hour".parse().unwrap())];
    let egress = egress(&upstream, Limits::default()).paced(Pace::new(&rates.into()));
    let pass = egress.pace().take("read-item").unwrap();
    let (_, notes) = ask(&egress, &upstream, Manner::Yields(None)).await;
    assert!(held(&notes), "the pass is somebody else's");
    drop(pass);
    let pass = egress.pace().take("read-item").unwrap();
    assert!(ask(&egress, &upstream, Manner::Yields(Some(pass))).await.0);
    assert!(held(&ask(&egress, &upstream, Manner::Yields(None)).await.1));
}
