//! What one call of a component, and one component file, may cost.
//!
//! The table below is the only place that knows the limits: the fields of
//! [`Limits`], what `harness.toml` accepts ([`settings`]) and what a breach says
//! ([`Bound`]) follow from it.

mod bound;
pub mod settings;

use std::time::Duration;

use crate::policy::Access;
pub use bound::{Bound, Unit};

/// Whom a limit can be set for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// A single component, or all.
    Component,
    /// All components: the engine that they share has it.
    All,
}

/// A quantity as the number that the table counts in: bytes, milliseconds or a
/// plain count. Zero stands for no limit where there may be none.
trait Quantity {
    fn of(number: u64) -> Self;
    fn number(self) -> u64;
}

macro_rules! limits {
    ($($variant:ident $name:ident: $kind:ty = $default:expr, $unit:ident, $most:expr, $reach:ident, $what:literal;)*) => {
        /// The limits of the sandbox. [`Limits::default`] is meant for connectors
        /// that read a page of JSON per call.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct Limits {
            $(#[doc = $what] pub $name: $kind,)*
        }

        impl Default for Limits {
            fn default() -> Self {
                Self { $($name: Quantity::of($default),)* }
            }
        }

        /// The name of a limit.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Limit {
            $(#[doc = $what] $variant,)*
        }

        impl Limit {
            /// All limits, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// As the field, the setting and every message have it.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => stringify!($name),)* }
            }

            /// What it is given in.
            pub fn unit(self) -> Unit {
                match self { $(Self::$variant => Unit::$unit,)* }
            }

            /// The highest number that may be set; more is taken for a mistake.
            pub fn most(self) -> u64 {
                match self { $(Self::$variant => $most,)* }
            }

            /// Whom it can be set for.
            pub fn reach(self) -> Reach {
                match self { $(Self::$variant => Reach::$reach,)* }
            }

            /// What it bounds.
            pub fn what(self) -> &'static str {
                match self { $(Self::$variant => $what,)* }
            }
        }

        impl Limits {
            fn get(&self, limit: Limit) -> u64 {
                match limit { $(Limit::$variant => self.$name.number(),)* }
            }

            fn set(&mut self, limit: Limit, number: u64) {
                match limit { $(Limit::$variant => self.$name = Quantity::of(number),)* }
            }
        }
    };
}

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
/// In milliseconds.
const SECOND: u64 = 1_000;
const HOUR: u64 = 3_600 * SECOND;

// Name, type and default; unit and most; for whom; what it bounds.
limits! {
    Memory memory: usize = 64 * MIB, Bytes, 4 * GIB, Component, "all memories of an instance together";
    TableElements table_elements: usize = 100_000, Count, 10_000_000, Component, "entries of all tables of an instance together";
    Stack stack: usize = 512 * KIB, Bytes, 64 * MIB, All, "stack of WebAssembly code";
    Fuel fuel: Option<u64> = 0, Count, u64::MAX / 2, All, "instructions of one call, roughly; not counted unless set, since counting makes code slower";
    CallTime call_time: Duration = 60 * SECOND, Seconds, HOUR, Component, "wall time of one call, with its requests";
    ChangeTime change_time: Duration = 180 * SECOND, Seconds, HOUR, Component, "the same, of a call that plans or makes a change";
    HostCallBytes host_call_bytes: usize = 16 * MIB, Bytes, GIB, Component, "what is passed to the host in one host call";
    Handles handles: usize = 1_000, Count, 1_000_000, Component, "open resource handles of an instance";
    Requests requests: u32 = 16, Count, 10_000, Component, "requests in one call";
    ChangeRequests change_requests: u32 = 200, Count, 10_000, Component, "the same, of a call that plans or makes a change";
    Connections connections: usize = 16, Count, 1_000, Component, "open network connections to one origin";
    RequestBody request_body: usize = MIB, Bytes, GIB, Component, "body of a request";
    RequestHeaders request_headers: usize = 64 * KIB, Bytes, MIB, Component, "names and values of a request's headers, with some for each";
    ResponseBody response_body: u64 = 16 * MIB, Bytes, GIB, Component, "body of a response";
    ResponseHeaders response_headers: usize = 64 * KIB, Bytes, MIB, Component, "header section of a response";
    ResponseHeaderCount response_header_count: usize = 100, Count, 10_000, Component, "headers of a response";
    ConnectTime connect_time: Duration = 10 * SECOND, Seconds, HOUR, Component, "until connected, with TLS";
    FirstByteTime first_byte_time: Duration = 30 * SECOND, Seconds, HOUR, Component, "from sending a request to the headers of its response";
    BetweenBytesTime between_bytes_time: Duration = 15 * SECOND, Seconds, HOUR, Component, "between two parts of a response's body";
    ComponentFile component_file: u64 = 32 * MIB, Bytes, GIB, All, "a component file";
    CompileTime compile_time: Duration = 60 * SECOND, Seconds, HOUR, All, "wall time of compiling a component";
}

impl Limits {
    /// A limit with the value that it has here.
    pub fn bound(&self, limit: Limit) -> Bound {
        Bound {
            limit,
            number: self.get(limit),
        }
    }

    /// The limit of the time that a call with this access may take.
    pub(crate) fn time_with(access: Access) -> Limit {
        match access {
            Access::Read => Limit::CallTime,
            Access::Plan | Access::Change(_) => Limit::ChangeTime,
        }
    }

    /// The limit of the requests that a call with this access may make.
    pub(crate) fn requests_with(access: Access) -> Limit {
        match access {
            Access::Read => Limit::Requests,
            Access::Plan | Access::Change(_) => Limit::ChangeRequests,
        }
    }
}

impl Quantity for u64 {
    fn of(number: u64) -> Self {
        number
    }

    fn number(self) -> u64 {
        self
    }
}

impl Quantity for usize {
    fn of(number: u64) -> Self {
        Self::try_from(number).unwrap_or(Self::MAX)
    }

    fn number(self) -> u64 {
        self as u64
    }
}

impl Quantity for u32 {
    fn of(number: u64) -> Self {
        Self::try_from(number).unwrap_or(Self::MAX)
    }

    fn number(self) -> u64 {
        self.into()
    }
}

impl Quantity for Option<u64> {
    fn of(number: u64) -> Self {
        (number > 0).then_some(number)
    }

    fn number(self) -> u64 {
        self.unwrap_or(0)
    }
}

impl Quantity for Duration {
    fn of(number: u64) -> Self {
        Self::from_millis(number)
    }

    fn number(self) -> u64 {
        u64::try_from(self.as_millis()).unwrap_or(u64::MAX)
    }
}
