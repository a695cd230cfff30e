//! Tests of the whole floor: real folders, real ledgers, real price files, real Redis.

mod as_of;
mod backup;
mod busy;
mod checkpoints;
mod compute;
mod crash;
mod extra;
mod faults;
pub(crate) mod fixture;
mod frames;
mod fuzz;
mod interleavings;
mod joined;
mod keys;
mod life;
mod maintenance;
mod merging;
mod metrics;
mod model;
mod recovery;
mod redis;
mod retention;
mod screen;
mod sweep;
mod waiting;
mod watch;
mod watch_life;
