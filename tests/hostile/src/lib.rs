//! Hostile inputs: what breaks programs that read dumps, and what has to come out of each.
//!
//! Nothing here is a recorded file. A short function makes each input from a few numbers, so that
//! it can be read, shrunk and grown; the same numbers give the same bytes. A [`Case`] says which
//! sentences must come out whatever happens, how many documents and how many records set aside.
//!
//! The crate knows no program under test, ours included. `tests/hostile.rs` feeds the cases to
//! copydesk, `tests/fuzz` takes its seeds from them, and `cargo run -p hostile -- DIR` lays them
//! out for any other program.

pub mod bombs;
pub mod csv;
pub mod html;
pub mod jsonl;
pub mod news;
pub mod pack;
pub mod parquet;
pub mod tar;
pub mod text;
#[cfg(unix)]
pub mod tree;
pub mod warc;
pub mod zip;

mod case;

pub use case::{Case, Expect, File, Outcome};

/// How large the inputs are that break a program by their size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// A hundredth: for a test of every day.
    Small,
    /// As they were measured on other programs.
    Full,
}

impl Size {
    /// A number of the full size, at this size.
    pub fn of(self, full: usize) -> usize {
        match self {
            Size::Small => full.div_ceil(100),
            Size::Full => full,
        }
    }
}

/// Every family of cases by its name, but for those that need a file to damage.
pub fn families(size: Size) -> Vec<(&'static str, Vec<Case>)> {
    vec![
        ("jsonl", jsonl::cases(size)),
        ("members", jsonl::damaged_members()),
        ("text", text::cases(size)),
        ("html", html::cases(size)),
        ("csv", csv::cases(size)),
        ("warc", warc::cases(size)),
        ("zip", zip::cases(size)),
        ("tar", tar::cases(size)),
        ("bombs", bombs::cases(size)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_case_has_a_name_of_its_own_and_says_what_it_expects() {
        for (family, cases) in families(Size::Small) {
            let names: BTreeSet<_> = cases.iter().map(|case| &case.name).collect();
            assert_eq!(names.len(), cases.len(), "{family}");
            for case in &cases {
                let Expect { sentences, documents, set_aside, .. } = &case.expect;
                assert!(documents.end() + set_aside.end() > 0, "{family}/{} expects nothing", case.name);
                assert!(sentences.len() <= *documents.end(), "{family}/{}", case.name);
            }
        }
    }

    #[test]
    fn the_same_numbers_give_the_same_bytes() {
        assert_eq!(families(Size::Small), families(Size::Small));
    }
}
