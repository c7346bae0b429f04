//! `run`: carries a config out, shows how far it has come, and reports.

use std::fmt::Write as _;
use std::io::{ErrorKind, IsTerminal};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::Thread;
use std::time::{Duration, Instant};

use anyhow::Context;
use copydesk::Report;
use copydesk::desk::Desk;
use copydesk::output::Folder;
use copydesk_core::{Input, Job, Outcome, Progress, RunError};
use copydesk_read::Dumps;
use copydesk_store::{Blob, FolderError};
use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};

use crate::args::RunArgs;
use crate::escape::Escaped;
use crate::print::Advice;
use crate::print::{FAINT, STRONG};
use crate::{Finish, STOPPED, check, print};

pub(crate) fn run(args: &RunArgs) -> anyhow::Result<Finish> {
    let desk = Desk::open(&args.config)?;
    let dumps = desk.inputs(&args.input)?;
    let output = args.output.clone().or_else(|| desk.output.clone());
    let output = output.context("no output folder: say `--output DIR`, or set `dir` in `[output]`")?;
    let plugins = check::warn_of_plugins(&desk);
    anyhow::ensure!(desk.plan.exporter().is_some(), RunError::NoExport);
    refuse_input_in_output(&dumps, &output)?;
    let identity = desk.identity(&dumps)?;
    // before anything is written: what is cut short from here on is cut short cleanly
    let stop = stop_on_signal()?;
    let folder = Folder::open(&output, args.overwrite).map_err(|error| not_opened(error, &output))?;
    let threads = args
        .threads
        .and_then(|threads| NonZeroUsize::new(threads.into()))
        .or_else(|| std::thread::available_parallelism().ok())
        .unwrap_or(NonZeroUsize::MIN);

    let started = Instant::now();
    let progress = Progress::default();
    let job = Job {
        plan: &desk.plan,
        input: &dumps,
        output: &folder,
        identity: &identity,
        threads,
        progress: &progress,
        stop: &stop,
    };
    let outcome = watched(&dumps, &progress, args.quiet, || copydesk_core::run(&job));
    check::pass_on_notes(&desk);
    let Outcome { report, was_complete, resumed } = outcome.map_err(|error| with_advice(error, &output))?;
    let seconds = started.elapsed().as_secs_f64();

    if was_complete && !args.quiet {
        print::note(&format!("`{}` was complete already; `--overwrite` does it all again", output.display()));
    }
    if args.json {
        print::text(&with_speed(&report, seconds)?)?;
    } else if !args.quiet {
        if resumed > 0 {
            let parts = counted(resumed, "part");
            print::note(&format!("an earlier run had written {parts}; this one went on from there"));
        }
        print::text(&page(&report, &output, seconds, threads))?;
    }
    anyhow::ensure!(
        report.closes(),
        "the counts do not close: this is a bug in copydesk; see {}",
        output.join("report.json").display()
    );
    tell_of_nothing(&desk, &report);
    let all_read = report.documents.quarantined == 0;
    Ok(if all_read && plugins == Finish::Clean { Finish::Clean } else { Finish::SetAside })
}

/// A flag that Ctrl-C, or the system's wish that the program end, sets. The second time, the program
/// ends at once. A limit on the size of files is an error like any other.
fn stop_on_signal() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    #[cfg(unix)]
    {
        use signal_hook::consts::{SIGINT, SIGTERM, SIGXFSZ};
        use signal_hook::flag;
        for signal in [SIGINT, SIGTERM] {
            flag::register_conditional_shutdown(signal, STOPPED.into(), Arc::clone(&stop))?;
            flag::register(signal, Arc::clone(&stop))?;
        }
        flag::register(SIGXFSZ, Arc::default())?;
    }
    Ok(stop)
}

/// A folder that the system cannot write to is a run that did not finish; any other is refused, and so is
/// a store that does not let anybody in.
fn not_opened(error: FolderError, output: &Path) -> anyhow::Error {
    let is_local = !output.to_str().is_some_and(copydesk_store::is_url);
    match error {
        FolderError::Io(error) if is_local && error.kind() != ErrorKind::InvalidData => {
            with_advice(RunError::Output(error), output)
        }
        error => error.into(),
    }
}

