//! Segments merged into one: blocks are copied where they fit, and encoded where they do not.

use super::*;

/// Merges whole segments in order of time.
fn merge(folder: &Folder, number: u64, joined: &Bars, parts: &[Segment]) -> Result<Segment, Error> {
    let find = |rows: Range<usize>| {
        let mut start = 0;
        for part in parts {
            if (start..start + part.rows()).contains(&rows.start) {
                return (rows.end <= start + part.rows()).then(|| (part, rows.start - start..rows.end - start));
            }
            start += part.rows();
        }
        None
    };
    folder.write_reusing(number, &origin(), joined, &find)?.1.sync()?;
    folder.segment(number)
}

/// Bars in pieces of these lengths, each sealed; every other piece has a column of its own.
fn parts(folder: &Folder, lengths: &[usize]) -> (Bars, Vec<Segment>) {
    let name: ColumnName = "funding".parse().expect("legal");
    let (all, mut joined, mut parts, mut start) = (bars(lengths.iter().sum()), Columns::default(), vec![], 0);
    for (number, &rows) in (1..).zip(lengths) {
        let mut piece = Bars::with_extras(rows, &[]);
        piece.extend(&all, start..start + rows);
        let mut piece = piece.into_columns();
        if number % 2 == 0 {
            piece.extra.push((name, (0..rows).map(|row| row as f64 / 8.0).collect()));
        }
        folder.write(number, &origin(), &Bars::with_gaps(piece.clone()).expect("valid")).expect("written");
        joined.append(piece);
        parts.push(folder.segment(number).expect("opens"));
        start += rows;
    }
    (Bars::with_gaps(joined).expect("valid"), parts)
}

#[test]
fn merged_segments_hold_the_bits_of_their_parts() {
    const B: usize = BLOCK_ROWS;
    for lengths in [&[B, B][..], &[3 * B, B, 2 * B + 7], &[B - 1, B, 5], &[B, 1, B], &[1, 1, 1], &[2 * B, 100]] {
        let (_directory, folder) = folder();
        let (joined, parts) = parts(&folder, lengths);
        let merged = merge(&folder, 100, &joined, &parts).expect("merged");
        merged.check_whole().expect("sound");
        let rows = 0..joined.len();
        assert_eq!(bits(&read(&merged, rows.clone()).expect("sound")), bits(&joined.clone().into_columns()));
        assert_eq!(merged.extras(), joined.extras());
        for column in joined.extras().into_iter().map(Column::Extra) {
            let (mut one, mut other) = (vec![0.0; rows.len()], vec![0.0; rows.len()]);
            let [one, other] =
                [merged.values(column, rows.clone(), &mut one), joined.values(column, rows.clone(), &mut other)]
                    .map(|values| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>());
            assert_eq!(one, other, "{lengths:?}");
        }
        let anew = folder.write(101, &origin(), &joined).expect("written");
        assert_eq!((merged.facts().rows, merged.facts().bytes), (anew.rows, anew.bytes), "{lengths:?}");
    }
}

#[test]
fn a_damaged_block_is_still_damaged_after_a_merge() {
    let (_directory, folder) = folder();
    let (joined, mut parts) = parts(&folder, &[2 * BLOCK_ROWS, BLOCK_ROWS]);
    let (damaged, _) = parts[0].encoded(Some(Column::High), &(BLOCK_ROWS..2 * BLOCK_ROWS)).expect("a block");
    let path = folder.path().join("prices/0000000000000001.atp");
    let mut bytes = fs::read(&path).expect("readable");
    bytes[damaged.payload().start + 40] ^= 4;
    replace(&path, &bytes);
    parts[0] = folder.segment(1).expect("its head is sound");
    let merged = merge(&folder, 100, &joined, &parts).expect("merged");
    let high = [Column::High];
    assert!(merged.verify(0..BLOCK_ROWS, &high).is_ok() && merged.verify(2 * BLOCK_ROWS..merged.rows(), &high).is_ok());
    let error = merged.verify(BLOCK_ROWS..2 * BLOCK_ROWS, &high).expect_err("it was copied as it is");
    assert!(matches!(error, Error::Corrupt { block: 1, .. }), "{error}");
}

#[test]
fn segments_out_of_order_are_refused() {
    let (_directory, folder) = folder();
    let (joined, mut parts) = parts(&folder, &[BLOCK_ROWS, BLOCK_ROWS]);
    parts.reverse();
    let error = merge(&folder, 100, &joined, &parts).expect_err("refused");
    assert!(matches!(error, Error::Order { row: BLOCK_ROWS, .. }), "{error}");
    assert_eq!(folder.numbers().expect("listed"), [1, 2]);
}
