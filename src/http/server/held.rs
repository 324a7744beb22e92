//! Who holds which of a server's places: the book that [`super::connections`] keeps.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv6Addr};

use tokio_util::sync::CancellationToken;

/// How many connections there may be.
#[derive(Clone, Copy, Debug)]
pub struct Places {
    /// At the same time.
    pub total: usize,
    /// Of them, from one address.
    pub each: usize,
}

/// What becomes of somebody at the door.
#[derive(Debug)]
pub enum Entry {
    /// The number of the place, and what tells that it is needed for another.
    Place(u64, CancellationToken),
    /// Somebody has to go first.
    Wait,
    /// The address has its share, and uses all of it.
    Refused,
}

/// The connections that there are.
#[derive(Debug, Default)]
pub struct Held {
    turn: u64,
    connections: HashMap<u64, Connection>,
    /// By since when.
    idle: BTreeMap<u64, u64>,
    /// How many each address holds and has not been told to give up.
    shares: HashMap<IpAddr, usize>,
    leaving: usize,
}

#[derive(Debug)]
struct Connection {
    address: IpAddr,
    state: State,
    /// How much goes on that an end would break.
    busy: usize,
    is_socket: bool,
    leave: CancellationToken,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Idle { since: u64 },
    Busy,
    Leaving,
}

impl Held {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.connections.len()
    }

    /// Takes a place where there is one, else tells an idle connection to go. One that is told counts no more for
    /// its address, so that nobody waits for an address that has too many.
    pub fn enter(&mut self, places: Places, address: IpAddr) -> Entry {
        let address = share_of(address);
        let share = self.shares.get(&address).copied().unwrap_or(0);
        if share >= places.each && !self.send_off(|it| it.address == address) {
            return Entry::Refused;
        }
        if self.connections.len() >= places.total {
            if self.leaving == 0 {
                self.send_off(|_| true);
            }
            return Entry::Wait;
        }
        self.add(address)
    }

    /// Tells the one that has been idle longest to go.
    pub fn make_room(&mut self) {
        self.send_off(|_| true);
    }

    fn add(&mut self, address: IpAddr) -> Entry {
        let id = self.next_turn();
        let leave = CancellationToken::new();
        let connection = Connection {
            address,
            state: State::Idle { since: id },
            busy: 0,
            is_socket: false,
            leave: leave.clone(),
        };
        self.connections.insert(id, connection);
        self.idle.insert(id, id);
        *self.shares.entry(address).or_default() += 1;
        Entry::Place(id, leave)
    }

    fn next_turn(&mut self) -> u64 {
        self.turn += 1;
        self.turn
    }

    /// Tells the longest idle connection of those to go; whether there is one.
    fn send_off(&mut self, is_one: impl Fn(&Connection) -> bool) -> bool {
        let mut idle = self.idle.iter();
        let found = idle.find(|(_, id)| self.connections.get(id).is_some_and(&is_one));
        let Some((&since, &id)) = found else {
            return false;
        };
        self.idle.remove(&since);
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.state = State::Leaving;
            connection.leave.cancel();
            let address = connection.address;
            self.leaving += 1;
            self.lower_share(address);
        }
        true
    }

    fn lower_share(&mut self, address: IpAddr) {
        if let Some(share) = self.shares.get_mut(&address) {
            *share -= 1;
            if *share == 0 {
                self.shares.remove(&address);
            }
        }
    }

    /// Counts something more or less that goes on in a connection.
    pub fn set_busy(&mut self, id: u64, change: impl Fn(usize) -> usize) {
        let turn = self.next_turn();
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        connection.busy = change(connection.busy);
        let is_busy = connection.busy > 0;
        match connection.state {
            State::Idle { since } if is_busy => {
                self.idle.remove(&since);
                connection.state = State::Busy;
            }
            State::Busy if !is_busy => {
                self.idle.insert(turn, id);
                connection.state = State::Idle { since: turn };
            }
            _ => {}
        }
    }

    /// It lives on without requests.
    pub fn keep(&mut self, id: u64) {
        self.set_busy(id, |busy| busy + 1);
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.is_socket = true;
        }
    }

    /// The connection is closed; whether it was a socket.
    pub fn remove(&mut self, id: u64) -> bool {
        let Some(connection) = self.connections.remove(&id) else {
            return false;
        };
        match connection.state {
            State::Leaving => self.leaving -= 1,
            State::Idle { since } => {
                self.idle.remove(&since);
                self.lower_share(connection.address);
            }
            State::Busy => self.lower_share(connection.address),
        }
        connection.is_socket
    }
}

/// Whoever has one address of version 6 has the other 2^64 of its network too.
pub fn share_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address @ IpAddr::V4(_) => address,
    }
}
