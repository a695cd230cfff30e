//! Floor 4, doing: the use-cases, the pool they compute on, and the limits they keep.
//!
//! Never sees a protobuf type; what comes in is valid already. One thread, the keeper, changes what is on disk;
//! everyone else reads views that never change.

mod error;
mod limits;
mod question;

pub use error::{Error, Kind};
pub use limits::Limits;
pub use question::{Answer, From, Question, expressions};
