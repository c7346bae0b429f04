//! What a run costs beside its floor, and what the journal and the checksums cost in it.
//!
//!     cargo bench --package copydesk --bench run -- DUMP.jsonl.zst
//!
//! The same dump goes through four jobs, several times in turn, so that a busy machine is busy for all
//! of them: decompressed only; decompressed and compressed again; read and written without any stage into
//! files that nobody syncs, sums or lists; and the same into an output folder as a run writes it. The
//! last two differ by what safety costs. Figures are MB of text per CPU second of the whole process.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench that cannot go on should stop")]

use std::fs::File;
use std::io::{self, Read, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use copydesk::desk::Desk;
use copydesk::output::Folder;
use copydesk_core::{Job, Output, OutputFile, OutputFiles, Progress, Scratch, ScratchFile, Seal};
use copydesk_store::{Blob, Compression, Encoder, Limits};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Work<'a> = &'a dyn Fn(&Path);

const ROUNDS: usize = 5;
const NO_STAGE: &str = "[[stage]]\nuse = \"export\"\n";

fn main() {
    let Some(dump) = std::env::args().skip(1).find(|argument| !argument.starts_with("--")) else {
        return println!("no dump named: cargo bench --package copydesk --bench run -- DUMP.jsonl.zst");
    };
    let dump = PathBuf::from(dump);
    let size = decompressed(&dump, &mut io::sink()) as f64 / 1e6;
    let jobs: [(&str, Work<'_>); 4] = [
        ("decompress", &|_| assert!(decompressed(&dump, &mut io::sink()) > 0)),
        ("decompress, compress", &|_| recompressed(&dump)),
        ("run, nothing synced, summed or listed", &|scratch| run(&dump, &Bare(scratch.join("bare")))),
        ("run", &|scratch| run(&dump, &Folder::open(&scratch.join("out"), false).unwrap())),
    ];
    // what the others of its rounds took longer was somebody else's
    let mut least = [f64::INFINITY; 4];
    for _ in 0..ROUNDS {
        for ((_, work), least) in jobs.iter().zip(&mut least) {
            let scratch = tempfile::tempdir().unwrap();
            let before = cpu_seconds();
            work(scratch.path());
            *least = least.min(cpu_seconds() - before);
        }
    }
    for ((name, _), seconds) in jobs.iter().zip(least) {
        println!("{name:40} {:8.1} MB of text per CPU second", size / seconds);
    }
    println!(
        "journal, checksums and syncs            {:8.1} % of a run",
        100.0 * (1.0 - least[2] / least[3])
    );
}

/// User and system time of the process, from its line in `/proc`.
fn cpu_seconds() -> f64 {
    let mut file = File::open("/proc/self/stat").unwrap();
    let mut line = String::new();
    file.read_to_string(&mut line).unwrap();
    let behind_name = line.rsplit_once(')').unwrap().1;
    // fields 14 and 15 of proc(5), in ticks of a hundredth
    behind_name.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<f64>().unwrap() / 100.0).sum()
}

fn decompressed(dump: &Path, out: &mut impl Write) -> u64 {
    let blob = Blob::file(dump, std::fs::metadata(dump).unwrap().len());
    io::copy(&mut copydesk_store::open(&blob, Limits::default()).unwrap(), out).unwrap()
}

fn recompressed(dump: &Path) {
    let mut encoder = Encoder::new(io::sink(), Compression::Zstd { level: 3 }).unwrap();
    decompressed(dump, &mut encoder);
    encoder.finish().unwrap();
}

fn run(dump: &Path, output: &dyn Output) {
    let desk = Desk::check(NO_STAGE, "the bench", PathBuf::new()).unwrap();
    let dumps = desk.inputs(&[dump.display().to_string()]).unwrap();
    let outcome = copydesk_core::run(&Job {
        plan: &desk.plan,
        input: &dumps,
        output,
        identity: &desk.identity(&dumps).unwrap(),
        threads: NonZeroUsize::MIN,
        progress: &Progress::default(),
        stop: &AtomicBool::new(false),
    });
    let tally = outcome.unwrap().report.documents;
    assert!(tally.exported > 0 && tally.exported == tally.read);
}

/// A folder that is written to and no more.
struct Bare(PathBuf);

impl Scratch for Bare {
    fn scratch(&self) -> io::Result<Box<dyn ScratchFile>> {
        unreachable!("the bench has no corpus stage")
    }
}

impl Output for Bare {
    fn create(&self, name: &str) -> io::Result<Box<dyn OutputFile>> {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap())?;
        Ok(Box::new(BareFile(File::create(path)?)))
    }

    fn create_folder(&self, _: &str) -> io::Result<Box<dyn OutputFiles>> {
        unreachable!("the bench writes JSON Lines")
    }

    fn journal(&self) -> io::Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn recover(&self, _: &[&str]) -> io::Result<()> {
        Ok(())
    }

    fn commit(&self, _: &[&str], _: &[String]) -> io::Result<()> {
        Ok(())
    }
}

struct BareFile(File);

impl Write for BareFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl OutputFile for BareFile {
    fn seal(self: Box<Self>) -> io::Result<Seal> {
        Ok(Seal::default())
    }
}
