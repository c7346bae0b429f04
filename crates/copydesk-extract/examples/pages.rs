//! What the training script needs of labelled pages: `pages names PAGES.jsonl OUT` writes the runs of each page with the
//! names above them and the words in them, `pages features PAGES.jsonl WEIGHTS OUT` their features.
//!
//! `pages context PAGES.jsonl SCORES OUT` writes the features of the second look, from what the first said;
//! `pages text PAGES.jsonl OUT.jsonl` the articles.
//!
//! `WEIGHTS` is a folder with `names.0`, `words.0` and so on; a page takes those whose number is in its field `fold`.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use copydesk_core::{Document, Extractor};
use copydesk_extract::Html;
use copydesk_extract::html::clues::Clues;
use copydesk_extract::html::context::{self, Context, contexts};
use copydesk_extract::html::features::{Features, NAMES, Reading};
use copydesk_extract::html::layout::{Page, lay_out};
use copydesk_extract::html::lines::weighed;
use copydesk_extract::html::types::Types;
use copydesk_extract::html::vocabulary::{Hashes, Tokens, Weighing, Weights};
use copydesk_html::{Options, parse_str};
use serde_json::{Value, json};

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["names", pages, out] => names(pages, out),
        ["features", pages, weights, out] => features(pages, weights, out),
        ["context", pages, scores, out] => context(pages, scores, out),
        ["text", pages, out] => text(pages, out),
        _ => Err("usage: pages names PAGES.jsonl OUT | pages features PAGES.jsonl WEIGHTS OUT | pages context PAGES.jsonl SCORES OUT | pages text PAGES.jsonl OUT.jsonl".into()),
    }
}

fn rows(path: &str) -> Result<impl Iterator<Item = Value>, Box<dyn std::error::Error>> {
    let lines = BufReader::with_capacity(1 << 20, File::open(path)?).lines();
    Ok(lines.map(|line| serde_json::from_str(&line.expect("a line")).expect("an object")))
}

/// Keeps the names of every element.
#[derive(Default)]
struct Collected {
    hashes: Hashes,
    elements: Vec<Vec<u32>>,
}

impl Tokens for Collected {
    fn root(&mut self) {
        self.elements.push(Vec::new());
    }
    fn begin(&mut self, tag: &str) {
        self.hashes.begin(tag);
    }
    fn words(&mut self, words: &str) {
        self.hashes.words(words);
    }
    fn property(&mut self, value: &str) {
        self.hashes.property(value);
    }
    fn end(&mut self) -> i16 {
        self.elements.push(self.hashes.list().to_vec());
        0
    }
}

fn names(pages: &str, out: &str) -> Outcome {
    let mut runs = BufWriter::new(File::create(format!("{out}.runs.jsonl"))?);
    let mut paths = BufWriter::new(File::create(format!("{out}.paths.u32"))?);
    let mut words = BufWriter::new(File::create(format!("{out}.words.u32"))?);
    let mut signs = BufWriter::new(File::create(format!("{out}.signs.u32"))?);
    let mut lengths = BufWriter::new(File::create(format!("{out}.lengths.u32"))?);
    let none = Weights::read(&[]);
    for row in rows(pages)? {
        let document = parse_str(row["html"].as_str().unwrap_or(""), &Options::default());
        let mut collected = Collected::default();
        let page = lay_out(&document, &mut collected);
        let texts: Vec<&str> = page.runs.iter().map(|run| &page.text[run.range()]).collect();
        writeln!(runs, "{}", json!({ "id": row["id"], "runs": texts }))?;
        let mut names: Vec<u32> = collected.elements.iter().flatten().copied().collect();
        names.sort_unstable();
        names.dedup();
        names.extend(Clues::of(&document, row["url"].as_str().filter(|url| url.starts_with("http"))).signs);
        write(&mut signs, &[names.len() as u32])?;
        write(&mut signs, &names)?;
        let reading = Reading::of(&page, &none);
        for (run, line) in page.runs.iter().zip(&reading.lines) {
            let path = path(&page, &collected, run.element);
            let mut list = Vec::new();
            weighed(line, &reading.words, |hash| list.push(hash));
            write(&mut lengths, &[path.len() as u32, list.len() as u32])?;
            write(&mut paths, &path)?;
            write(&mut words, &list)?;
        }
    }
    Ok(())
}

