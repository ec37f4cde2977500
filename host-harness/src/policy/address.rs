//! Which network addresses a component may be connected to.
//!
//! Names are resolved by the host, each address is judged here, and the judged
//! address is the one connected to: a name that points into the operator's own
//! network opens nothing.
//!
//! | address | judged |
//! |---|---|
//! | global unicast | public |
//! | 127.0.0.0/8, ::1 | loopback: only for an origin that the operator set to it |
//! | private, shared, link-local (cloud metadata), unique-local | internal |
//! | unspecified, multicast, broadcast, documentation, benchmarking, reserved | internal |
//! | IPv4 inside IPv6 (mapped, compatible, 6to4, NAT64) | as that IPv4 address |

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What an address belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The public internet.
    Public,
    /// This machine.
    Loopback,
    /// Anything else: networks of the operator's, or no host at all.
    Internal,
}

/// Judges one address.
pub fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(address) => reach_v4(address),
        IpAddr::V6(address) => match embedded_v4(address) {
            Some(inner) => reach_v4(inner),
            None => reach_v6(address),
        },
    }
}

fn reach_v4(address: Ipv4Addr) -> Reach {
    let [a, b, c, _] = address.octets();
    let internal = address.is_private()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19));
    match (address.is_loopback(), internal) {
        (true, _) => Reach::Loopback,
        (_, true) => Reach::Internal,
        _ => Reach::Public,
    }
}

fn reach_v6(address: Ipv6Addr) -> Reach {
    let first = address.segments()[0];
    let documentation = first == 0x2001 && address.segments()[1] == 0x0db8;
    // 2000::/3 is all that is assigned as global unicast.
    match address.is_loopback() {
        true => Reach::Loopback,
        false if first & 0xe000 == 0x2000 && !documentation => Reach::Public,
        false => Reach::Internal,
    }
}

/// The IPv4 address that an IPv6 address stands for.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let s = address.segments();
    let v4 = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match s {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] => Some(v4(high, low)),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(v4(high, low)),
        [0x2002, high, low, ..] => Some(v4(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_judged_in_every_spelling() {
        let cases = [
            ("1.1.1.1", Reach::Public),
            ("2606:4700:4700::1111", Reach::Public),
            ("127.0.0.1", Reach::Loopback),
            ("127.9.9.9", Reach::Loopback),
            ("::1", Reach::Loopback),
            ("::ffff:127.0.0.1", Reach::Loopback),
            ("::127.0.0.1", Reach::Loopback),
            ("10.1.2.3", Reach::Internal),
            ("172.16.0.1", Reach::Internal),
            ("192.168.1.1", Reach::Internal),
            ("100.64.0.1", Reach::Internal),
            ("169.254.169.254", Reach::Internal),
            ("0.0.0.0", Reach::Internal),
            ("224.0.0.1", Reach::Internal),
            ("255.255.255.255", Reach::Internal),
            ("198.18.0.1", Reach::Internal),
            ("::", Reach::Internal),
            ("fe80::1", Reach::Internal),
            ("fd00:ec2::254", Reach::Internal),
            ("ff02::1", Reach::Internal),
            ("2001:db8::1", Reach::Internal),
            ("::ffff:10.0.0.1", Reach::Internal),
            ("64:ff9b::a9fe:a9fe", Reach::Internal),
            ("2002:0a00:0001::1", Reach::Internal),
            ("2002:0101:0101::1", Reach::Public),
        ];
        for (address, expected) in cases {
            assert_eq!(reach(address.parse().unwrap()), expected, "{address}");
        }
    }
}
