//! `count`: reads files as a run would, and counts what is in them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use copydesk_core::{Input, Reading, RunError};
use copydesk_read::Dumps;
use indicatif::HumanCount;

use crate::args::CountArgs;
use crate::escape::Escaped;
use crate::{Finish, clean, print};

/// What an input holds.
#[derive(Default)]
struct Counts {
    documents: u64,
    text: u64,
    set_aside: BTreeMap<String, u64>,
    /// Why it can no longer be reached.
    lost: Option<io::Error>,
}

impl Counts {
    fn add(&mut self, reading: Reading) {
        match reading {
            Reading::Document(document) => {
                self.documents += 1;
                self.text += document.text.len() as u64;
            }
            Reading::Quarantined(record) => {
                *self.set_aside.entry(record.reason.into_owned()).or_default() += 1;
            }
            Reading::Lost(error) => self.lost = Some(error),
            Reading::Progress(_) => {}
        }
    }

    fn merge(&mut self, other: Counts) {
        self.documents += other.documents;
        self.text += other.text;
        self.lost = self.lost.take().or(other.lost);
        for (reason, count) in other.set_aside {
            *self.set_aside.entry(reason).or_default() += count;
        }
    }
}

pub(crate) fn count(args: &CountArgs) -> anyhow::Result<Finish> {
    let desk = clean::desk(args.config.as_deref())?;
    let dumps = desk.inputs(&args.input)?;
    let threads = args.threads.map_or_else(
        || std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get),
        usize::from,
    );
    let mut counts = count_all(&dumps, threads);
    if let Some(error) = counts.iter_mut().find_map(|counts| counts.lost.take()) {
        return Err(RunError::Input(error).into());
    }
    let is_clean = counts.iter().all(|counts| counts.set_aside.is_empty());
    print::text(&page(&dumps.names(), &counts))?;
    Ok(if is_clean { Finish::Clean } else { Finish::SetAside })
}

/// The counts of each input. Every thread takes the next unit until there is none.
fn count_all(dumps: &Dumps, threads: usize) -> Vec<Counts> {
    let next = AtomicUsize::new(0);
    let total = Mutex::new(dumps.names().iter().map(|_| Counts::default()).collect::<Vec<_>>());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(unit) = dumps.units().get(number) else { break };
                    let counts = count_unit(dumps, number);
                    total.lock().unwrap_or_else(PoisonError::into_inner)[unit.input].merge(counts);
                }
            });
        }
    });
    total.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn count_unit(dumps: &Dumps, number: usize) -> Counts {
    let mut counts = Counts::default();
    dumps.read(number, &mut |reading| {
        counts.add(reading);
        ControlFlow::Continue(())
    });
    counts
}

fn page(names: &[String], counts: &[Counts]) -> String {
    let mut page = String::new();
    for (name, counts) in names.iter().zip(counts) {
        let _ = writeln!(
            page,
            "{}\n  {:<33} {:>15}\n  {:<33} {:>15}",
            Escaped(name),
            "documents",
            HumanCount(counts.documents),
            "bytes of text",
            HumanCount(counts.text)
        );
        for (reason, count) in &counts.set_aside {
            let _ = writeln!(page, "  {:<33} {:>15}", format!("set aside: {reason}"), HumanCount(*count));
        }
    }
    page
}
