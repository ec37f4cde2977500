use super::*;

/// A route, and a clock in milliseconds.
struct Scene {
    lane: Lane,
    begun: Instant,
}

impl Scene {
    fn new(configured: Option<&str>) -> Self {
        let rate = configured.map(|text| text.parse().unwrap());
        Self {
            lane: Lane::configured(rate),
            begun: Instant::now(),
        }
    }

    fn at(&self, milliseconds: u64) -> Instant {
        self.begun + Duration::from_millis(milliseconds)
    }

    /// Until when a request is held; 0: until others are answered. None: it may
    /// go out.
    fn held(&self, now: u64) -> Option<u128> {
        let held = self.lane.held(self.at(now))?;
        let until = held.until.map_or(Duration::ZERO, |it| it - self.begun);
        Some(until.as_millis())
    }

    /// Sends a request that is answered at once.
    fn ask(&mut self, now: u64, heard: Heard) {
        assert_eq!(self.held(now), None, "at {now}");
        let number = self.lane.send(self.at(now));
        self.lane.heard(number, self.at(now), heard, None);
    }
}

const TOLD: Heard = Heard::Refused(Asked::Wait(Duration::from_secs(2)));
const UNTOLD: Heard = Heard::Refused(Asked::Nothing);
const ABSURD: Heard = Heard::Refused(Asked::Unusable);

#[test]
fn a_route_of_which_nothing_is_known_is_free() {
    let mut scene = Scene::new(None);
    (0..5_000).for_each(|now| scene.ask(now / 10, Heard::Admitted));
    assert_eq!(scene.lane.known().count(), 0);
}

#[test]
fn a_refusal_pauses_until_one_request_is_let_through() {
    for (refused, until) in [(TOLD, 2_100), (UNTOLD, 600), (ABSURD, 600)] {
        let mut scene = Scene::new(None);
        scene.ask(100, refused);
        assert_eq!(scene.held(100), Some(until), "{refused:?}");
        let until = u64::try_from(until).unwrap();
        assert_eq!(scene.held(until), None);
        let trial = scene.lane.send(scene.at(until));
        assert_eq!(scene.held(until + 1), Some(0), "one tries it");
        let now = scene.at(until + 2);
        scene.lane.heard(trial, now, Heard::Admitted, None);
        assert_eq!(scene.held(until + 2), None);
    }
}

#[test]
fn a_wait_that_is_not_told_doubles_and_is_bounded() {
    let mut scene = Scene::new(None);
    let mut now = 0;
    let mut waits = Vec::new();
    for _ in 0..10 {
        scene.ask(now, UNTOLD);
        let until = u64::try_from(scene.held(now).unwrap()).unwrap();
        waits.push(until - now);
        now = until;
    }
    let expected = [
        500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000,
    ];
    assert_eq!(waits, expected);
}

#[test]
fn those_that_were_sent_together_are_one_refusal() {
    let mut scene = Scene::new(None);
    let sent: Vec<_> = (0..4).map(|_| scene.lane.send(scene.at(0))).collect();
    for (number, heard) in sent.into_iter().zip([UNTOLD, UNTOLD, TOLD, UNTOLD]) {
        scene.lane.heard(number, scene.at(10), heard, None);
    }
    assert_eq!(scene.held(10), Some(2_010), "the wait that is told counts");
    assert_eq!(scene.lane.held(scene.at(10)).unwrap().pause, Some(1));
}

#[test]
fn a_trial_of_which_nobody_knows_is_made_again() {
    for is_lost in [true, false] {
        let mut scene = Scene::new(None);
        scene.ask(0, UNTOLD);
        let trial = scene.lane.send(scene.at(500));
        assert_eq!(scene.held(501), Some(0));
        match is_lost {
            true => scene.lane.heard(trial, scene.at(502), Heard::Lost, None),
            false => scene.lane.withdraw(trial),
        }
        assert_eq!(scene.held(503), None);
    }
}

#[test]
fn what_the_connector_reads_is_believed_unless_a_header_was_to_tell() {
    let wait = Some(Duration::from_secs(7));
    for (refused, told, until) in [
        (UNTOLD, wait, 7_000),
        (UNTOLD, None, 500),
        (TOLD, wait, 2_000),
        (ABSURD, wait, 500),
        (UNTOLD, Some(Duration::MAX), 86_400_000),
    ] {
        let mut scene = Scene::new(None);
        scene.ask(0, refused);
        scene.lane.told(told, scene.at(0));
        assert_eq!(scene.held(0), Some(until), "{refused:?}, {told:?}");
    }
    let mut scene = Scene::new(None);
    scene.lane.told(wait, scene.at(0));
    assert_eq!(scene.held(0), Some(7_000), "without a 429");
}

