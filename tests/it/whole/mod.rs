//! Whole or not at all: wherever a write is cut off, nothing of it is half there, and the next run makes it
//! good. The ways to be cut off are a file each.

mod abandoned;
mod cut_off;
mod deeds;
mod disk_full;
mod footprint;
mod given_up;
mod kills;
mod leases;
mod load;
mod locks;
mod traces;
mod writer;
