//! Reads the price files of a data folder that no server uses: where each belongs, and its newest close.
//!
//! `cargo run --no-default-features --example price_files -- DIR`

use std::error::Error;
use std::path::Path;

use atrad::prices::Folder;
use atrad::series::{Column, Source};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: price_files DIR")?;
    let folder = Folder::open(Path::new(&path))?;
    for number in folder.numbers()? {
        let segment = folder.segment(number)?;
        let newest = segment.rows() - 1..segment.rows();
        // Blocks are checked before their first use, so that reading cannot fail.
        segment.verify(newest.clone(), &[Column::Close])?;
        let mut scratch = [0.0];
        let close = segment.values(Column::Close, newest, &mut scratch)[0];
        let series = segment.origin().map_or("a file of version 1".into(), |origin| origin.id.to_string());
        println!("{number:016x}  {series:<24} {:>9} bars, newest close {close}", segment.rows());
    }
    Ok(())
}
