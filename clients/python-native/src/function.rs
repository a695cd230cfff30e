//! Functions of arrays, as TA-Lib has them. As there, the arrays have no meaning and no rules: infinite values are computed with.

use std::sync::Arc;

use atrad::indicator::Plan;
use atrad::kernel::leveled;
use numpy::{PyArray1, PyArrayMethods, PyReadonlyArray1, PyReadwriteArray1, dtype};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::query::Query;
use crate::wrong;

/// Rows that are computed together.
const BLOCK_ROWS: usize = 1 << 13;

/// Blocks between two looks at whether somebody interrupts.
const LOOK_BLOCKS: usize = 1 << 7;

/// Expressions over columns without a meaning, planned once.
#[pyclass(frozen, module = "atrad_native")]
pub(crate) struct Function {
    plan: Arc<Plan>,
    /// How many arrays it takes.
    inputs: usize,
    /// The input of each column of the plan.
    columns: Vec<usize>,
    /// Which outputs are whole numbers.
    integers: Vec<bool>,
    /// `numpy.empty`.
    empty: Py<PyAny>,
}

/// An array that is written.
#[derive(FromPyObject)]
enum Output<'py> {
    Real(PyReadwriteArray1<'py, f64>),
    /// Whole numbers, 0 where there is no value.
    Integer(PyReadwriteArray1<'py, i32>),
}

/// What is not written yet of an output.
enum Rest<'a> {
    Real(&'a mut [f64]),
    Integer(&'a mut [i32]),
}

#[pymethods]
impl Function {
    /// Parses the texts of expressions that read the inputs by their names. `integers` tells which outputs are whole numbers.
    #[new]
    fn new(py: Python<'_>, texts: Vec<String>, inputs: Vec<String>, integers: Vec<bool>) -> PyResult<Self> {
        let plan = Query::new(texts)?.plan();
        let mut columns = Vec::with_capacity(plan.columns().len());
        for column in plan.columns() {
            let input = inputs.iter().position(|input| input == column.name());
            columns.push(input.ok_or_else(|| wrong("expressions", format!("{} is not an input", column.name())))?);
        }
        if plan.reads_time() {
            return Err(wrong("expressions", "a function of arrays has no times"));
        }
        if integers.len() != plan.outputs() {
            return Err(wrong("integers", format!("{} outputs, expected {}", integers.len(), plan.outputs())));
        }
        let empty = py.import("numpy")?.getattr("empty")?.unbind();
        Ok(Self { plan, inputs: inputs.len(), columns, integers, empty })
    }

    /// Computes the values over the inputs, contiguous and of one length, into the outputs, one per expression.
    fn __call__(
        &self,
        py: Python<'_>,
        inputs: Vec<PyReadonlyArray1<'_, f64>>,
        mut outputs: Vec<Output<'_>>,
    ) -> PyResult<()> {
        let inputs: Result<Vec<_>, _> = inputs.iter().map(PyReadonlyArray1::as_slice).collect();
        let inputs = inputs.map_err(|_| wrong("inputs", "an input must be contiguous"))?;
        let outputs: Option<Vec<_>> = outputs.iter_mut().map(Output::rest).collect();
        let outputs = outputs.ok_or_else(|| wrong("outputs", "an output must be contiguous"))?;
        self.check_lengths(&inputs, &outputs)?;
        py.detach(|| self.fill(&inputs, outputs))
    }

    /// The values over arrays, in new arrays: one, or a tuple. None if an input is no array that is read as it is, or begins
    /// with NaN, or has another length: the caller sees to these. All in one call, as what Python does between two calls over
    /// large arrays takes several times as long as usual: they have taken its code out of the caches.
    fn over<'py>(&self, py: Python<'py>, inputs: &Bound<'py, PyTuple>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let mut arrays = Vec::with_capacity(inputs.len());
        for input in inputs.iter_borrowed() {
            let Ok(array) = input.cast::<PyArray1<f64>>() else { return Ok(None) };
            arrays.push(array.try_readonly().map_err(|error| wrong("inputs", error.to_string()))?);
        }
        let slices: Result<Vec<&[f64]>, _> = arrays.iter().map(PyReadonlyArray1::as_slice).collect();
        let Ok(slices) = slices else { return Ok(None) };
        let rows = slices.first().map_or(0, |input| input.len());
        let begins = |input: &&[f64]| input.len() == rows && input.first().is_some_and(|first| !first.is_nan());
        if slices.len() != self.inputs || !slices.iter().all(begins) {
            return Ok(None);
        }
        let (real, integer) = (dtype::<f64>(py), dtype::<i32>(py));
        let empty = |is_integer: &bool| self.empty.bind(py).call1((rows, if *is_integer { &integer } else { &real }));
        let made = self.integers.iter().map(empty).collect::<PyResult<Vec<_>>>()?;
        let mut outputs = made.iter().map(PyAnyMethods::extract).collect::<PyResult<Vec<Output<'_>>>>()?;
        let rests: Vec<_> = outputs.iter_mut().filter_map(Output::rest).collect();
        py.detach(|| self.fill(&slices, rests))?;
        Ok(Some(match <[_; 1]>::try_from(made) {
            Ok([alone]) => alone,
            Err(made) => PyTuple::new(py, made)?.into_any(),
        }))
    }
}

impl Function {
    fn check_lengths(&self, inputs: &[&[f64]], outputs: &[Rest<'_>]) -> PyResult<()> {
        if inputs.len() != self.inputs {
            return Err(wrong("inputs", format!("{} inputs, expected {}", inputs.len(), self.inputs)));
        }
        if outputs.len() != self.plan.outputs() {
            return Err(wrong("outputs", format!("{} outputs, expected {}", outputs.len(), self.plan.outputs())));
        }
        let rows = inputs.first().map_or(0, |input| input.len());
        let lengths = inputs.iter().map(|input| input.len()).chain(outputs.iter().map(Rest::len));
        match lengths.into_iter().find(|&other| other != rows) {
            Some(other) => Err(wrong("inputs", format!("arrays of {rows} and of {other} values"))),
            None => Ok(()),
        }
    }

    /// Computes block by block.
    fn fill(&self, inputs: &[&[f64]], mut outputs: Vec<Rest<'_>>) -> PyResult<()> {
        let rows = inputs.first().map_or(0, |input| input.len());
        let mut run = self.plan.start();
        // Kernels write numbers of 64 bits; those of integers are converted while they are in cache.
        let mut wide: Vec<Vec<f64>> = outputs.iter().map(|output| output.scratch(BLOCK_ROWS.min(rows))).collect();
        for (block, start) in (0..rows).step_by(BLOCK_ROWS).enumerate() {
            if block % LOOK_BLOCKS == LOOK_BLOCKS - 1 {
                Python::attach(|py| py.check_signals())?;
            }
            let end = rows.min(start + BLOCK_ROWS);
            let columns: Vec<&[f64]> = self.columns.iter().map(|&column| &inputs[column][start..end]).collect();
            let values = outputs.iter_mut().zip(&mut wide);
            let mut values: Vec<_> = values.map(|(output, wide)| output.values(wide, end - start)).collect();
            run.feed(&columns, &mut values);
            for (output, wide) in outputs.iter_mut().zip(&wide) {
                if let Rest::Integer(rest) = output {
                    to_integers(wide, take(rest, end - start));
                }
            }
        }
        Ok(())
    }
}

impl<'py> Output<'py> {
    /// All of the array; `None` if it is not contiguous.
    fn rest(&mut self) -> Option<Rest<'_>> {
        Some(match self {
            Self::Real(array) => Rest::Real(array.as_slice_mut().ok()?),
            Self::Integer(array) => Rest::Integer(array.as_slice_mut().ok()?),
        })
    }
}

impl<'a> Rest<'a> {
    fn len(&self) -> usize {
        match self {
            Self::Real(rest) => rest.len(),
            Self::Integer(rest) => rest.len(),
        }
    }

    fn scratch(&self, rows: usize) -> Vec<f64> {
        match self {
            Self::Real(_) => Vec::new(),
            Self::Integer(_) => vec![0.0; rows],
        }
    }

    /// Where the kernels write the next rows: into the array, or into what is converted to it.
    fn values<'b>(&mut self, wide: &'b mut [f64], rows: usize) -> &'b mut [f64]
    where
        'a: 'b,
    {
        match self {
            Self::Real(rest) => take(rest, rows),
            Self::Integer(_) => &mut wide[..rows],
        }
    }
}

/// The next rows, which are taken off the rest.
fn take<'a, T>(rest: &mut &'a mut [T], rows: usize) -> &'a mut [T] {
    rest.split_off_mut(..rows).expect("outputs are as long as inputs")
}

leveled! {
    /// Whole numbers of 32 bits; NaN as 0.
    fn to_integers(values: &[f64], integers: &mut [i32]) {
        // What is added moves the whole part of the number to the lowest bits: a saturating cast is one value at a time.
        const SHIFT: f64 = 1.5 * (1_u64 << 52) as f64;
        for (integer, &value) in integers.iter_mut().zip(values) {
            let value = if value.is_nan() { 0.0 } else { value };
            *integer = (value + SHIFT).to_bits() as i32;
        }
    }
}
