//! From where a request comes.

use std::net::IpAddr;

/// The address at the other end of the connection, an extension of every request that came over one: the
/// caller's own, or that of a proxy in front. Requests that are made in process have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientAddress(pub IpAddr);
