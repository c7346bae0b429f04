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
use copydesk_store::{Limits, Source, Written};
use indicatif::HumanCount;
use rayon::prelude::*;

use crate::escape::Escaped;
use crate::{Finish, print};

pub(crate) fn verify(path: &Path) -> anyhow::Result<Finish> {
    let not_there = || format!("`{}` is no output to verify", path.display());
    let written = Written::open(path).with_context(not_there)?;
    let lines = written.journal().with_context(not_there)?;
    let journal = Journal::replay(&lines.lines)?;
    anyhow::ensure!(journal.identity.is_some(), "{}: no run has begun in it", not_there());
    let mut findings = Vec::new();
    if lines.is_cut_short {
        findings.push("the journal ends in a line that was cut short".to_owned());
    }
    if !journal.is_complete() {
        let (done, units) = (HumanCount(journal.units_done()), HumanCount(journal.units));
        findings.push(format!(
            "the run is not complete: {done} of {units} parts are written; `copydesk run` with the same config goes on"
        ));
    }
    let names = written.names()?;
    let files: Vec<_> = journal.files().collect();
    findings.par_extend(files.par_iter().filter_map(|file| wrong_file(&written, file, &names)));
    findings.extend(strays(&names, &files));
    let parts = journal.parts().enumerate();
    findings.extend(parts.filter_map(|(unit, (files, report))| wrong_counts(unit, files, report)));
    findings.extend(wrong_report(&written, &journal));
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
fn wrong_file(written: &Written, file: &PartFile, names: &[String]) -> Option<String> {
    let name = &file.name;
    let inside = inside(name, names);
    let seal = match written.seal(name, inside) {
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
    match rows(written, file, inside) {
        Ok(rows) if rows == file.rows => None,
        Ok(rows) => Some(format!("`{name}` has {rows} rows, and the journal says {}", file.rows)),
        Err(error) => Some(format!("the rows of `{name}` cannot be counted: {error}")),
    }
}

/// The files of a folder, among names in byte order.
fn inside<'n>(folder: &str, names: &'n [String]) -> &'n [String] {
    let is_inside = |name: &String| name.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    let start = names.partition_point(|name| name.as_str() < folder);
    let start =
        start + names[start..].iter().take_while(|name| !is_inside(name) && name.starts_with(folder)).count();
    let count = names[start..].iter().take_while(|name| is_inside(name)).count();
    &names[start..start + count]
}

/// Counts the rows of a file again, where they can be told from its bytes: line ends in JSON Lines, files
/// in a folder. Of the others the checksum says that they are what was counted.
fn rows(written: &Written, file: &PartFile, inside: &[String]) -> std::io::Result<u64> {
    if !inside.is_empty() {
        return Ok(inside.len() as u64);
    }
    if !file.name.contains(".jsonl") {
        return Ok(file.rows);
    }
    let reader = written.read(&file.name)?;
    let mut source = Source::of_reader(Path::new(&file.name), reader, Limits { ratio: u64::MAX })?;
    let (mut rows, mut buffer) = (0, vec![0; 256 * 1024]);
    loop {
        match source.read(&mut buffer)? {
            0 => return Ok(rows),
            count => rows += memchr::memchr_iter(b'\n', &buffer[..count]).count() as u64,
        }
    }
}

/// Files that the journal does not list.
fn strays(names: &[String], files: &[&PartFile]) -> Vec<String> {
    let listed: BTreeSet<&str> = files.iter().map(|file| file.name.as_str()).collect();
    let is_listed = |name: &str| {
        let folder = name.rsplit_once('/').map(|(folder, _)| folder);
        listed.contains(name) || folder.is_some_and(|folder| listed.contains(folder))
    };
    let strays = names.iter().filter(|name| !is_listed(name));
    strays.map(|name| format!("`{name}` is there, and no run has listed it")).collect()
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
fn wrong_report(written: &Written, journal: &Journal) -> Option<String> {
    if !journal.is_complete() {
        return None;
    }
    // what cannot be read has been told
    let read = written.read("report.json").ok()?;
    match serde_json::from_reader::<_, Report>(read) {
        Ok(report) if report.documents == total(journal) && report.closes() => None,
        Ok(report) => {
            Some(format!("`report.json` counts {:?}, and the parts {:?}", report.documents, total(journal)))
        }
        Err(error) => Some(format!("`report.json` is no report: {error}")),
    }
}
