//! `plugin test`: fixtures, hostile documents, other orders, many threads, new starts, and trials of the
//! interface itself.
//!
//! The plugin runs where a run would have it, in processes of its own. Trials run in others, which may
//! die of them; what is tried there, the host says.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use copydesk_core::{Block, BlockKind, Document, Encoder, Extraction, Extractor, Guest, Source};
use copydesk_plugin_host::{Plugin, Plugins};
use serde_json::{Map, Value, json};

use super::trials;
use crate::{Finish, print};

/// New processes, each with a document.
const STARTS: usize = 50;
const THREADS: usize = 8;
/// A document of which an author should know that it takes a second for so many bytes.
const HUGE: usize = 10 << 20;

/// A document and its name.
type Case = (String, Document);

pub(super) fn test(file: &Path, fixtures: Option<&Path>, write: bool) -> anyhow::Result<Finish> {
    let open = || Plugins::of_file(file).map_err(|problem| anyhow::anyhow!("{problem}"));
    let plugins = open()?;
    let plugin = &plugins.list()[0];
    let folder = fixtures.map_or_else(|| beside(plugin), Path::to_owned);
    let fixtures = read(plugin, &folder)?;
    let mut cases = fixtures.clone();
    cases.extend(hostile(plugin));
    let (found, times) = timed(&plugins, &cases);

    let mut failures = compared(&folder, &fixtures, &found, write)?;
    failures.extend(broken(&found));
    let mut backwards = cases.clone();
    backwards.reverse();
    failures.extend(differing("in another order", &found, &all(&plugins, &backwards)));
    // what is huge has been read twice by now
    let handy: Vec<_> = cases.iter().filter(|(_, case)| case.text.len() < HUGE / 2).cloned().collect();
    failures.extend(differing("with 8 threads", &found, &at_once(&plugins, &handy)));
    for (name, case) in handy.iter().cycle().take(STARTS) {
        let alone = BTreeMap::from([(name.clone(), come_of(&open()?, case))]);
        failures.extend(differing("alone, in a new start", &found, &alone));
    }
    failures.dedup();
    let sound: Vec<_> =
        cases.iter().filter(|(name, _)| !is_broken(&found[name])).map(|(_, case)| case.clone()).collect();
    let (remarks, complaints) = trials::of(plugin, &sound);
    failures.extend(complaints);

    failures.iter().for_each(|failure| print::note(failure));
    let (good, bad) = (fixtures.len(), failures.len());
    print::text(&format!(
        "{} {}: {good} fixtures, {} hostile documents, {STARTS} starts, {THREADS} threads: {}\n{}{remarks}",
        plugin.manifest.name,
        plugin.manifest.version,
        cases.len() - good,
        if bad == 0 { "all is well".to_owned() } else { format!("{bad} complaints") },
        speed(&cases, &times),
    ))?;
    Ok(if bad == 0 { Finish::Clean } else { Finish::SetAside })
}

/// How long each document took, through the process that the plugin runs in.
fn timed(plugins: &Plugins, cases: &[Case]) -> (Found, Vec<Duration>) {
    let one = |(name, document): &Case| {
        let begun = Instant::now();
        let came = come_of(plugins, document);
        ((name.clone(), came), begun.elapsed())
    };
    cases.iter().map(one).unzip()
}

fn speed(cases: &[Case], times: &[Duration]) -> String {
    let size = |(_, document): &Case| document.text.len() as f64 / 1e6;
    let (bytes, all): (f64, Duration) = (cases.iter().map(size).sum(), times.iter().sum());
    let Some((slowest, time)) = cases.iter().zip(times).max_by_key(|(_, time)| **time) else {
        return String::new();
    };
    format!(
        "  {:<10} {:.1} MB/s; the slowest is {}: {:.1} ms for {:.2} MB\n",
        "speed",
        bytes / all.as_secs_f64(),
        slowest.0,
        time.as_secs_f64() * 1e3,
        size(slowest)
    )
}

