//! Where a request comes from that came through proxies.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{Request, State};
use axum::http::HeaderMap;

use crate::http::ClientAddress;

/// What proxies tell of where requests come from, the nearest last.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// Puts the caller's own address in place of that of a proxy in front, with so many proxies to be trusted.
pub async fn look_through(State(proxies): State<u8>, mut request: Request) -> Request {
    let peer = request.extensions().get::<ClientAddress>().copied();
    if let Some(ClientAddress(peer)) = peer {
        let caller = caller(peer, request.headers(), proxies);
        request.extensions_mut().insert(ClientAddress(caller));
    }
    request
}

/// Each proxy adds whom it was asked by. What is further left than there are proxies, anybody may have written.
fn caller(peer: IpAddr, headers: &HeaderMap, proxies: u8) -> IpAddr {
    let lines = headers.get_all(FORWARDED_FOR).iter();
    let lines: Vec<_> = lines.filter_map(|line| line.to_str().ok()).collect();
    let told = lines.iter().rev().flat_map(|line| line.rsplit(','));
    let believed = told.take(proxies.into()).map_while(address);
    believed.last().unwrap_or(peer)
}

/// Some proxies add the port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let with_port = || text.parse().map(|it: SocketAddr| it.ip());
    bare.parse().or_else(|_| with_port()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_proxies_are_believed_as_there_are() {
        for (lines, proxies, expected) in [
            (&[][..], 0, "10.0.0.1"),
            (&[], 1, "10.0.0.1"),
            (&["192.0.2.1"], 0, "10.0.0.1"),
            (&["192.0.2.1"], 1, "192.0.2.1"),
            (&["192.0.2.1"], 2, "192.0.2.1"),
            (&["203.0.113.9, 192.0.2.1"], 1, "192.0.2.1"),
            (&["203.0.113.9, 192.0.2.1,192.0.2.2"], 2, "192.0.2.1"),
            (&["203.0.113.9", "192.0.2.1", "192.0.2.2"], 2, "192.0.2.1"),
            (&["192.0.2.1:5000"], 1, "192.0.2.1"),
            (&["2001:db8::1"], 1, "2001:db8::1"),
            (&["[2001:db8::1]"], 1, "2001:db8::1"),
            (&["[2001:db8::1]:5000"], 1, "2001:db8::1"),
            (&["unknown"], 1, "10.0.0.1"),
            (&["203.0.113.9, unknown, 192.0.2.2"], 3, "192.0.2.2"),
        ] {
            let line = |line: &&str| (FORWARDED_FOR.parse().unwrap(), line.parse().unwrap());
            let mut headers = HeaderMap::new();
            for (name, value) in lines.iter().map(line) {
                headers.append::<axum::http::HeaderName>(name, value);
            }
            let found = caller("10.0.0.1".parse().unwrap(), &headers, proxies);
            assert_eq!(found.to_string(), expected, "{lines:?} {proxies}");
        }
    }
}
