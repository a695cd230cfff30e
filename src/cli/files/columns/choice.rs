//! `--columns` and `--extra`: columns as the caller names them. Names may have commas.

use std::str::FromStr;

use atrad::series::ColumnName;

use super::role::{ROLES, Role};

/// A choice of the caller: a role and the column that has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(super) role: Role,
    /// The name of the column, or its number from 1; `None` when no column has the role.
    pub(super) column: Option<String>,
}

/// Choices, separated by commas.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Choices(pub(super) Vec<Choice>);

/// An extra column: its name in the series, and in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Extra {
    /// Its name in the series.
    pub(crate) name: ColumnName,
    /// The name of the column in the file, or its number from 1.
    pub(crate) column: String,
}

/// Extra columns, separated by commas.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Extras(pub(crate) Vec<Extra>);

impl Choices {
    /// All choices of several arguments.
    pub(crate) fn of(all: &[Self]) -> Self {
        Self(all.iter().flat_map(|choices| choices.0.iter().cloned()).collect())
    }

    pub(super) fn find(&self, role: Role) -> Option<&Choice> {
        self.0.iter().find(|choice| choice.role == role)
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromStr for Choices {
    type Err = String;

    /// A comma starts the next choice only where a role follows it, so that names of columns may have commas.
    fn from_str(text: &str) -> Result<Self, String> {
        let starts_choice = |rest: &str| rest.split_once('=').is_some_and(|(role, _)| Role::of(role.trim()).is_some());
        let mut choices = Vec::new();
        let mut rest = text;
        loop {
            let next = rest.match_indices(',').map(|(at, _)| at).find(|&at| starts_choice(&rest[at + 1..]));
            choices.push(choice(&rest[..next.unwrap_or(rest.len())])?);
            match next {
                Some(at) => rest = &rest[at + 1..],
                None => return Ok(Self(choices)),
            }
        }
    }
}

fn choice(text: &str) -> Result<Choice, String> {
    let (role, column) = text.split_once('=').ok_or("must be ROLE=COLUMN, as in time=Date")?;
    let role = Role::of(role.trim())
        .ok_or_else(|| format!("role must be one of {}, got {role:?}", ROLES.map(Role::name).join(", ")))?;
    let column = (column != "none").then(|| column.to_owned());
    match role {
        Role::Time | Role::Open | Role::High | Role::Low | Role::Close if column.is_none() => {
            Err(format!("{} must be a column, got none", role.name()))
        }
        _ => Ok(Choice { role, column }),
    }
}

impl FromStr for Extras {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.split(',').map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

impl FromStr for Extra {
    type Err = String;

    /// `open_interest='Open Interest'`, or a name that the column has itself in lower case.
    fn from_str(text: &str) -> Result<Self, String> {
        let (name, column) = text.split_once('=').unwrap_or((text, text));
        let name = name.parse::<ColumnName>().map_err(|error| format!("{error}; write NAME=COLUMN"))?;
        Ok(Self { name, column: column.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_have_commas() {
        let choices: Choices = "time=Date, UTC,close=Adj Close,volume=none".parse().expect("legal");
        let given: Vec<_> = choices.0.iter().map(|choice| (choice.role.name(), choice.column.as_deref())).collect();
        assert_eq!(given, [("time", Some("Date, UTC")), ("close", Some("Adj Close")), ("volume", None)]);
        for wrong in ["volume", "size=v", "close=none", "", ",time=1"] {
            assert!(wrong.parse::<Choices>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn extra_columns_have_a_name_in_the_series() {
        let extras: Extras = "funding,open_interest=Open Interest".parse().expect("legal");
        let given: Vec<_> = extras.0.iter().map(|extra| (extra.name.as_str(), &*extra.column)).collect();
        assert_eq!(given, [("funding", "funding"), ("open_interest", "Open Interest")]);
        assert!("Open Interest".parse::<Extras>().expect_err("refused").contains("NAME=COLUMN"));
    }
}
