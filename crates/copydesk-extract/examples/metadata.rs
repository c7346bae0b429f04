//! Scores titles, dates and authors against pages whose own are known: `metadata FOLDER [--set wcxb] [--worst N] [--speed]`.
//!
//! The folder holds `*.jsonl.gz` with a page a line: `{id, url, title, author, date, lang, html}`. Sites fall into
//! two halves by a hash of their host, and those of half 1 into two quarters. The rules were made looking at half 0, those
//! of authors at quarter 1a as well; `--worst` shows no page of quarter 1b, but rules that cost it pages were
//! dropped.
//!
//! # What counts
//! Only pages whose gold has the field count. Case, punctuation, quotes and white space never do.
//! - **title**: `same` is the same words in the same order. `right` is that, or the one is a part of the other at its
//!   beginning or end (a subtitle, the name of the site, which golds cut or keep at will) and has at least three words or half
//!   of them, or at least 80 % of the words are in both, or both are the page's own titles (heading, `title`,
//!   `og:title`) in other words, 40 % of which they share: which of them an annotator copied follows no rule. `another` is
//!   wrong, but the gold is one of the page's own titles.
//! - **date**: `same` is the day of publication, as it is written, whatever the zone. Where a page only says when it was
//!   changed, that day stands for it. `right` is that, or the day of the last change: golds take either.
//! - **author**: both sides are sets of names, split at commas, semicolons, `&`, `/`, `|`, `and`, `with`; credentials and
//!   anything that is no name (`MD`, `Ph.D.`, `Editor`) aside. `same` are the same sets. `right` is that, or every name
//!   of each side has one on the other side that has all of its words, or whose words it has. `another` is wrong, but
//!   one name is right: too many or too few.
//!
//! `extra` counts pages for which there is an answer and no gold, which may be right.
#![allow(clippy::print_stdout, reason = "it is a program")]

use std::collections::BTreeSet;
use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::time::{Duration, Instant};

use copydesk_core::{Digits, fold};
use copydesk_extract::html::metadata::{Context, Metadata, read};
use copydesk_html::{Options, names, parse_str};
use flate2::read::MultiGzDecoder;
use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (mut folder, mut set, mut worst, mut is_timed) = (None, String::new(), 0, false);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--set" => set = arguments.next().ok_or("--set takes the beginning of a file's name")?,
            "--worst" => worst = arguments.next().ok_or("--worst takes a number")?.parse()?,
            "--speed" => is_timed = true,
            _ => folder = Some(argument),
        }
    }
    let folder = folder.ok_or("usage: metadata FOLDER [--set NAME] [--worst N] [--speed]")?;
    let mut files: Vec<_> =
        std::fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_, std::io::Error>>()?;
    files.retain(|path| is_wanted(path, &set));
    files.sort();
    for path in files {
        let pages = pages(&path)?;
        println!("{}: {} pages", path.file_name().unwrap_or_default().to_string_lossy(), pages.len());
        if is_timed { time(&pages) } else { score(&pages, worst) }
    }
    Ok(())
}

fn is_wanted(path: &Path, set: &str) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with(set) && name.ends_with(".jsonl.gz")
}

fn pages(path: &Path) -> Result<Vec<Value>, Box<dyn Error>> {
    let lines = BufReader::new(MultiGzDecoder::new(File::open(path)?)).lines();
    lines.map(|line| Ok(serde_json::from_str(&line?)?)).collect()
}

fn field<'p>(page: &'p Value, name: &str) -> &'p str {
    page[name].as_str().unwrap_or_default()
}

fn metadata(page: &Value) -> Metadata {
    let tree = parse_str(field(page, "html"), &Options::default());
    read(&tree, &Context { url: page["url"].as_str(), crawled: None })
}

