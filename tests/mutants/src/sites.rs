//! Finds the places of a file that can be faulty, and what the faults are: the kinds of cargo-mutants.

use std::ops::Range;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{
    Arm, Attribute, BinOp, Block, Expr, ExprBinary, ExprConst, ExprMatch, ExprRepeat, ExprUnary, File, GenericArgument,
    ImplItemConst, ImplItemFn, ItemConst, ItemEnum, ItemFn, ItemImpl, ItemMacro, ItemMod, ItemStatic, ItemStruct,
    Local, Macro, Pat, Path, ReturnType, Signature, StmtMacro, TraitItemConst, TraitItemFn, Type, UnOp,
};

use crate::values::values;

/// A kind of place.
pub(crate) enum Kind {
    /// An operator and what it may be instead; comparisons look at references.
    Binary {
        left: Range<usize>,
        right: Range<usize>,
        operator: String,
        others: &'static [&'static str],
        compares: bool,
    },
    /// `&&` or `||`.
    Logic { left: Range<usize>, right: Range<usize>, and: bool },
    /// An operator that assigns.
    Assign { left: Range<usize>, right: Range<usize>, operator: String, others: &'static [&'static str] },
    /// `!` or `-`, left out.
    Unary { inner: Range<usize>, operator: String },
    /// The body of a function, and what it returns instead.
    Body { values: Vec<String> },
    /// The arm of a match that has `_`, deleted.
    Arm { pattern: String },
    /// A guard: always true, always false.
    Guard,
}

/// A place, and the numbers of its mutants.
pub(crate) struct Site {
    pub(crate) range: Range<usize>,
    pub(crate) kind: Kind,
    pub(crate) function: String,
    pub(crate) line: usize,
    pub(crate) ids: Vec<u32>,
}

impl Kind {
    /// The names of the mutants.
    pub(crate) fn names(&self) -> Vec<String> {
        match self {
            Self::Binary { operator, others, .. } | Self::Assign { operator, others, .. } => {
                others.iter().map(|other| format!("replace {operator} with {other}")).collect()
            }
            Self::Logic { and: true, .. } => vec!["replace && with ||".into()],
            Self::Logic { and: false, .. } => vec!["replace || with &&".into()],
            Self::Unary { operator, .. } => vec![format!("delete {operator}")],
            Self::Body { values } => values.iter().map(|value| format!("replace body with {value}")).collect(),
            Self::Arm { pattern } => vec![format!("delete match arm {pattern}")],
            Self::Guard => vec!["replace match guard with true".into(), "replace match guard with false".into()],
        }
    }
}

/// The places of a file, those outside before those inside them.
pub(crate) fn sites(file: &File) -> Vec<Site> {
    let mut finder = Finder::default();
    if !of_tests(&file.attrs) {
        finder.visit_file(file);
    }
    finder.found.sort_by_key(|site| (site.range.start, std::cmp::Reverse(site.range.end)));
    finder.found
}

#[derive(Default)]
struct Finder {
    found: Vec<Site>,
    path: Vec<String>,
    /// The depth of constants, whose values are fixed before a mutant is chosen.
    constants: usize,
}

fn range(of: &impl Spanned) -> Range<usize> {
    of.span().byte_range()
}

fn text(of: &impl ToTokens) -> String {
    of.to_token_stream().to_string()
}

fn of_tests(attributes: &[Attribute]) -> bool {
    let is_test = |text: &str| text.contains("test") && text.contains("cfg");
    attributes.iter().any(|attribute| attribute.path().is_ident("test") || is_test(&text(attribute)))
}

/// Whether a condition binds names, so that it must stay where it is.
fn binds(condition: &Expr) -> bool {
    match condition {
        Expr::Let(_) => true,
        Expr::Binary(both) => binds(&both.left) || binds(&both.right),
        Expr::Paren(inner) => binds(&inner.expr),
        _ => false,
    }
}

