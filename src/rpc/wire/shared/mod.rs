//! What callers share with each other, between wire and domain: entries of the cache and values of the board.

mod board;
mod cache;

pub(in crate::rpc) use board::{board_value, board_values, posted};
pub(in crate::rpc) use cache::ttl;