/// Which quarter a page's site is in: two bits of the FNV-1a hash of its host. Two quarters of half 0 are one.
fn quarter(page: &Value) -> usize {
    let url = field(page, "url");
    let host = url.split("://").nth(1).unwrap_or_default().split(['/', '?', '#']).next().unwrap_or_default();
    let hash = host.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let half = (hash >> 32) as usize & 1;
    half + (half & (hash >> 33) as usize)
}

/// What is printed of the pages, and which quarters that is.
const PARTS: [(&str, &[usize]); 5] =
    [("half 0", &[0]), ("1a", &[1]), ("1b", &[2]), ("half 1", &[1, 2]), ("both", &[0, 1, 2])];
/// The quarter that nobody has looked at.
const UNSEEN: usize = 2;

/// How an answer stands to the gold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Same,
    Right,
    Wording,
    Another,
    Wrong,
    Missing,
}

#[derive(Default)]
struct Count {
    verdicts: [usize; 6],
    extra: usize,
    absent: usize,
}

impl Count {
    fn print(&self, part: &str, field: &str) {
        let [same, right, wording, another, wrong, missing] = self.verdicts;
        let all = self.verdicts.iter().sum::<usize>().max(1);
        let percent = |count: usize| 100.0 * count as f64 / all as f64;
        println!(
            "{part:6} {field:8} of {all:4}: right {:5.1} % (same {:5.1} %, other wording {wording})  wrong {wrong}, another {another}, missing {missing} (gold not on the page: {}), extra {}",
            percent(same + right + wording),
            percent(same),
            self.absent,
            self.extra
        );
    }
}

const FIELDS: [&str; 4] = ["title", "date", "author", "lang"];

fn score(pages: &[Value], worst: usize) {
    let mut counts: [[Count; 4]; PARTS.len()] = Default::default();
    let mut shown = [0; 4];
    for page in pages {
        let metadata = metadata(page);
        let quarter = quarter(page);
        let is_in = |(part, _): &(usize, &mut [Count; 4])| PARTS[*part].1.contains(&quarter);
        for (number, name) in FIELDS.into_iter().enumerate() {
            let gold = field(page, name);
            let ours = answer(&metadata, name);
            if gold.is_empty() {
                for (_, count) in counts.iter_mut().enumerate().filter(is_in) {
                    count[number].extra += usize::from(!ours.0.is_empty());
                }
                continue;
            }
            let verdict = verdict(name, gold, &ours, &metadata, page);
            let is_absent =
                matches!(verdict, Verdict::Wrong | Verdict::Missing) && !is_on_page(name, gold, page);
            for (_, count) in counts.iter_mut().enumerate().filter(is_in) {
                count[number].verdicts[verdict as usize] += 1;
                count[number].absent += usize::from(is_absent);
            }
            let is_wrong = !matches!(verdict, Verdict::Same | Verdict::Right | Verdict::Wording);
            if is_wrong && quarter != UNSEEN && shown[number] < worst {
                shown[number] += 1;
                let (value, source) = ours;
                println!(
                    "  {name} {}: {gold:?}, not {value:?} ({source}) {}",
                    field(page, "id"),
                    field(page, "url")
                );
            }
        }
    }
    for (counts, (part, _)) in counts.iter().zip(PARTS) {
        for (count, field) in counts.iter().zip(FIELDS) {
            if count.verdicts.iter().sum::<usize>() > 0 {
                count.print(part, field);
            }
        }
    }
}