#[test]
fn a_configured_limit_is_used_to_the_full_and_never_passed() {
    let mut scene = Scene::new(Some("10 / second"));
    let mut sent = Vec::new();
    for now in 0..3_000 {
        if scene.held(now).is_none() {
            scene.ask(now, Heard::Admitted);
            sent.push(now);
        }
    }
    assert_eq!(sent.len(), 30);
    for window in sent.windows(11) {
        assert!(window[10] - window[0] >= 1_000, "{window:?}");
    }
}

#[test]
fn a_window_that_is_too_large_to_remember_is_kept_in_parts() {
    let rate: Rate = "600000 / minute".parse().unwrap();
    let part = within_reach(rate);
    assert_eq!(
        (part.requests, part.within),
        (1_000, Duration::from_millis(100))
    );
}

#[test]
fn what_is_under_way_is_taken_off_what_is_said_to_be_left() {
    let mut scene = Scene::new(None);
    let sent: Vec<_> = (0..10).map(|_| scene.lane.send(scene.at(0))).collect();
    let advertised = |remaining| Advertised {
        limit: 10,
        remaining,
        reset: Duration::from_secs(1),
    };
    for (number, remaining) in sent.into_iter().zip((0..10).rev()) {
        let now = scene.at(50);
        let told = Some(advertised(remaining));
        scene.lane.heard(number, now, Heard::Admitted, told);
        assert!(scene.held(50).is_some(), "{remaining} left");
    }
    assert_eq!(scene.held(60), Some(1_000));
    scene.ask(1_000, Heard::Admitted);
}

#[test]
fn what_a_header_cannot_mean_holds_nothing_for_long() {
    let mut scene = Scene::new(None);
    let number = scene.lane.send(scene.at(0));
    let absurd = Advertised {
        limit: 1,
        remaining: 0,
        reset: LONGEST,
    };
    scene
        .lane
        .heard(number, scene.at(0), Heard::Admitted, Some(absurd));
    assert_eq!(scene.held(0), Some(120_000));
}

/// A service that lets so many through in any window.
fn service(limit: usize, window: u64) -> impl FnMut(u64) -> (Heard, Option<Advertised>) {
    let mut seen: Vec<u64> = Vec::new();
    move |now| {
        seen.retain(|time| time + window > now);
        let admitted = seen.len() < limit;
        if admitted {
            seen.push(now);
        }
        let advertised = Advertised {
            limit: limit.try_into().unwrap(),
            remaining: (limit - seen.len()).try_into().unwrap(),
            reset: Duration::from_millis(seen.last().map_or(1, |last| last + window - now)),
        };
        let heard = if admitted { Heard::Admitted } else { UNTOLD };
        (heard, Some(advertised))
    }
}

/// The milliseconds until `count` requests were let through, and how many were
/// refused, with sixteen at once.
fn run(limit: usize, window: u64, count: usize, advertises: bool) -> (u64, usize) {
    let mut service = service(limit, window);
    let mut scene = Scene::new(None);
    let (mut through, mut refused, mut now) = (0, 0, 0);
    loop {
        let mut together = Vec::new();
        while together.len() < 16 && scene.held(now).is_none() {
            together.push(scene.lane.send(scene.at(now)));
        }
        for number in together {
            let (heard, advertised) = service(now);
            through += usize::from(heard == Heard::Admitted);
            refused += usize::from(heard != Heard::Admitted);
            let told = advertised.filter(|_| advertises);
            scene.lane.heard(number, scene.at(now), heard, told);
        }
        if through >= count {
            return (now, refused);
        }
        let free = scene.held(now).and_then(|until| u64::try_from(until).ok());
        now = free.unwrap_or_default().max(now + 1);
    }
}

#[test]
fn a_limit_is_found_out_soon_and_used_well() {
    for (limit, window, count, advertises, most, refusals) in [
        (10, 1_000, 200, true, 1.1, 6),
        (10, 1_000, 200, false, 1.25, 20),
        (10, 60_000, 60, true, 1.1, 6),
        (10, 60_000, 60, false, 1.5, 20),
        (100, 1_000, 2_000, true, 1.1, 20),
        (100, 1_000, 2_000, false, 1.3, 40),
        (3, 7_000, 60, false, 1.5, 60),
        (1, 500, 40, false, 1.5, 60),
    ] {
        let (took, refused) = run(limit, window, count, advertises);
        let dictated = (count.div_ceil(limit) - 1) as f64 * window as f64;
        let ratio = took as f64 / dictated;
        let case = format!("{limit} in {window} ms, {advertises}: {ratio:.2}, {refused} refused");
        assert!(ratio <= most && refused <= refusals, "{case}");
    }
}