/// What a person can do about a run that did not finish.
fn with_advice(error: RunError, output: &Path) -> anyhow::Error {
    let advice = match &error {
        RunError::Stopped { .. } => "the same command goes on from there",
        RunError::Output(_) | RunError::Input(_) | RunError::Scratch(_) => {
            "when that is mended, the same command goes on from where it was"
        }
        RunError::Changed { was_complete: true, .. } => {
            "name another folder, or say `--overwrite` to replace what is there"
        }
        RunError::Changed { .. } => {
            "undo the change to finish that run, name another folder, or say `--overwrite` to begin anew"
        }
        RunError::Journal(_) => "say `--overwrite` to begin anew, or name another folder",
        _ => return error.into(),
    };
    anyhow::Error::from(error).context(Advice(format!("`{}`: {advice}", output.display())))
}

/// What comes to nothing is said loudly: it is seldom what was wanted.
fn tell_of_nothing(desk: &Desk, report: &Report) {
    let documents = report.documents;
    if documents.read == 0 {
        return print::note("nothing was read: the input holds no record");
    }
    if documents.exported == 0 {
        print::note("nothing was exported: every document was dropped or set aside");
    }
    for (input, tally) in report.inputs.iter().filter(|(_, tally)| tally.read == 0) {
        debug_assert_eq!(tally.exported, 0);
        print::note(&format!("nothing was read from `{}`: it holds no record", Escaped(input)));
    }
    let works = |stage: &str| {
        stage == "extract"
            || stage == "export"
            || report.removals.iter().chain(&report.drops).any(|count| count.stage == stage)
    };
    let idle: Vec<_> = desk.plan.stage_names().filter(|stage| !works(stage)).collect();
    if documents.read >= MANY && !idle.is_empty() {
        print::note(&format!(
            "nothing was struck by {} in {}",
            idle.join(", "),
            counted(documents.read, "document")
        ));
    }
}

/// A stage that strikes nothing in so many documents is worth a word.
const MANY: u64 = 100;

/// Without a terminal, progress is a line in the log so often.
const LINE_OF_PROGRESS: Duration = Duration::from_secs(15);

/// Runs `work` with a progress bar beside it, or, where there is no terminal to show one on, with a
/// line now and then.
fn watched<T: Send>(
    dumps: &dyn Input,
    progress: &Progress,
    quiet: bool,
    work: impl FnOnce() -> T + Send,
) -> T {
    let total = dumps.units().iter().map(|unit| unit.bytes).sum();
    let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::new(total) };
    let style = "{bar:30} {bytes} of {total_bytes}, {bytes_per_sec}, {msg} documents, {eta} left";
    bar.set_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()));
    let done = AtomicBool::new(false);
    let speaks = !quiet && !std::io::stderr().is_terminal();
    std::thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut said = Instant::now();
            while !done.load(Ordering::Relaxed) {
                let bytes = progress.bytes.load(Ordering::Relaxed);
                let documents = HumanCount(progress.documents.load(Ordering::Relaxed)).to_string();
                if speaks && said.elapsed() >= LINE_OF_PROGRESS {
                    said = Instant::now();
                    print::note(&format!(
                        "{} of {}, {documents} documents",
                        HumanBytes(bytes),
                        HumanBytes(total)
                    ));
                }
                bar.set_position(bytes);
                bar.set_message(documents);
                std::thread::park_timeout(Duration::from_millis(100));
            }
            bar.finish_and_clear();
        });
        // also when the work panics: the scope waits for the thread above
        let _tell = OnDrop { done: &done, watcher: watcher.thread() };
        work()
    })
}

/// What a run writes over or reads while it grows must not be its input.
fn refuse_input_in_output(dumps: &Dumps, output: &Path) -> anyhow::Result<()> {
    let real = output.canonicalize().unwrap_or_else(|_| output.to_owned());
    let lies_inside = |blob: &&Blob| match blob.path() {
        Some(path) => path.canonicalize().is_ok_and(|path| path.starts_with(&real)),
        // by the parts of its URL
        None => Path::new(&blob.to_string()).starts_with(output),
    };
    match dumps.blobs().find(lies_inside) {
        Some(blob) => anyhow::bail!("the input `{blob}` lies in the output folder; name another one"),
        None => Ok(()),
    }
}

