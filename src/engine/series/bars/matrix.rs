//! Outputs as a matrix: one column per output, one row per bar.

use ndarray::{ArrayView2, ShapeBuilder};

/// A matrix of values, column-major and contiguous.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    rows: usize,
    values: Vec<f64>,
}

impl Matrix {
    /// A matrix of zeros.
    pub fn zeros(rows: usize, columns: usize) -> Self {
        Self { rows, values: vec![0.0; rows * columns] }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The values, column-major.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// One column.
    pub fn column(&self, index: usize) -> &[f64] {
        &self.values[index * self.rows..][..self.rows]
    }

    /// The columns, mutable.
    pub fn columns_mut(&mut self) -> impl Iterator<Item = &mut [f64]> {
        // A matrix without rows yields no chunks, whatever its number of columns.
        self.values.chunks_exact_mut(self.rows.max(1))
    }

    /// A view as an ndarray: rows are bars, columns are outputs.
    pub fn view(&self) -> ArrayView2<'_, f64> {
        let columns = self.values.len().checked_div(self.rows).unwrap_or(0);
        ArrayView2::from_shape((self.rows, columns).f(), &self.values).expect("rows times columns is the length")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_columns() {
        let mut matrix = Matrix::zeros(3, 2);
        for (index, column) in matrix.columns_mut().enumerate() {
            column.fill(index as f64);
        }
        assert_eq!(matrix.column(1), [1.0; 3]);
        assert_eq!(matrix.view()[[2, 1]], 1.0);
        assert_eq!(Matrix::zeros(0, 2).view().dim(), (0, 0));
    }
}
