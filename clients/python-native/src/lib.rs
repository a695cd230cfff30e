//! The indicators of atrad in the process of Python.
//!
//! Columns of NumPy are read where they lie, and the values are written into arrays that Python takes over. The kernels are
//! those of the server, so the values are, too, to the bit.

mod check;
mod folder;
mod function;
mod pool;
mod query;

use pyo3::prelude::*;

pyo3::create_exception!(
    _native,
    QueryError,
    pyo3::exceptions::PyValueError,
    "An expression or a column is wrong: the path of the field, and what is wrong with it."
);

pyo3::create_exception!(
    _native,
    StorageError,
    pyo3::exceptions::PyOSError,
    "A data folder cannot be read: the code of the error, and what happened."
);

/// The error of a field.
fn wrong(field: impl Into<String>, message: impl Into<String>) -> PyErr {
    QueryError::new_err((field.into(), message.into()))
}

#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("QueryError", module.py().get_type::<QueryError>())?;
    module.add("StorageError", module.py().get_type::<StorageError>())?;
    module.add_class::<folder::Folder>()?;
    module.add_class::<folder::Series>()?;
    module.add_class::<function::Function>()?;
    module.add_class::<query::Query>()
}
