//! Which addresses may be asked. An admin names the address of a platform, and must not make the program ask
//! what lies in its own network: neither by an address, nor by a name that leads there, now or later.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::sources::SourceError;

/// Looks names up, and gives only addresses that may be asked to whoever connects: there is no second
/// look-up between the check and the connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct PublicAddresses {
    pub(super) allow_private: bool,
}

/// A name led to private addresses alone.
#[derive(Debug, thiserror::Error)]
#[error("{0} leads into a private network, which --allow-private-sources would allow")]
pub(super) struct PrivateAddress(pub(super) String);

impl Resolve for PublicAddresses {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private = self.allow_private;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let found: Vec<SocketAddr> = found
                .filter(|address| allow_private || is_public(address.ip()))
                .collect();
            if found.is_empty() {
                return Err(PrivateAddress(name.as_str().to_owned()).into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Refuses an address that is never looked up since it is one already, and one that would carry credentials
/// in the clear.
pub(super) fn check(url: &Url, allow_private: bool) -> Result<(), SourceError> {
    if allow_private && matches!(url.scheme(), "http" | "https") {
        return Ok(());
    }
    if url.scheme() != "https" {
        let why = format!("it must begin with https://, not {}://", url.scheme());
        return Err(SourceError::Address(why));
    }
    let host = url.host_str().unwrap_or_default();
    let literal = host.trim_start_matches('[').trim_end_matches(']').parse();
    match literal {
        Ok(ip) if !is_public(ip) => Err(SourceError::Address(
            PrivateAddress(host.to_owned()).to_string(),
        )),
        _ => Ok(()),
    }
}

/// Whether an address belongs to the internet at large.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => match embedded(ip) {
            Some(ip) => is_public_v4(ip),
            None => is_public_v6(ip),
        },
    }
}

/// Link-local addresses are where clouds keep their metadata.
fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let is_reserved = a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (18..20).contains(&b));
    !(is_reserved
        || ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_documentation()
        || ip.is_multicast())
}

/// Only 2000::/3 is given out at all.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [first, second, ..] = ip.segments();
    first & 0xe000 == 0x2000 && !(first == 0x2001 && (second == 0xdb8 || second < 0x200))
}

/// The address of the older kind that stands in one of the newer, as 6to4, NAT64 and mapped ones have it.
fn embedded(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let bytes = ip.octets();
    let at = |first: usize| {
        let four: [u8; 4] = bytes.get(first..first + 4)?.try_into().ok()?;
        Some(Ipv4Addr::from(four))
    };
    match bytes {
        [0x20, 0x02, ..] => at(2),
        [0, 0x64, 0xff, 0x9b, ..] => at(12),
        _ => ip.to_ipv4_mapped(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_of_the_internet_at_large_is_not_asked() {
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "192.0.0.192",
            "198.18.0.1",
            "203.0.113.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "::ffff:127.0.0.1",
            "64:ff9b::a9fe:a9fe",
            "2002:7f00:1::",
            "::7f00:1",
        ] {
            assert!(!is_public(private.parse().expect(private)), "{private}");
        }
        for public in [
            "8.8.8.8",
            "100.128.0.1",
            "172.32.0.1",
            "2606:4700::1111",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
        ] {
            assert!(is_public(public.parse().expect(public)), "{public}");
        }
    }

    #[test]
    fn an_address_is_public_and_keeps_credentials_secret() {
        //   address                          publicly  where private ones are allowed
        for (address, publicly, anyhow) in [
            ("https://shop.example/", true, true),
            ("http://shop.example/", false, true),
            ("https://127.0.0.1/", false, true),
            ("https://[::1]/", false, true),
            ("https://[2606:4700::1111]/", true, true),
            ("https://2130706433/", false, true),
            ("https://0x7f.1/", false, true),
            ("ftp://shop.example/", false, false),
            ("file:///etc/passwd", false, false),
        ] {
            let url = Url::parse(address).expect(address);
            assert_eq!(check(&url, false).is_ok(), publicly, "{address}");
            assert_eq!(check(&url, true).is_ok(), anyhow, "{address}");
        }
    }
}
