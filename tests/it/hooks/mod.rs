//! What platforms send by themselves, from outside: who is believed, what it leads to, and how it is answered.

mod door;
mod feeds;
mod guesses;
mod listening;
mod logs;
mod pushes;
mod webhooks;