/// What an arithmetic, bitwise or comparing operator may be instead.
fn others(operator: &BinOp) -> Option<&'static [&'static str]> {
    Some(match operator {
        BinOp::Eq(_) => &["!="],
        BinOp::Ne(_) => &["=="],
        BinOp::Lt(_) => &["==", ">", "<="],
        BinOp::Gt(_) => &["==", "<", ">="],
        BinOp::Le(_) => &[">"],
        BinOp::Ge(_) => &["<"],
        BinOp::Add(_) => &["-", "*"],
        BinOp::Sub(_) | BinOp::Mul(_) => &["+", "/"],
        BinOp::Div(_) => &["%", "*"],
        BinOp::Rem(_) => &["/", "+"],
        BinOp::Shl(_) => &[">>"],
        BinOp::Shr(_) => &["<<"],
        BinOp::BitAnd(_) => &["|", "^"],
        BinOp::BitOr(_) => &["&", "^"],
        BinOp::BitXor(_) => &["|", "&"],
        _ => return None,
    })
}

fn other_assignments(operator: &BinOp) -> Option<&'static [&'static str]> {
    Some(match operator {
        BinOp::AddAssign(_) => &["-=", "*="],
        BinOp::SubAssign(_) | BinOp::MulAssign(_) => &["+=", "/="],
        BinOp::DivAssign(_) => &["%=", "*="],
        BinOp::RemAssign(_) => &["/=", "+="],
        BinOp::ShlAssign(_) => &[">>="],
        BinOp::ShrAssign(_) => &["<<="],
        BinOp::BitAndAssign(_) => &["|="],
        BinOp::BitOrAssign(_) => &["&="],
        BinOp::BitXorAssign(_) => &["|=", "&="],
        _ => return None,
    })
}

impl Finder {
    fn push(&mut self, range: Range<usize>, kind: Kind, line: usize) {
        if self.constants == 0 {
            self.found.push(Site { range, kind, function: self.path.join("::"), line, ids: vec![] });
        }
    }

    fn constant(&mut self, visit: impl FnOnce(&mut Self)) {
        self.constants += 1;
        visit(self);
        self.constants -= 1;
    }

    fn function(&mut self, signature: &Signature, block: &Block) {
        let is_const = usize::from(signature.constness.is_some());
        self.constants += is_const;
        self.path.push(signature.ident.to_string());
        self.body(signature, block);
        self.visit_block(block);
        self.path.pop();
        self.constants -= is_const;
    }

    fn body(&mut self, signature: &Signature, block: &Block) {
        if signature.ident == "new" || block.stmts.is_empty() {
            return;
        }
        let dense = |text: &str| text.replace(' ', "");
        let body = dense(&block.stmts.iter().map(text).collect::<String>());
        let mut values = match &signature.output {
            ReturnType::Default => vec!["()".into()],
            ReturnType::Type(_, of) => values(of),
        };
        values.retain(|value| dense(value) != body);
        if !values.is_empty() {
            let at = block.brace_token.span.open().byte_range().end;
            self.push(at..at, Kind::Body { values }, signature.ident.span().start().line);
        }
    }

    /// The bodies of functions inside `leveled! { .. }`, which are Rust as it is.
    fn leveled(&mut self, invoked: &Macro) {
        if !invoked.path.is_ident("leveled") {
            return;
        }
        let (mut name, mut before) = (String::new(), String::new());
        for token in invoked.tokens.clone() {
            match &token {
                TokenTree::Ident(ident) => {
                    if before == "fn" {
                        name = ident.to_string();
                    }
                    before = ident.to_string();
                }
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                    if let Ok(block) = syn::parse2::<Block>(TokenStream::from(token.clone())) {
                        self.path.push(name.clone());
                        self.visit_block(&block);
                        self.path.pop();
                    }
                }
                _ => {}
            }
        }
    }

    fn arm(&mut self, arm: &Arm, has_rest: bool) {
        let line = arm.span().start().line;
        match &arm.guard {
            Some((_, guard)) if !binds(guard) => self.push(range(&**guard), Kind::Guard, line),
            None if has_rest && !matches!(arm.pat, Pat::Wild(_)) => {
                let at = range(&arm.pat).end;
                self.push(at..at, Kind::Arm { pattern: text(&arm.pat) }, line);
            }
            _ => {}
        }
    }
}