struct OnDrop<'a> {
    done: &'a AtomicBool,
    watcher: &'a Thread,
}

impl Drop for OnDrop<'_> {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Relaxed);
        self.watcher.unpark();
    }
}

/// The report as JSON with what does change: how long it took.
fn with_speed(report: &Report, seconds: f64) -> anyhow::Result<String> {
    let mut value = serde_json::to_value(report)?;
    value["seconds"] = seconds.into();
    value["megabytes_per_second"] = (report.bytes_read as f64 / 1e6 / seconds).into();
    Ok(format!("{value:#}\n"))
}

fn page(report: &Report, output: &Path, seconds: f64, threads: NonZeroUsize) -> String {
    let mut page = String::new();
    let tally = report.documents;
    let speed = report.bytes_read as f64 / 1e6 / seconds;
    let _ = writeln!(
        page,
        "{STRONG}{}{STRONG:#} from {} in {seconds:.2} s on {}, {speed:.1} MB/s",
        counted(tally.read, "document"),
        HumanBytes(report.bytes_read),
        counted(threads.get() as u64, "thread"),
    );
    let fates = [
        ("exported", tally.exported),
        ("dropped", tally.dropped),
        ("duplicate", tally.duplicate),
        ("set aside", tally.quarantined),
    ];
    let fates: Vec<_> = fates.iter().map(|(fate, count)| format!("{} {fate}", HumanCount(*count))).collect();
    let _ = writeln!(page, "  {}", fates.join(" + "));
    let share = 100.0 * report.blocks_removed as f64 / report.blocks.max(1) as f64;
    let _ = writeln!(
        page,
        "{STRONG}{}{STRONG:#}, {} struck ({share:.1} %)",
        counted(report.blocks, "block"),
        HumanCount(report.blocks_removed)
    );
    for count in report.removals.iter().chain(&report.drops) {
        let _ = writeln!(page, "  {:<12} {:<20} {:>10}", count.stage, count.reason, HumanCount(count.count));
    }
    write_findings(&mut page, report);
    write_quarantine(&mut page, report);
    write_whereabouts(&mut page, report, output);
    page
}

/// `1 document`, `2,000 documents`.
pub(crate) fn counted(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", HumanCount(count))
}

fn write_findings(page: &mut String, report: &Report) {
    for findings in &report.findings {
        let _ = writeln!(page, "{STRONG}found by {}{STRONG:#}", findings.stage);
        for line in &findings.lines {
            let _ = writeln!(page, "  {}", Escaped(line));
        }
    }
}

fn write_quarantine(page: &mut String, report: &Report) {
    const SHOWN: usize = 5;
    if report.quarantine.is_empty() {
        return;
    }
    let _ = writeln!(page, "{STRONG}set aside{STRONG:#}");
    for count in &report.quarantine {
        let _ = writeln!(page, "  {:<33} {:>10}", count.reason, HumanCount(count.count));
    }
    for record in report.examples.iter().take(SHOWN) {
        let place = record.source.to_string();
        let place = Escaped(&place);
        let _ = writeln!(page, "  {FAINT}{place}: {}: {}{FAINT:#}", record.reason, Escaped(&record.detail));
    }
}

fn write_whereabouts(page: &mut String, report: &Report, output: &Path) {
    let below = |folder: &str| output.join(folder).display().to_string();
    let mut whereabouts: Vec<(String, &str)> = Vec::new();
    if report.documents.exported > 0 {
        whereabouts.push((below("data"), "the clean articles"));
    }
    if report.blocks_removed > 0 || !report.drops.is_empty() {
        whereabouts.push((below("removed"), "what was struck, by whom and why"));
    }
    if report.documents.quarantined > 0 {
        whereabouts.push((below("quarantine"), "what was set aside"));
    }
    whereabouts.push((below("report.json"), "these counts"));
    let width = whereabouts.iter().map(|(path, _)| path.len()).max().unwrap_or(0);
    let _ = writeln!(page, "{STRONG}output{STRONG:#}");
    for (path, what) in whereabouts {
        let _ = writeln!(page, "  {path:<width$}  {what}");
    }
    let _ = writeln!(
        page,
        "{STRONG}next{STRONG:#}\n  copydesk explain FILE    an article with what goes struck out, and why\n  copydesk stages NAME     what a stage does, and its options"
    );
}
