//! `verify`: proves that an output is what a run left.
//!
//! The journal lists every file with its size, rows and checksum. All files are read and compared with
//! it, rows are counted again, and the counts of every part are added up. Whatever differs, is missing
//! or is there unasked is told.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;

use anyhow::Context;
use copydesk_core::{Journal, PartFile, Report, Tally};
use copydesk_store::{Blob, Limits, Written};
use indicatif::HumanCount;
use rayon::prelude::*;

use crate::escape::Escaped;
use crate::{Finish, print};

pub(crate) fn verify(path: &Path) -> anyhow::Result<Finish> {
    let written = Written::new(path);
    let lines = written.journal().with_context(|| format!("`{}` is no output to verify", path.display()))?;
    let journal = Journal::replay(&lines.lines)?;
    let mut findings = Vec::new();
    if lines.is_cut_short {
        findings.push("the journal ends in a line that was cut short".to_owned());
    }
    if !journal.is_complete() {
        let (done, units) = (HumanCount(journal.units_done()), HumanCount(journal.units));
        findings.push(format!("the run is not complete: {done} of {units} parts are written; `copydesk run` with the same config goes on"));
    }
    let files: Vec<_> = journal.files().collect();
    findings.par_extend(files.par_iter().filter_map(|file| wrong_file(path, &written, file)));
    findings.extend(strays(&written, &files)?);
    findings.extend(
        journal.parts().enumerate().filter_map(|(unit, (files, report))| wrong_counts(unit, files, report)),
    );
    findings.extend(wrong_report(path, &journal));
    tell(path, &journal, &findings)
}

fn tell(path: &Path, journal: &Journal, findings: &[String]) -> anyhow::Result<Finish> {
    if findings.is_empty() {
        let (mut bytes, mut files) = (0, 0);
        journal.files().for_each(|file| (bytes, files) = (bytes + file.bytes, files + 1));
        let tally = total(journal);
        print::text(&format!(
            "{} is whole: {} files, {} bytes, {} documents read = {} exported + {} dropped + {} duplicate + {} set aside\n",
            path.display(),
            HumanCount(files),
            HumanCount(bytes),
            HumanCount(tally.read),
            HumanCount(tally.exported),
            HumanCount(tally.dropped),
            HumanCount(tally.duplicate),
            HumanCount(tally.quarantined),
        ))?;
        return Ok(Finish::Clean);
    }
    findings.iter().for_each(|finding| print::note(&Escaped(finding).to_string()));
    Ok(Finish::SetAside)
}

/// What is wrong with a file that the journal lists.
fn wrong_file(root: &Path, written: &Written, file: &PartFile) -> Option<String> {
    let name = &file.name;
    let seal = match written.seal(name) {
        Ok(seal) => seal,
        Err(error) => return Some(format!("`{name}` cannot be read: {error}")),
    };
    if seal.bytes != file.bytes {
        return Some(format!(
            "`{name}` has {} bytes, and had {} when it was written",
            seal.bytes, file.bytes
        ));
    }
    if seal.sha256 != file.sha256 {
        return Some(format!("`{name}` was changed: its checksum is another than when it was written"));
    }
    match rows(&root.join(name), file) {
        Ok(rows) if rows == file.rows => None,
        Ok(rows) => Some(format!("`{name}` has {rows} rows, and the journal says {}", file.rows)),
        Err(error) => Some(format!("the rows of `{name}` cannot be counted: {error}")),
    }
}

/// Counts the rows of a file again.
fn rows(path: &Path, file: &PartFile) -> std::io::Result<u64> {
    if path.is_dir() {
        return Ok(std::fs::read_dir(path)?.count() as u64);
    }
    if !file.name.contains(".jsonl") {
        return Ok(file.rows);
    }
    let mut source = copydesk_store::open(&Blob::file(path, file.bytes), Limits::default())?;
    let (mut rows, mut buffer) = (0, vec![0; 256 * 1024]);
    loop {
        match source.read(&mut buffer)? {
            0 => return Ok(rows),
            count => rows += memchr::memchr_iter(b'\n', &buffer[..count]).count() as u64,
        }
    }
}

/// Files that the journal does not list.
fn strays(written: &Written, files: &[&PartFile]) -> anyhow::Result<Vec<String>> {
    let listed: BTreeSet<&str> = files.iter().map(|file| file.name.as_str()).collect();
    let is_listed = |name: &str| {
        let folder = name.rsplit_once('/').map(|(folder, _)| folder);
        listed.contains(name) || folder.is_some_and(|folder| listed.contains(folder))
    };
    let strays = written.names()?.into_iter().filter(|name| !is_listed(name));
    Ok(strays.map(|name| format!("`{name}` is there, and no run has listed it")).collect())
}

/// Do the counts of a part close, and do they say what its files hold?
fn wrong_counts(unit: usize, files: &[PartFile], report: &Report) -> Option<String> {
    let tally = report.documents;
    if !tally.closes() {
        return Some(format!("the counts of part {unit} do not close: {tally:?}"));
    }
    let rows = |folder: &str| {
        files.iter().filter(|file| file.name.starts_with(folder)).map(|file| file.rows).sum::<u64>()
    };
    let has_data = files.iter().any(|file| file.name.starts_with("data/"));
    let (exported, set_aside) = (rows("data/"), rows("quarantine/"));
    if (has_data && exported != tally.exported) || set_aside != tally.quarantined {
        return Some(format!(
            "part {unit} holds {exported} articles and {set_aside} records set aside, and counted {} and {}",
            tally.exported, tally.quarantined
        ));
    }
    None
}

fn total(journal: &Journal) -> Tally {
    let mut total = Tally::default();
    journal.parts().for_each(|(_, report)| total += report.documents);
    total
}

/// Does the report say what the parts add up to?
fn wrong_report(root: &Path, journal: &Journal) -> Option<String> {
    if !journal.is_complete() {
        return None;
    }
    let read = std::fs::read(root.join("report.json")).ok()?;
    match serde_json::from_slice::<Report>(&read) {
        Ok(report) if report.documents == total(journal) && report.closes() => None,
        Ok(report) => {
            Some(format!("`report.json` counts {:?}, and the parts {:?}", report.documents, total(journal)))
        }
        Err(error) => Some(format!("`report.json` is no report: {error}")),
    }
}