/// Whether what the gold says stands anywhere on the page, scripts included: some pages of the set lost theirs
/// after they were annotated. A date counts if its year, month and day stand near each other in any usual order.
fn is_on_page(field_name: &str, gold: &str, page: &Value) -> bool {
    let html = field(page, "html");
    if field_name != "date" {
        let first = gold.split([',', ';', '/', '&']).next().unwrap_or(gold);
        return fold(html, Digits::Keep).contains(&fold(first, Digits::Keep));
    }
    let mut parts = gold.split('-').map(|part| part.parse::<usize>().unwrap_or(0));
    let (Some(year), Some(month), Some(day)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let name = MONTHS[(month + 11) % 12];
    let text = fold(html, Digits::Keep);
    let words: Vec<&str> = text.split(' ').collect();
    let is_number = |word: &str, number: usize| {
        word.trim_start_matches('0').trim_end_matches(char::is_alphabetic) == number.to_string()
    };
    let is_date = |window: &[&str]| {
        let has = |is_part: &dyn Fn(&str) -> bool| window.iter().any(|word| is_part(word));
        has(&|word| word.trim_end_matches(char::is_alphabetic).ends_with(&year.to_string()))
            && has(&|word| is_number(word, month) || word.starts_with(name))
            && has(&|word| is_number(word.split('t').next().unwrap_or(word), day))
    };
    words.windows(3).any(is_date) || text.contains(&gold.replace('-', ""))
}

/// Our answer as text, and its source.
fn answer(metadata: &Metadata, field: &str) -> (String, &'static str) {
    let text = |found: &Option<copydesk_extract::html::metadata::Found<String>>| {
        found.as_ref().map(|found| (found.value.clone(), found.source.name()))
    };
    match field {
        "title" => text(&metadata.title),
        "lang" => text(&metadata.language),
        "author" => metadata.authors.as_ref().map(|found| (found.value.join("; "), found.source.name())),
        _ => {
            let date = metadata.published.as_ref().or(metadata.modified.as_ref());
            date.map(|found| (found.value.to_string(), found.source.name()))
        }
    }
    .unwrap_or((String::new(), "nowhere"))
}

fn verdict(field: &str, gold: &str, ours: &(String, &str), metadata: &Metadata, page: &Value) -> Verdict {
    let ours = &ours.0;
    if ours.is_empty() {
        return Verdict::Missing;
    }
    match field {
        "title" => title(gold, ours, page),
        "author" => author(gold, ours),
        "lang" if gold.split('-').next() == ours.split('-').next() => Verdict::Same,
        "date" if ours.get(..10) == gold.get(..10) => Verdict::Same,
        "date" => {
            let changed = metadata.modified.as_ref().map(|found| found.value.to_string());
            let is_change = changed.as_deref().and_then(|changed| changed.get(..10)) == gold.get(..10);
            if is_change { Verdict::Right } else { Verdict::Wrong }
        }
        _ => Verdict::Wrong,
    }
}

fn title(gold: &str, ours: &str, page: &Value) -> Verdict {
    let (gold, ours) = (fold(gold, Digits::Keep), fold(ours, Digits::Keep));
    if gold == ours {
        return Verdict::Same;
    }
    if is_part(&gold, &ours) || is_part(&ours, &gold) || shared(&gold, &ours) >= 0.8 {
        return Verdict::Right;
    }
    let tree = parse_str(field(page, "html"), &Options::default());
    let titles = tree.root().descendants().filter_map(|node| match node.name()? {
        names::TITLE | names::H1 => Some(node.all_text()),
        names::META if node.attribute(names::PROPERTY) == Some("og:title") => {
            Some(node.attribute(names::CONTENT)?.to_owned())
        }
        _ => None,
    });
    let is_another = { titles }.any(|title| {
        let title = fold(&title, Digits::Keep);
        title == gold || is_part(&gold, &title)
    });
    match is_another {
        true if shared(&gold, &ours) >= 0.4 => Verdict::Wording,
        true => Verdict::Another,
        false => Verdict::Wrong,
    }
}

/// Whether the whole is the part with words in front or behind.
fn is_part(part: &str, whole: &str) -> bool {
    let count = |text: &str| text.split(' ').count();
    let is_at_end = whole.strip_prefix(part).is_some_and(|rest| rest.starts_with(' '))
        || whole.strip_suffix(part).is_some_and(|rest| rest.ends_with(' '));
    is_at_end && (count(part) >= 3 || 2 * count(part) >= count(whole))
}

/// The share of words that are in both.
fn shared(one: &str, other: &str) -> f64 {
    let (one, other): (BTreeSet<&str>, BTreeSet<&str>) =
        (one.split(' ').collect(), other.split(' ').collect());
    2.0 * one.intersection(&other).count() as f64 / (one.len() + other.len()) as f64
}

fn author(gold: &str, ours: &str) -> Verdict {
    let (gold, ours) = (people(gold), people(ours));
    if gold == ours {
        return Verdict::Same;
    }
    let is_like =
        |one: &BTreeSet<String>, other: &BTreeSet<String>| one.is_subset(other) || other.is_subset(one);
    let all_in = |some: &[BTreeSet<String>], others: &[BTreeSet<String>]| {
        some.iter().all(|one| others.iter().any(|other| is_like(one, other)))
    };
    let is_right = !gold.is_empty() && !ours.is_empty() && all_in(&gold, &ours) && all_in(&ours, &gold);
    match is_right {
        true => Verdict::Right,
        false if gold.iter().any(|one| ours.iter().any(|other| is_like(one, other))) => Verdict::Another,
        false => Verdict::Wrong,
    }
}

/// The names in a text, each as the set of its words.
fn people(text: &str) -> Vec<BTreeSet<String>> {
    let parts = text.split([',', ';', '/', '|']).filter(|part| !is_credential(part.trim()));
    let mut people: Vec<BTreeSet<String>> = parts
        .flat_map(|part| {
            let and = [" and ", " with ", " & ", " und ", " et "];
            and.iter()
                .fold(part.to_owned(), |part, word| part.replace(word, ","))
                .split(',')
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .map(|part| fold(&part, Digits::Keep).split(' ').map(str::to_owned).collect::<BTreeSet<_>>())
        .filter(|words| words.iter().any(|word| !word.is_empty()))
        .collect();
    people.sort();
    people.dedup();
    people
}

fn is_credential(part: &str) -> bool {
    let bare: String = part.chars().filter(|letter| letter.is_alphanumeric()).collect();
    let is_degree = ["PhD", "Jr", "Sr", "Esq", "EdD", "PsyD", "PharmD"].contains(&bare.as_str());
    let is_role = [
        "Editor",
        "Expert",
        "Writer",
        "Reviewer",
        "Contributor",
        "Author",
        "CEO",
        "Founder",
        "Dietitian",
        "Manager",
    ]
    .iter()
    .any(|role| part.ends_with(role));
    let is_office =
        part.split(' ').count() > 5 && ![" and ", " & ", " with "].iter().any(|word| part.contains(word));
    is_degree || is_role || is_office || bare.len() <= 5 && part.chars().all(|letter| !letter.is_lowercase())
}

/// The least time of three.
fn least(work: impl Fn()) -> Duration {
    let time = |_| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..3).map(time).min().unwrap_or_default()
}

/// Microseconds for a page: its parse, and what it says of itself, which ought to be little beside that.
fn time(pages: &[Value]) {
    let mut times = Vec::new();
    for page in pages {
        let html = field(page, "html");
        let context = Context { url: page["url"].as_str(), crawled: None };
        let parse = || parse_str(html, &Options::default());
        let tree = parse();
        let parsed = least(|| drop(std::hint::black_box(parse())));
        let ours = least(|| drop(std::hint::black_box(read(&tree, &context))));
        times.push((ours, parsed, html.len(), field(page, "id")));
    }
    let sum = |of: fn(&(Duration, Duration, usize, &str)) -> Duration| {
        times.iter().map(of).sum::<Duration>().as_secs_f64() * 1e6 / times.len().max(1) as f64
    };
    let (ours, parse) = (sum(|time| time.0), sum(|time| time.1));
    println!("metadata {ours:.0} us a page, parse {parse:.0} us");
    times.sort();
    for (ours, parse, bytes, id) in times.iter().rev().take(5) {
        println!("  {id}: metadata {} us, parse {} us, {bytes} bytes", ours.as_micros(), parse.as_micros());
    }
}
