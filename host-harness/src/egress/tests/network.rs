//! Names, certificates and connections: what a request meets before it is sent.

use std::collections::VecDeque;
use std::io;
use std::net::IpAddr;
use std::sync::Mutex;

use futures::future::{BoxFuture, join_all};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::super::resolve::Resolve;
use super::*;

/// Far more than anything here takes.
const LONG: Duration = Duration::from_secs(20);

/// Answers with what it was given, one after the other, and then with nothing.
struct Lying(Mutex<VecDeque<Vec<IpAddr>>>);

impl Lying {
    fn with(answers: &[&[&str]]) -> Arc<Self> {
        let parsed = |answer: &&[&str]| answer.iter().map(|it| it.parse().unwrap()).collect();
        Arc::new(Self(Mutex::new(answers.iter().map(parsed).collect())))
    }

    fn left(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

impl Resolve for Lying {
    fn resolve(&self, _: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let next = self.0.lock().unwrap().pop_front().unwrap_or_default();
        Box::pin(async move { Ok(next) })
    }
}

fn resolving(resolver: &Arc<Lying>) -> Network {
    Network {
        resolver: resolver.clone(),
        ..Network::trusting(Authorities::default())
    }
}

/// Limits that are over soon.
fn short() -> Limits {
    Limits {
        connect_time: Duration::from_millis(200),
        first_byte_time: Duration::from_millis(400),
        ..Limits::default()
    }
}

/// Asks for an item below this base; what came back, and what was noted.
async fn ask(egress: &Egress, base: &str) -> (Result<u16, Error>, Option<Trouble>) {
    let log = CallLog::default();
    let request = request("GET", &format!("{base}/items/1"));
    let sent = egress.send(Access::Read, request, None, &log).await;
    (sent.map(|it| it.status().as_u16()), log.take().trouble)
}

#[tokio::test]
async fn one_prohibited_address_refuses_all_that_a_name_has() {
    let upstream = Upstream::ok("{}");
    let named = format!("http://localhost:{}/v1", upstream.port);
    let public = "https://api.example.com/v1";
    let cases: [(&str, &[&str]); 10] = [
        (&named, &["127.0.0.1", "10.0.0.1"]),
        (&named, &["10.0.0.1", "127.0.0.1"]),
        (&named, &["127.0.0.1", "169.254.169.254"]),
        (&named, &["::1", "fd00:ec2::254"]),
        (public, &["1.1.1.1", "10.0.0.1"]),
        (public, &["10.0.0.1", "1.1.1.1"]),
        (public, &["1.1.1.1", "127.0.0.1"]),
        (public, &["1.1.1.1", "::ffff:192.168.0.1"]),
        (public, &["0.0.0.0"]),
        (public, &["100.64.0.1"]),
    ];
    for (base, answer) in cases {
        let resolver = Lying::with(&[answer]);
        let egress = egress_at(base, resolving(&resolver), short());
        let (sent, trouble) = ask(&egress, base).await;
        assert!(
            matches!(sent, Err(Error::DestinationIpProhibited)),
            "{answer:?}: {sent:?}"
        );
        let refused = matches!(trouble, Some(Trouble::Refused(Refusal::Address { .. })));
        assert!(refused, "{answer:?}");
        assert_eq!(resolver.left(), 0);
    }
    assert!(upstream.heads.try_recv().is_err(), "something arrived");
}

#[tokio::test]
async fn a_name_is_asked_for_once_and_its_judged_address_is_the_one_used() {
    let upstream = Upstream::ok("{}");
    let base = format!("http://localhost:{}/v1", upstream.port);
    // Whoever asks a second time is led inside.
    let resolver = Lying::with(&[&["127.0.0.1"], &["10.0.0.1"]]);
    let egress = egress_at(&base, resolving(&resolver), short());
    assert_eq!(ask(&egress, &base).await.0.unwrap(), 200);
    assert_eq!(resolver.left(), 1, "the second answer was asked for");
}

#[tokio::test]
async fn a_name_without_an_address_is_no_destination() {
    let base = "https://api.example.com/v1";
    let egress = egress_at(base, resolving(&Lying::with(&[&[]])), short());
    assert!(ask(&egress, base).await.0.is_err());
}

/// An authority, and a server on loopback with a certificate of it.
struct Secure {
    base: String,
    authority: String,
}

impl Secure {
    fn new() -> Self {
        let (authority, config) = certified();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("https://{}/v1", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let connection = ServerConnection::new(config.clone()).unwrap();
                let mut stream = StreamOwned::new(connection, stream.unwrap());
                // A client that does not trust it says so and leaves.
                if stream.read(&mut [0; 4_096]).is_ok() {
                    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
                    let _ = stream.write_all(answer);
                }
            }
        });
        Self { base, authority }
    }

