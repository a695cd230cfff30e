//! Files of bars as a whole: fuzz targets, and the same bars in every format.

mod formats;
mod fuzz;
