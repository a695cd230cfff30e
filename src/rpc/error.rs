//! Why calls fail: wrong fields, wrong tokens, and the errors of the use-cases.

use crate::app::Scopes;
use crate::{app, series};

/// Why a call fails.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A use-case failed.
    #[error(transparent)]
    App(Box<app::Error>),
    /// A field inside another is wrong.
    #[error("{path}: {error}")]
    Inside {
        /// The path of the field around it.
        path: String,
        /// What is wrong inside.
        error: Box<app::Error>,
    },
    /// A message or a header cannot be read.
    #[error("{problem}")]
    Malformed {
        /// The path of the field that is wrong, if one is.
        field: Option<String>,
        /// What is wrong.
        problem: String,
    },
    /// The bearer token is missing or wrong.
    #[error("metadata authorization must be `Bearer TOKEN` with {expected} of this server")]
    Unauthenticated {
        /// The token that opens the call.
        expected: &'static str,
    },
    /// The token of a call that runs was removed.
    #[error("token {token} is not in force any more: it was removed or replaced while the call ran")]
    Revoked {
        /// The name of the token.
        token: Box<str>,
    },
    /// The rights of the token of a call that runs were changed. Made again, the call has those that it has now.
    #[error("token {token} has other rights than when the call began; call again")]
    OtherRights {
        /// The name of the token.
        token: Box<str>,
    },
    /// A call that the scopes of the token do not allow.
    #[error("{call} needs a token with the scope {needed}; token {token} has {scopes}")]
    OutOfScope {
        /// The service and the method.
        call: String,
        /// The scope that it needs.
        needed: &'static str,
        /// The name of the token.
        token: Box<str>,
        /// The scopes that it has.
        scopes: Scopes,
    },
    /// An admin call by somebody who is not an admin.
    #[error("{call} is an admin call; {remedy}")]
    Denied {
        /// The service and the method.
        call: String,
        /// How to be allowed to.
        remedy: &'static str,
    },
}

impl Error {
    /// The path of the field that is wrong, if one is.
    pub fn field(&self) -> Option<String> {
        match self {
            Self::App(error) => error.field(),
            Self::Inside { path, error } => Some(match error.field() {
                Some(field) => format!("{path}.{field}"),
                None => path.clone(),
            }),
            Self::Malformed { field, .. } => field.clone(),
            Self::Unauthenticated { .. }
            | Self::Revoked { .. }
            | Self::OtherRights { .. }
            | Self::OutOfScope { .. }
            | Self::Denied { .. } => None,
        }
    }

    /// The error with the path of the field around it.
    pub(super) fn inside(self, path: impl Into<String>) -> Self {
        let path = path.into();
        match self {
            Self::App(error) => Self::Inside { path, error },
            Self::Inside { path: inner, error } => Self::Inside { path: format!("{path}.{inner}"), error },
            other @ (Self::Malformed { .. }
            | Self::Unauthenticated { .. }
            | Self::Revoked { .. }
            | Self::OtherRights { .. }
            | Self::OutOfScope { .. }
            | Self::Denied { .. }) => other,
        }
    }
}

/// A field is wrong: its path, what it must be, what it is.
pub(super) fn field(field: &'static str, expected: impl Into<String>, given: impl Into<String>) -> Error {
    app::Error::Field { field, expected: expected.into(), given: given.into() }.into()
}

impl From<app::Error> for Error {
    fn from(error: app::Error) -> Self {
        Self::App(Box::new(error))
    }
}

impl From<series::Error> for Error {
    fn from(error: series::Error) -> Self {
        app::Error::from(error).into()
    }
}