    fn network(&self, trusted: &str) -> Network {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), trusted).unwrap();
        Network::trusting(Authorities::read(file.path()).unwrap())
    }
}

fn certified() -> (String, Arc<ServerConfig>) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let pem = authority.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(authority, key);
    let key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(vec!["127.0.0.1".into()]).unwrap();
    let server = server.signed_by(&key, &issuer).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![server.der().clone()], key)
        .unwrap();
    (pem, Arc::new(config))
}

#[tokio::test]
async fn a_service_is_trusted_by_the_authority_of_the_ca_file_and_not_without() {
    let (ours, other) = (Secure::new(), Secure::new());
    let cases = [(&ours.authority, true), (&other.authority, false)];
    for (authority, trusted) in cases {
        let egress = egress_at(&ours.base, ours.network(authority), Limits::default());
        match ask(&egress, &ours.base).await.0 {
            Ok(200) => assert!(trusted),
            Err(Error::TlsCertificateError) => assert!(!trusted),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_handshake_that_never_ends_is_ended_by_connect_time() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("https://{}/v1", listener.local_addr().unwrap());
    // Accepts by the backlog, and says nothing.
    let (_, authority) = (&listener, Secure::new());
    let limits = Limits {
        first_byte_time: LONG,
        ..short()
    };
    let network = authority.network(&authority.authority);
    let (sent, trouble) = ask(&egress_at(&base, network, limits), &base).await;
    assert!(matches!(sent, Err(Error::ConnectionTimeout)), "{sent:?}");
    let hint = trouble.unwrap().hint().unwrap();
    assert!(hint.ends_with("connect_time = 0.4"), "{hint}");
}

#[tokio::test]
async fn no_more_connections_are_open_than_may_be() {
    let upstream = Upstream::ok("{}");
    let limits = Limits {
        connections: 2,
        ..Limits::default()
    };
    let egress = egress(&upstream, limits);
    let all = join_all((0..12).map(|_| get(&egress, &upstream))).await;
    assert!(all.iter().all(Result::is_ok));
    let used = upstream.heads.try_iter().map(|(number, _)| number);
    assert!(used.max().unwrap() < 2);
}

#[tokio::test]
async fn a_request_that_finds_no_connection_free_names_the_limit() {
    let silent = Upstream::answering("");
    let limits = Limits {
        connections: 1,
        ..short()
    };
    let (egress, base) = (egress(&silent, limits), silent.base());
    let (first, second) = tokio::join!(ask(&egress, &base), ask(&egress, &base));
    let ends = [first, second].map(|(sent, trouble)| (sent.unwrap_err(), trouble.unwrap()));
    let busy = ends
        .iter()
        .find(|(error, _)| matches!(error, Error::ConnectionLimitReached));
    let hint = busy.unwrap().1.hint().unwrap();
    assert!(hint.ends_with("connections = 2"), "{hint}");
    assert_eq!(silent.heads.try_iter().count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_given_up_closes_its_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/v1", listener.local_addr().unwrap());
    let (tell, told) = channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        loop {
            let read = stream.read(&mut [0; 4_096]);
            let read = read.unwrap_or(0);
            if tell.send(read).is_err() || read == 0 {
                return;
            }
        }
    });
    let network = Network::trusting(Authorities::default());
    let egress = egress_at(&base, network, Limits::default());
    let asking = tokio::spawn(async move { ask(&egress, &base).await.0.is_ok() });
    assert!(told.recv_timeout(LONG).unwrap() > 0, "nothing was asked");
    asking.abort();
    let closed = std::iter::from_fn(|| told.recv_timeout(LONG).ok()).any(|read| read == 0);
    assert!(closed, "the connection stayed open");
}
