//! The mapping alone: one page of people through the component's listing call,
//! and through the same code compiled natively, both over loopback from a server
//! that always gives the same answer.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, ensure};
use governance_guest::transport::{Request, Response, Transport, TransportError};
use governance_host::clock::now;
use governance_host::connection::{Connection, Given};
use governance_host::engine::Engine;
use governance_host::limits::Limits;
use governance_host::policy::Operator;
use openai_connector::connector::Connector;
use openai_connector::user;
use tokio::runtime::Runtime;

use crate::http::get;
use crate::native::{self, Http};
use crate::report::{Aim, Row, ratio, time};
use crate::setting::Setting;

/// Any key: the server does not look at it.
const KEY: &str = "sk-admin-benchmark";
const TIMES: usize = 2_000;

pub(crate) fn measure(setting: &Setting) -> anyhow::Result<Vec<Row>> {
    let simulator = setting.simulate("--users 2000 --projects 1 --seed 7")?;
    let url = format!("{}/organization/users?limit=100", simulator.base_url);
    let body = get(&url, Some(&simulator.admin_key))?;
    let size = body.len();
    let base_url = serve(body.clone())?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let times = setting.size(TIMES, 50);
    let sandboxed = in_the_sandbox(&runtime, setting, &base_url, times)?;
    let connector = Connector(Http::new(runtime.handle().clone(), KEY)?);
    let natively = outside(&connector, &base_url, times)?;
    let mapping = outside(&Connector(Canned(body)), &base_url, times)?;
    let row = |what: &str, native| Row {
        what: what.into(),
        from: format!("{} / {}, medians of {times}", time(sandboxed), time(native)),
        figure: ratio(sandboxed, native),
        unit: "",
        aim: Aim::None,
    };
    Ok(vec![
        row(
            &format!("a page of 100 people ({size} bytes), with its request"),
            natively,
        ),
        row(
            "the same, natively without a request: the mapping alone",
            mapping,
        ),
    ])
}

fn in_the_sandbox(
    runtime: &Runtime,
    setting: &Setting,
    base_url: &str,
    times: usize,
) -> anyhow::Result<Duration> {
    let connection = runtime.block_on(open(setting, base_url))?;
    median(times, || {
        let listing = connection.list_resources(now(), user::TYPE, None, None, None);
        Ok(runtime.block_on(listing)?.resources.len())
    })
}

async fn open(setting: &Setting, base_url: &str) -> anyhow::Result<Connection> {
    let cache = setting.scratch.join("component-cache");
    let engine = Engine::new(Limits::default(), Some(&cache))?;
    let builtin = builtin_connectors::find(builtin_connectors::DEFAULT);
    let builtin = builtin.context("no built-in connector")?;
    let loaded = engine.load(builtin.component).await?;
    let given = Given {
        operator: Some(Operator {
            all_declared: true,
            ..Operator::default()
        }),
        ..Given::default()
    };
    let environment = |name: &str| match name {
        "OPENAI_BASE_URL" => Some(base_url.to_owned()),
        "OPENAI_ADMIN_KEY" => Some(KEY.to_owned()),
        _ => None,
    };
    Ok(Connection::open(loaded, given, environment).await?)
}

fn outside<T: Transport>(
    connector: &Connector<T>,
    base_url: &str,
    times: usize,
) -> anyhow::Result<Duration> {
    let context = native::context(base_url.to_owned());
    median(times, || {
        let listed = connector.list_resources(&context, user::TYPE, None, None, None);
        let page = listed.map_err(|error| anyhow!("{error:?}"))?;
        Ok(native::page(page).resources.len())
    })
}

/// The middle of so many times. Each has to bring a full page.
fn median(times: usize, work: impl Fn() -> anyhow::Result<usize>) -> anyhow::Result<Duration> {
    let mut taken = Vec::with_capacity(times);
    for _ in 0..times {
        let begun = Instant::now();
        let people = work()?;
        taken.push(begun.elapsed());
        ensure!(people == 100, "a page of {people}");
    }
    taken.sort_unstable();
    taken
        .get(times / 2)
        .copied()
        .context("nothing was measured")
}

/// Answers at once.
#[derive(Debug)]
struct Canned(Vec<u8>);

impl Transport for Canned {
    fn send(&self, _: &Request) -> Result<Response, TransportError> {
        Ok(Response {
            status: 200,
            headers: vec![("content-type".into(), "application/json".into())],
            body: self.0.clone(),
        })
    }
}

/// Serves one answer until this process ends. Returns where.
fn serve(body: Vec<u8>) -> anyhow::Result<String> {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let answer = Arc::new([head.into_bytes(), body].concat());
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = listener.local_addr()?;
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = answer.clone();
            // Who hangs up is served no more.
            std::thread::spawn(move || converse(stream, &answer));
        }
    });
    Ok(format!("http://{address}/v1"))
}

/// Requests without a body, one after another.
fn converse(stream: TcpStream, answer: &[u8]) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut writer = stream.try_clone()?;
    for line in BufReader::new(stream).lines() {
        if line?.is_empty() {
            writer.write_all(answer)?;
        }
    }
    Ok(())
}