fn path(page: &Page, collected: &Collected, mut element: u32) -> Vec<u32> {
    let mut names = Vec::new();
    while element != 0 {
        names.extend(&collected.elements[element as usize]);
        element = page.elements[element as usize].parent;
    }
    names
}

fn write(out: &mut impl Write, values: &[u32]) -> std::io::Result<()> {
    values.iter().try_for_each(|value| out.write_all(&value.to_le_bytes()))
}

/// The articles, with the models that are built in, as `score_extraction.py` reads them.
fn text(pages: &str, out: &str) -> Outcome {
    let mut lines = BufWriter::new(File::create(out)?);
    for row in rows(pages)? {
        let html = row["html"].as_str().unwrap_or("").to_owned();
        let payload = Document { mime: "text/html".into(), ..Document::from_text(html) };
        let mut articles = Vec::new();
        Html { keeps_furniture: false, ..Html::default() }.extract(payload, &mut articles);
        let mut text = String::new();
        articles.iter().for_each(|article| article.write_kept("\n", &mut text));
        writeln!(lines, "{}", json!({ "id": row["id"], "text": text }))?;
    }
    Ok(())
}

/// `SCORES` holds what the first model says of each run, in hundredths of log-odds.
fn context(pages: &str, scores: &str, out: &str) -> Outcome {
    std::fs::write(format!("{out}.names"), context::NAMES.join("\n"))?;
    let mut matrix = BufWriter::new(File::create(format!("{out}.i16"))?);
    let scores = std::fs::read(scores)?;
    let mut scores = scores.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]]));
    let none = Weights::read(&[]);
    for row in rows(pages)? {
        let document = parse_str(row["html"].as_str().unwrap_or(""), &Options::default());
        let page = lay_out(&document, &mut Weighing::new(&none));
        let reading = Reading::of(&page, &none);
        let scores: Vec<i16> = scores.by_ref().take(page.runs.len()).collect();
        for value in contexts(&page, &reading, &scores).iter().flat_map(Context::values) {
            matrix.write_all(&value.to_le_bytes())?;
        }
    }
    Ok(())
}

fn features(pages: &str, weights: &str, out: &str) -> Outcome {
    std::fs::write(format!("{out}.names"), NAMES.join("\n"))?;
    let mut matrix = BufWriter::new(File::create(format!("{out}.i16"))?);
    let read = |kind: &str, fold: u64| -> Result<Weights, std::io::Error> {
        Ok(Weights::read(&std::fs::read(Path::new(weights).join(format!("{kind}.{fold}")))?))
    };
    let folds = (0..).take_while(|fold| Path::new(weights).join(format!("names.{fold}")).exists());
    let types = |fold: u64| {
        Ok::<_, std::io::Error>(Types::read(&std::fs::read(
            Path::new(weights).join(format!("types.{fold}")),
        )?))
    };
    let sets: Vec<(Weights, Weights, Types)> = folds
        .map(|fold| Ok((read("names", fold)?, read("words", fold)?, types(fold)?)))
        .collect::<Result<_, std::io::Error>>()?;
    for row in rows(pages)? {
        let (names, words, types) = &sets[row["fold"].as_u64().unwrap_or(0) as usize];
        let document = parse_str(row["html"].as_str().unwrap_or(""), &Options::default());
        let mut weighing = Weighing::new(names);
        let page = lay_out(&document, &mut weighing);
        let reading = Reading::of(&page, words);
        let clues = Clues::of(&document, row["url"].as_str().filter(|url| url.starts_with("http")));
        for value in reading
            .features(&page, &clues, types.scores(weighing.names(), &clues))
            .iter()
            .flat_map(Features::values)
        {
            matrix.write_all(&value.to_le_bytes())?;
        }
    }
    Ok(())
}
