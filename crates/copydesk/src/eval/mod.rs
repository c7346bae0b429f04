//! `eval`: how well a config does on documents of which somebody knows what should come out.
//!
//! Documents are read (`cases.rs`), taken through the stages of every config in memory (`candidate.rs`),
//! compared with what should have come out (`judge.rs`) and counted (`score.rs`, `sheet.rs`); `table.rs`
//! shows it. Nothing is written but the table. The figures are the same for any number of threads: work
//! is done in batches, and a batch is counted in the order of the input.

mod align;
mod bodies;
mod candidate;
mod case;
mod cases;
mod gold;
mod grams;
mod judge;
mod labelled;
mod ranking;
mod rows;
mod score;
mod sheet;
mod table;

use anyhow::Context;
use rayon::prelude::*;

use crate::args::EvalArgs;
use crate::{Finish, check, print};
use candidate::Candidate;
use cases::{Cases, Notes};
use judge::Outcome;
use sheet::Sheet;

/// So many of the worst documents are listed unless the user says otherwise,
const WORST: usize = 3;
/// and so many of the lines on which two configs differ.
const DIFFERENCES: usize = 20;

pub(crate) fn eval(args: &EvalArgs) -> anyhow::Result<Finish> {
    let threads = args.threads.map_or(0, usize::from);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.context("the worker threads cannot be started")?.install(|| eval_here(args))
}

fn eval_here(args: &EvalArgs) -> anyhow::Result<Finish> {
    let mut candidates = candidates(args)?;
    let mut finish = Finish::Clean;
    for candidate in &candidates {
        if check::warn_of_plugins(&candidate.desk) == Finish::SetAside {
            finish = Finish::SetAside;
        }
    }
    let cases = Cases::open(args, &candidates[0].desk)?;
    for candidate in &mut candidates {
        candidate.observe(&cases)?;
    }
    let mut sheet = sheet(args, &candidates);
    let notes = score(&cases, &candidates, args.exact, &mut sheet)?;
    notes.tell();
    candidates.iter().for_each(|candidate| check::pass_on_notes(&candidate.desk));
    anyhow::ensure!(sheet.columns[0].total.documents > 0, "there is no document to score");
    match args.json {
        true => print::text(&format!("{:#}\n", table::json(&sheet, &notes)))?,
        false => print::text(&table::page(&sheet, args.modes))?,
    };
    Ok(if notes.set_aside > 0 { Finish::SetAside } else { finish })
}

/// The configs to score: those that were named, or one in each of its modes, or the built-in stages.
fn candidates(args: &EvalArgs) -> anyhow::Result<Vec<Candidate>> {
    anyhow::ensure!(args.config.len() <= 2, "two configs can be compared, not {}", args.config.len());
    if args.modes {
        anyhow::ensure!(args.config.len() < 2, "`--modes` compares the modes of one config");
        return Candidate::open(args.config.first().map(AsRef::as_ref))?.modes();
    }
    match &args.config[..] {
        [] => Ok(vec![Candidate::open(None)?]),
        configs => configs.iter().map(|config| Candidate::open(Some(config))).collect(),
    }
}

fn sheet(args: &EvalArgs, candidates: &[Candidate]) -> Sheet {
    let names = candidates.iter().map(|candidate| candidate.name.clone());
    match candidates {
        [_] => Sheet::new(names, args.worst.unwrap_or(WORST), None),
        [_, _] => Sheet::new(names, 0, Some(args.worst.unwrap_or(DIFFERENCES))),
        _ => Sheet::new(names, args.worst.unwrap_or(0), None),
    }
}

/// Scores all documents.
fn score(cases: &Cases, candidates: &[Candidate], exact: bool, sheet: &mut Sheet) -> anyhow::Result<Notes> {
    let mut refused = Notes::default();
    let mut notes = cases.each_batch(&mut |batch| {
        let judge = |case| candidates.iter().map(|candidate| Outcome::of(case, candidate, exact)).collect();
        let outcomes: Vec<Vec<Outcome>> = batch.par_iter().map(judge).collect();
        for (case, outcomes) in batch.iter().zip(&outcomes) {
            sheet.add(case, outcomes);
            if let Some(record) = outcomes.iter().find_map(|outcome| outcome.set_aside.as_ref()) {
                refused.set_aside(format!("{}: {}: {}", case.payload.id, record.reason, record.detail));
            }
        }
        Ok(())
    })?;
    notes.merge(refused);
    Ok(notes)
}
