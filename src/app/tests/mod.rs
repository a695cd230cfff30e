//! Tests of the whole floor: real folders, real ledgers, real price files, real Redis.

mod checkpoints;
mod compute;
mod crash;
mod faults;
mod figures;
mod fixture;
mod joined;
mod life;
mod merging;
mod model;
mod redis;
mod waiting;
