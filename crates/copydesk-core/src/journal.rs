//! What a run remembers of itself.
//!
//! The first entry of a journal says what the run depends on, each further one that a unit of the
//! input is in the output, with its files and its counts, and the last that the run is complete.
//! Entries come in the order of the units, so that a run that was killed and taken up again leaves
//! the same journal as one that was not. How a line is kept safe is for the [`Output`] to know.

use std::collections::HashSet;
use std::fmt;
use std::io;

use serde::{Deserialize, Serialize};

use crate::{Identity, Output, PartFile, Report};

/// One line of a journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "kebab-case")]
enum Entry {
    /// The run begins.
    Run {
        /// What it depends on.
        identity: Box<Identity>,
        /// How many units its input was cut into.
        units: u64,
    },
    /// A unit is in the output.
    Unit(Box<Done>),
    /// The run is complete.
    End {
        /// The files that belong to no unit.
        files: Vec<PartFile>,
    },
}

/// A unit of the input that has become a part of the output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Done {
    pub(crate) unit: u64,
    pub(crate) files: Vec<PartFile>,
    pub(crate) report: Report,
}

/// What the journal of an output says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Journal {
    /// What the run depends on. None if it has not begun.
    pub identity: Option<Identity>,
    /// How many units its input was cut into.
    pub units: u64,
    /// The units that are in the output: all of them up to a place.
    pub(crate) done: Vec<Done>,
    /// The files that belong to no unit, when the run is complete.
    end: Option<Vec<PartFile>>,
}

/// A journal that says something that cannot be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalError {
    /// The line, from 1 on.
    pub line: usize,
    /// What is wrong with it.
    pub what: String,
}

impl std::error::Error for JournalError {}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} of the journal is damaged: {}", self.line, self.what)
    }
}

impl Journal {
    /// Takes in the lines of a journal.
    ///
    /// # Errors
    /// The first line that is no entry, or that cannot follow the one before.
    pub fn replay<L: AsRef<str>>(lines: &[L]) -> Result<Self, JournalError> {
        let mut journal = Journal::default();
        for (index, line) in lines.iter().enumerate() {
            let wrong = |what: String| JournalError { line: index + 1, what };
            let entry = serde_json::from_str(line.as_ref()).map_err(|error| wrong(error.to_string()))?;
            journal.take(entry).map_err(|what| wrong(what.to_owned()))?;
        }
        Ok(journal)
    }

    fn take(&mut self, entry: Entry) -> Result<(), &'static str> {
        match entry {
            _ if self.end.is_some() => Err("the run was complete before"),
            Entry::Run { .. } if self.identity.is_some() => Err("the run had begun before"),
            Entry::Run { identity, units } => {
                (self.identity, self.units) = (Some(*identity), units);
                Ok(())
            }
            _ if self.identity.is_none() => Err("the run has not begun"),
            Entry::Unit(done) if done.unit != self.done.len() as u64 => Err("the unit is not the next one"),
            Entry::Unit(done) if done.unit >= self.units => Err("there is no such unit"),
            Entry::Unit(done) => {
                self.done.push(*done);
                Ok(())
            }
            Entry::End { .. } if self.done.len() as u64 != self.units => Err("a unit is missing"),
            Entry::End { files } => {
                self.end = Some(files);
                Ok(())
            }
        }
    }

    /// Every unit is in the output, and so is the report.
    pub fn is_complete(&self) -> bool {
        self.end.is_some()
    }

    /// How many units are in the output.
    pub fn units_done(&self) -> u64 {
        self.done.len() as u64
    }

    /// Every file that the output should hold.
    pub fn files(&self) -> impl Iterator<Item = &PartFile> {
        self.done.iter().flat_map(|done| &done.files).chain(self.end.iter().flatten())
    }

    /// The parts that are in the output, in the order of their units: their files and their counts.
    pub fn parts(&self) -> impl Iterator<Item = (&[PartFile], &Report)> {
        self.done.iter().map(|done| (done.files.as_slice(), &done.report))
    }

    /// The names of all files that the output should hold.
    pub(crate) fn names(&self) -> HashSet<&str> {
        self.files().map(|file| file.name.as_str()).collect()
    }
}

/// Writes that a run begins.
pub(crate) fn begin(output: &dyn Output, identity: &Identity, units: u64) -> io::Result<()> {
    output.commit(&[], &[line(&Entry::Run { identity: Box::new(identity.clone()), units })])
}

/// Gives the files of some units their names, and writes that they are done.
pub(crate) fn commit(output: &dyn Output, units: Vec<Done>) -> io::Result<()> {
    let files: Vec<String> =
        units.iter().flat_map(|done| done.files.iter().map(|file| file.name.clone())).collect();
    let lines: Vec<_> = units.into_iter().map(|done| line(&Entry::Unit(Box::new(done)))).collect();
    output.commit(&files.iter().map(String::as_str).collect::<Vec<_>>(), &lines)
}

/// Gives the last files their names, and writes that the run is complete.
pub(crate) fn end(output: &dyn Output, files: Vec<PartFile>) -> io::Result<()> {
    let names: Vec<String> = files.iter().map(|file| file.name.clone()).collect();
    output.commit(&names.iter().map(String::as_str).collect::<Vec<_>>(), &[line(&Entry::End { files })])
}

fn line(entry: &Entry) -> String {
    serde_json::to_string(entry).expect("strings, numbers and lists of them are JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(unit: u64) -> Entry {
        let file = PartFile { name: format!("data/part-{unit:05}.jsonl"), ..PartFile::default() };
        Entry::Unit(Box::new(Done { unit, files: vec![file], report: Report::default() }))
    }

    fn replayed(entries: &[Entry]) -> Result<Journal, JournalError> {
        Journal::replay(&entries.iter().map(line).collect::<Vec<_>>())
    }

    fn run(units: u64) -> Entry {
        Entry::Run { identity: Box::default(), units }
    }

    #[test]
    fn a_journal_tells_what_is_done() {
        let report = PartFile { name: "report.json".into(), ..PartFile::default() };
        let journal = replayed(&[run(2), unit(0), unit(1), Entry::End { files: vec![report] }]).unwrap();
        assert!(journal.is_complete());
        assert_eq!(journal.units_done(), 2);
        let names: Vec<_> = journal.files().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["data/part-00000.jsonl", "data/part-00001.jsonl", "report.json"]);
        assert!(!replayed(&[run(2), unit(0)]).unwrap().is_complete());
        assert_eq!(replayed(&[]), Ok(Journal::default()));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let refused = |entries: &[Entry]| replayed(entries).unwrap_err().to_string();
        assert_eq!(refused(&[unit(0)]), "line 1 of the journal is damaged: the run has not begun");
        assert_eq!(
            refused(&[run(2), unit(1)]),
            "line 2 of the journal is damaged: the unit is not the next one"
        );
        assert_eq!(
            refused(&[run(1), unit(0), unit(1)]),
            "line 3 of the journal is damaged: there is no such unit"
        );
        assert_eq!(
            refused(&[run(1), Entry::End { files: vec![] }]),
            "line 2 of the journal is damaged: a unit is missing"
        );
        assert_eq!(refused(&[run(1), run(1)]), "line 2 of the journal is damaged: the run had begun before");
        let error = Journal::replay(&["{}"]).unwrap_err();
        assert_eq!((error.line, error.what.contains("entry")), (1, true));
    }
}