/// Fixtures lie beside the plugin, or beside the folder that it was built into.
fn beside(plugin: &Plugin) -> PathBuf {
    let folder = plugin.library.parent().unwrap_or(Path::new(""));
    let here = folder.join("fixtures");
    if here.is_dir() { here } else { folder.join("../fixtures") }
}

fn read(plugin: &Plugin, folder: &Path) -> anyhow::Result<Vec<Case>> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(Vec::new()) };
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = paths.collect::<Result<Vec<_>, _>>()?;
    paths.retain(|path| path.is_file() && path.extension().is_none_or(|extension| extension != "json"));
    paths.sort();
    let case = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = String::from_utf8_lossy(&fs::read(path)?).into_owned();
        Ok((name.clone(), payload(plugin, name, text)))
    };
    paths.iter().map(case).collect()
}

fn payload(plugin: &Plugin, name: String, text: String) -> Document {
    let mime = plugin.manifest.provides[0].first_mime().unwrap_or("text/plain").to_owned();
    let source = Source { file: name.as_str().into(), length: text.len() as u64, ..Source::default() };
    Document { id: name, source, mime: mime.into(), ..Document::from_text(text) }
}

/// What breaks programs that read pages.
fn hostile(plugin: &Plugin) -> Vec<Case> {
    let deep = "<div>".repeat(100_000);
    let texts = [
        ("empty", String::new()),
        ("one byte", "<".to_owned()),
        ("zeros", "\0".repeat(4096)),
        ("deep", deep),
        ("one long line", "word ".repeat(200_000)),
        ("many lines", "a\n".repeat(200_000)),
        ("broken tags", "<p <p <a href='x\"> </ <!-- <![CDATA[ &#xffffffff; &amp".repeat(500)),
        ("byte order mark", "\u{feff}<p>text</p>".to_owned()),
        ("right to left", "\u{202e}שלום <b>عالم".repeat(100)),
        ("cut in a character", "é".repeat(65_535)),
        ("carriage returns", "a\r\rb\r\n\r\nc".repeat(1000)),
        ("one endless attribute", format!("<p title='{}", "x ".repeat(500_000))),
        ("entities of entities", "<!ENTITY a \"&b;&b;\"><!ENTITY b \"&a;&a;\">&a;".repeat(200)),
        ("nested brackets", "[{\"a\":".repeat(50_000)),
        ("ten megabytes", "<p>A sentence of a long document, again.</p>\n".repeat(HUGE / 44)),
    ];
    texts.map(|(name, text)| (name.to_owned(), payload(plugin, format!("hostile {name}"), text))).into()
}

/// What becomes of a document, for comparison.
fn come_of(plugins: &Plugins, document: &Document) -> Value {
    match plugins.extractors().first() {
        Some(extractor) => extracted(extractor.as_ref(), document),
        None => {
            let document = in_lines(document);
            let marked = plugins.guests().into_iter().map(|guest| marked(guest.as_ref(), document.clone()));
            let encoded = plugins.encoders().into_iter().map(|encoder| encoded(encoder.as_ref(), &document));
            Value::Object(marked.chain(encoded).collect())
        }
    }
}

/// A document whose lines are its blocks.
fn in_lines(document: &Document) -> Document {
    let mut document = document.clone();
    let start = document.text.as_ptr() as usize;
    let lines = document.text.lines().map(str::trim).filter(|line| !line.is_empty());
    let block = |line: &str| {
        let at = line.as_ptr() as usize - start;
        Block::new(at..at + line.len(), BlockKind::Paragraph)
    };
    document.blocks = lines.map(block).collect();
    document
}

/// What an encoder makes of a document. A format of bytes is shown as far as it is text.
fn encoded(encoder: &dyn Encoder, document: &Document) -> (String, Value) {
    let came = match encoder.encode(document) {
        Err((reason, detail)) => json!({ "reason": reason, "detail": detail }),
        Ok(bytes) => json!({ "encoded": String::from_utf8_lossy(&bytes) }),
    };
    (encoder.name().to_owned(), came)
}

