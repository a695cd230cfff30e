//! The columns of a file: which is which, by the names that exporters give them or as the caller says.

mod choice;
mod exporters;
mod layout;
mod lists;
mod role;

pub(crate) use choice::{Choices, Extras};
pub(crate) use layout::Layout;
pub(crate) use lists::{List, Listed};
pub(crate) use role::Role;
