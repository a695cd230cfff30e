//! The API, spoken over a real socket to a real server in this process.

#[path = "rpc/answers.rs"]
mod answers;
#[path = "rpc/bad.rs"]
mod bad;
#[path = "rpc/batches.rs"]
mod batches;
#[path = "rpc/door.rs"]
mod door;
#[path = "rpc/frames.rs"]
mod frames;
#[path = "rpc/pairs.rs"]
mod pairs;
#[path = "rpc/raw.rs"]
mod raw;
#[path = "rpc/roads.rs"]
mod roads;
#[path = "rpc/server.rs"]
mod server;