impl<'a> Visit<'a> for Finder {
    fn visit_item_fn(&mut self, item: &'a ItemFn) {
        if !of_tests(&item.attrs) {
            self.function(&item.sig, &item.block);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'a ImplItemFn) {
        if !of_tests(&item.attrs) {
            self.function(&item.sig, &item.block);
        }
    }

    fn visit_trait_item_fn(&mut self, item: &'a TraitItemFn) {
        if let Some(block) = &item.default {
            self.function(&item.sig, block);
        }
    }

    fn visit_item_impl(&mut self, item: &'a ItemImpl) {
        let of = text(&*item.self_ty).replace(' ', "");
        let of_trait = item.trait_.as_ref().map(|(_, path, _)| text(path).replace(' ', ""));
        let is_default = of_trait.as_ref().is_some_and(|name| name.ends_with("Default"));
        if !is_default && !of_tests(&item.attrs) {
            self.path.push(of_trait.map_or(of.clone(), |name| format!("<{of} as {name}>")));
            visit::visit_item_impl(self, item);
            self.path.pop();
        }
    }

    fn visit_item_mod(&mut self, item: &'a ItemMod) {
        if !of_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_expr_binary(&mut self, item: &'a ExprBinary) {
        let (left, right, operator) = (range(&*item.left), range(&*item.right), text(&item.op));
        let whole = left.start..right.end;
        let compares =
            matches!(item.op, BinOp::Eq(_) | BinOp::Ne(_) | BinOp::Lt(_) | BinOp::Gt(_) | BinOp::Le(_) | BinOp::Ge(_));
        let kind = if matches!(item.op, BinOp::And(_) | BinOp::Or(_)) {
            let and = matches!(item.op, BinOp::And(_));
            (!binds(&item.left) && !binds(&item.right)).then_some(Kind::Logic { left, right, and })
        } else if let Some(others) = others(&item.op) {
            Some(Kind::Binary { left, right, operator, others, compares })
        } else {
            other_assignments(&item.op).map(|others| Kind::Assign { left, right, operator, others })
        };
        if let Some(kind) = kind {
            self.push(whole, kind, item.op.span().start().line);
        }
        visit::visit_expr_binary(self, item);
    }

    fn visit_expr_unary(&mut self, item: &'a ExprUnary) {
        if matches!(item.op, UnOp::Not(_) | UnOp::Neg(_)) {
            let kind = Kind::Unary { inner: range(&*item.expr), operator: text(&item.op) };
            self.push(range(item), kind, item.op.span().start().line);
        }
        visit::visit_expr_unary(self, item);
    }

    fn visit_expr_match(&mut self, item: &'a ExprMatch) {
        let has_rest = item.arms.iter().any(|arm| matches!(arm.pat, Pat::Wild(_)) && arm.guard.is_none());
        item.arms.iter().for_each(|arm| self.arm(arm, has_rest));
        visit::visit_expr_match(self, item);
    }

    fn visit_local(&mut self, item: &'a Local) {
        if let Some(init) = &item.init {
            self.visit_expr(&init.expr);
            init.diverge.iter().for_each(|(_, diverge)| self.visit_expr(diverge));
        }
    }

    fn visit_expr_repeat(&mut self, item: &'a ExprRepeat) {
        self.visit_expr(&item.expr);
    }

    fn visit_expr_const(&mut self, item: &'a ExprConst) {
        self.constant(|finder| visit::visit_expr_const(finder, item));
    }

    fn visit_item_macro(&mut self, item: &'a ItemMacro) {
        self.leveled(&item.mac);
    }

    fn visit_stmt_macro(&mut self, item: &'a StmtMacro) {
        self.leveled(&item.mac);
    }

    // Constants, types and patterns are not mutated.
    fn visit_item_const(&mut self, _: &'a ItemConst) {}
    fn visit_impl_item_const(&mut self, _: &'a ImplItemConst) {}
    fn visit_trait_item_const(&mut self, _: &'a TraitItemConst) {}
    fn visit_item_static(&mut self, _: &'a ItemStatic) {}
    fn visit_item_enum(&mut self, _: &'a ItemEnum) {}
    fn visit_item_struct(&mut self, _: &'a ItemStruct) {}
    fn visit_type(&mut self, _: &'a Type) {}
    fn visit_pat(&mut self, _: &'a Pat) {}
    fn visit_path(&mut self, _: &'a Path) {}
    fn visit_generic_argument(&mut self, _: &'a GenericArgument) {}
    fn visit_attribute(&mut self, _: &'a Attribute) {}
}
