//! Every encoding, from ordinary prices to hostile bits and hostile bytes.

use super::*;
