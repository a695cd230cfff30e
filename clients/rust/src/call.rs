//! What the functions of the indicators are made of: their parameters, checked against the declarations.

use crate::expression::{Expr, VALUE, is_word};

/// The values of a number in a sweep.
#[derive(Debug, Clone)]
pub struct Variants {
    values: Vec<f64>,
    text: String,
    wrong: Option<String>,
}

impl Variants {
    /// The values from first to last, both inclusive: `5..50 step 5`.
    #[must_use]
    pub fn steps(first: f64, last: f64, step: f64) -> Self {
        let step_text = if step == 1.0 { String::new() } else { format!(" step {step}") };
        let text = format!("{first}..{last}{step_text}");
        let rises = first <= last && step > 0.0 && (last - first + step).is_finite();
        let wrong = (!rises).then(|| format!("must rise from first to last, got {text}"));
        Self { values: vec![first, last], text, wrong }
    }

    /// Some values.
    #[must_use]
    pub fn of(values: &[f64]) -> Self {
        let texts: Vec<_> = values.iter().map(f64::to_string).collect();
        let wrong = values.is_empty().then(|| "must have at least one value".to_owned());
        Self { values: values.to_vec(), text: format!("[{}]", texts.join(", ")), wrong }
    }

    /// Names the parameter in the answer.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        if !is_word(name) {
            self.wrong.get_or_insert(format!("must have a name of letters, digits and _, got {name:?}"));
        }
        self.text += &format!(" as {name}");
        self
    }
}

/// The value of a parameter: a number, or several in a sweep.
#[derive(Debug, Clone)]
pub struct Number(Variants);

impl From<f64> for Number {
    fn from(value: f64) -> Self {
        Self(Variants { values: vec![value], text: value.to_string(), wrong: None })
    }
}

impl From<i32> for Number {
    fn from(value: i32) -> Self {
        Self::from(f64::from(value))
    }
}

impl From<Variants> for Number {
    fn from(variants: Variants) -> Self {
        Self(variants)
    }
}

/// An indicator under construction: its inputs, and the parameters that are not the defaults.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    name: &'static str,
    arguments: Vec<String>,
    wrong: Option<String>,
}

impl Call {
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name, arguments: Vec::new(), wrong: None }
    }

    /// Inputs come first.
    pub(crate) fn of(mut self, inputs: impl IntoIterator<Item = Expr>) -> Self {
        let inputs: Vec<_> = inputs.into_iter().collect();
        self.wrong = self.wrong.or_else(|| inputs.iter().find_map(|each| each.wrong.clone()));
        self.arguments.splice(0..0, inputs.into_iter().map(|each| each.text));
        self
    }

    pub(crate) fn number(mut self, name: &str, value: Number, is_integer: bool, min: f64, max: f64) -> Self {
        let Variants { values, text, wrong } = value.0;
        let told = |said: String| format!("{name} of {} {said}", self.name);
        let out = !values.iter().all(|value| *value >= min && *value <= max);
        let broken = is_integer && values.iter().any(|value| value.fract() != 0.0);
        let wrong = match wrong {
            Some(said) => Some(told(said)),
            None if out => Some(told(format!("must be between {min} and {max}, got {text}"))),
            None if broken => Some(told(format!("must be an integer, got {text}"))),
            None => None,
        };
        self.wrong = self.wrong.or(wrong);
        self.set(name, &text)
    }

    pub(crate) fn choice(mut self, name: &str, value: &str, choices: &[&str]) -> Self {
        if !choices.contains(&value) {
            let said = format!("{name} of {} must be one of {}, got {value:?}", self.name, choices.join(", "));
            self.wrong.get_or_insert(said);
        }
        self.set(name, value)
    }

    /// A parameter that is set twice has the later value.
    fn set(mut self, name: &str, value: &str) -> Self {
        self.arguments.retain(|each| !each.strip_prefix(name).is_some_and(|rest| rest.starts_with('=')));
        self.arguments.push(format!("{name}={value}"));
        self
    }

    pub(crate) fn expr(&self) -> Expr {
        Expr::new(format!("{}({})", self.name, self.arguments.join(", ")), VALUE, self.wrong.clone())
    }

    pub(crate) fn output(&self, name: &str) -> Expr {
        let whole = self.expr();
        Expr::new(format!("{whole}.{name}"), VALUE, whole.wrong)
    }
}

/// Declares the functions of the indicators, from what `clients/generate` prints.
macro_rules! indicators {
    ($($(#[$doc:meta])* $function:ident $name:literal $type:ident $inputs:literal
        { $($(#[$param_doc:meta])* $param:ident $param_name:literal $kind:ident($($rule:expr),*))* }
        { $($(#[$output_doc:meta])* $output:ident $output_name:literal)* }
    )*) => {
        $(
            $(#[$doc])*
            #[must_use]
            pub fn $function() -> $type {
                $type(Call::new($name))
            }

            #[doc = concat!("`", $name, "` under construction, with the defaults of all parameters that are not set.")]
            #[derive(Debug, Clone)]
            pub struct $type(Call);

            impl $type {
                /// Reads these inputs, instead of the columns of the declaration.
                #[must_use]
                pub fn of(self, inputs: [Expr; $inputs]) -> Self {
                    Self(self.0.of(inputs))
                }
                $(indicators!(@param $(#[$param_doc])* $param $param_name $kind($($rule),*));)*
                $(
                    $(#[$output_doc])*
                    #[must_use]
                    pub fn $output(&self) -> Expr {
                        self.0.output($output_name)
                    }
                )*
            }

            impl From<$type> for Expr {
                fn from(made: $type) -> Expr {
                    made.0.expr()
                }
            }
        )*

        /// Every indicator at its defaults.
        #[must_use]
        pub fn all() -> Vec<Expr> {
            vec![$($function().into()),*]
        }
    };
    (@param $(#[$doc:meta])* $param:ident $name:literal integer($min:expr, $max:expr)) => {
        $(#[$doc])*
        #[must_use]
        pub fn $param(self, value: impl Into<Number>) -> Self {
            Self(self.0.number($name, value.into(), true, $min, $max))
        }
    };
    (@param $(#[$doc:meta])* $param:ident $name:literal real($min:expr, $max:expr)) => {
        $(#[$doc])*
        #[must_use]
        pub fn $param(self, value: impl Into<Number>) -> Self {
            Self(self.0.number($name, value.into(), false, $min, $max))
        }
    };
    (@param $(#[$doc:meta])* $param:ident $name:literal choice($($word:expr),*)) => {
        $(#[$doc])*
        #[must_use]
        pub fn $param(self, value: &str) -> Self {
            Self(self.0.choice($name, value, &[$($word),*]))
        }
    };
}
pub(crate) use indicators;