/// What a filter or a transform does to a document.
fn marked(guest: &dyn Guest, mut document: Document) -> (String, Value) {
    let came = match guest.apply(&mut document) {
        Err((reason, detail)) => json!({ "reason": reason, "detail": detail }),
        Ok(()) => {
            document.blocks.retain(Block::is_kept);
            let dropped = document.dropped.take().map(|removal| removal.evidence.to_string());
            json!({ "dropped": dropped, "document": article(&document) })
        }
    };
    (guest.name().to_owned(), came)
}

fn extracted(extractor: &dyn Extractor, document: &Document) -> Value {
    let mut articles = Vec::new();
    match extractor.extract(document.clone(), &mut articles) {
        Extraction::Done => articles.iter().map(article).collect(),
        Extraction::NotMine(_) => json!({ "not-mine": true }),
        Extraction::Failed { reason, detail } => json!({ "reason": reason, "detail": detail }),
    }
}

fn article(document: &Document) -> Value {
    let mut shown = Map::new();
    let fields = [
        ("title", &document.title),
        ("url", &document.url),
        ("author", &document.author),
        ("date", &document.date),
        ("language", &document.language),
    ];
    for (name, value) in fields {
        shown.extend(value.clone().map(|value| (name.to_owned(), Value::from(value))));
    }
    if !document.metadata.is_empty() {
        let metadata = serde_json::from_str(&format!("{{{}}}", document.metadata)).unwrap_or_default();
        shown.insert("metadata".to_owned(), metadata);
    }
    let blocks = document.blocks.iter().map(|block| json!([block.kind.name(), document.slice(block)]));
    shown.insert("blocks".to_owned(), blocks.collect());
    Value::Object(shown)
}

type Found = BTreeMap<String, Value>;

fn all(plugins: &Plugins, cases: &[Case]) -> Found {
    cases.iter().map(|(name, document)| (name.clone(), come_of(plugins, document))).collect()
}

fn at_once(plugins: &Plugins, cases: &[Case]) -> Found {
    let mut found = Found::new();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(|| all(plugins, cases))).collect();
        for thread in threads {
            for (name, value) in thread.join().expect("a plugin's panic is no panic of ours") {
                // a thread that saw something else leaves it behind
                let first = found.entry(name).or_insert_with(|| value.clone());
                if *first != value {
                    *first = json!("differs between threads");
                }
            }
        }
    });
    found
}

fn is_broken(value: &Value) -> bool {
    let failed = |value: &Value| value["reason"] == "plugin-failed";
    failed(value) || value.as_object().is_some_and(|guests| guests.values().any(failed))
}

fn broken(found: &Found) -> Vec<String> {
    let broken = found.iter().filter(|(_, value)| is_broken(value));
    broken.map(|(name, value)| format!("breaks down at {name}: {value}")).collect()
}

fn differing(how: &str, found: &Found, other: &Found) -> Vec<String> {
    let differ = other.iter().filter(|(name, value)| found[*name] != **value);
    differ.map(|(name, _)| format!("{name} becomes something else {how}")).collect()
}

/// Compares fixtures with what stands beside them, or writes that.
fn compared(folder: &Path, fixtures: &[Case], found: &Found, write: bool) -> anyhow::Result<Vec<String>> {
    let mut failures = Vec::new();
    for (name, _) in fixtures {
        let file = folder.join(format!("{name}.json"));
        let (came, wanted) = (&found[name], fs::read_to_string(&file));
        match wanted.map(|text| serde_json::from_str::<Value>(&text)) {
            Ok(Ok(wanted)) if wanted == *came => {}
            Ok(Ok(wanted)) => failures.push(format!("{name} becomes\n{came:#}\nand should\n{wanted:#}")),
            Ok(Err(error)) => failures.push(format!("{} is no JSON: {error}", file.display())),
            Err(_) if write => fs::write(&file, format!("{came:#}\n"))?,
            Err(_) => failures.push(format!("{name} has no {} beside it: `--write`", file.display())),
        }
    }
    Ok(failures)
}
