//! Addresses that others have told us are called in the outer world only: not this machine, not the house's own network.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use reqwest::{
    Url,
    dns::{Addrs, Name, Resolve, Resolving},
};

/// What an address within the house is refused with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the address is not one of the outer world")]
pub(crate) struct Inner;

/// Whether an address belongs to the outer world, as far as it can be told without asking for a name.
pub(crate) fn outer(url: &Url) -> bool {
    // Brackets are gone only where the host is taken apart.
    let host = url.host_str().unwrap_or_default();
    let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    !host.is_empty() && literal.map_or(true, outer_address)
}

/// Names are looked up once, and the connection goes to what was looked at.
pub(crate) struct OuterNames;

impl Resolve for OuterNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if found.is_empty() {
                return Err(io::Error::other("the name has no address").into());
            }
            // One inner address among outer ones is a trap, not a choice.
            if !found.iter().all(|address| outer_address(address.ip())) {
                return Err(Inner.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

fn outer_address(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => outer_v4(ip),
        IpAddr::V6(ip) => outer_v6(ip),
    }
}

fn outer_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let inner = ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_documentation() || ip.is_multicast();
    // This network, carriers' own (100.64/10), protocols (192.0.0/24), benchmarks (198.18/15), what is reserved.
    let special = a == 0 || (a == 100 && b & 0xc0 == 64) || (a == 192 && b == 0 && c == 0) || (a == 198 && b & 0xfe == 18) || a >= 240;
    !inner && !special
}

fn outer_v6(ip: Ipv6Addr) -> bool {
    let words = ip.segments();
    let embedded = |high: u16, low: u16| outer_v4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
    match words {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => embedded(high, low),
        // Teredo, and what documents use.
        [0x2001, 0 | 0xdb8, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_to_the_house_is_known_however_it_is_written() {
        let at = |host: &str| outer(&Url::parse(&format!("https://{host}/x")).unwrap());
        for inner in [
            "127.0.0.1",
            "127.1",
            "0x7f000001",
            "2130706433",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "198.19.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "[::1]",
            "[::]",
            "[::127.0.0.1]",
            "[::ffff:10.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "[2001::1]",
            "[fe80::1]",
            "[fd00::1]",
            "[ff02::1]",
        ] {
            assert!(!at(inner), "{inner}");
        }
        for outer in ["8.8.8.8", "172.15.0.1", "172.32.0.1", "100.128.0.1", "[2400:3200::1]", "[64:ff9b::808:808]", "push.example.org"] {
            assert!(at(outer), "{outer}");
        }
    }
}
