//! Writes the seeds of every target: `seeds DIR` fills `DIR/TARGET/` from the crate `hostile`.
//!
//! Only small ones: a search changes a byte at a time, and a large seed leaves it no time.

use std::path::Path;
use std::{fs, io};

use copydesk_core::{Identity, PartFile, Report};
use copydesk_fuzz::{TARGETS, written};
use hostile::warc::Record;
use hostile::{Case, Size};
// instrumented like the targets, so it needs what the instruments report to
use libfuzzer_sys as _;
use serde_json::json;

/// The largest seed.
const MOST: usize = 16 * 1024;

fn main() -> io::Result<()> {
    let folder = std::env::args().nth(1).ok_or_else(|| io::Error::other("usage: seeds DIR"))?;
    TARGETS.iter().try_for_each(|(target, _)| {
        let below = Path::new(&folder).join(target);
        fs::create_dir_all(&below)?;
        seeds(target).into_iter().try_for_each(|(name, bytes)| fs::write(below.join(name), bytes))
    })
}

type Seeds = Vec<(String, Vec<u8>)>;

fn seeds(target: &str) -> Seeds {
    match target {
        "jsonl" => small(&hostile::jsonl::cases(Size::Small), &[]),
        "gzip" => [small(&hostile::jsonl::damaged_members(), &[0]), vec![members()]].concat(),
        "charset" => [0, 16]
            .iter()
            .flat_map(|&control| small(&hostile::text::cases(Size::Small), &[control]))
            .collect(),
        "text" => small(&hostile::text::cases(Size::Small), &[]),
        "html" => small(&hostile::html::cases(Size::Small), &[]),
        "tree" => small(&hostile::html::cases(Size::Small), &[0]),
        "warc" => warcs(),
        "config" => configs(),
        "journal" => journals(),
        _ => manifests(),
    }
}

/// Lines that the target makes members of.
fn members() -> (String, Vec<u8>) {
    let lines: Vec<Vec<u8>> = (0..3).map(|number| hostile::news::json_line(number).into_bytes()).collect();
    ("members".to_owned(), [&[3], lines.join(&0xff).as_slice()].concat())
}

/// A record or two, each as a file, at a cut, and between good records in each packing.
fn warcs() -> Seeds {
    let response = Record::response(3);
    let pieces = [
        ("good", response.bytes()),
        ("long", response.clone().with_length_off_by(40).bytes()),
        ("short", response.clone().with_length_off_by(-40).bytes()),
        ("conversion", Record::new("conversion", 4, "text/plain", b"The bridge is open.".to_vec()).bytes()),
        (
            "two",
            [response.bytes(), b"junk\r\n".to_vec(), Record { line_break: "\n", ..response }.bytes()]
                .concat(),
        ),
    ];
    let controlled = |(name, bytes): &(&str, Vec<u8>)| {
        [0, 1, 3, 4, 5]
            .map(|control: u8| (format!("{name}{control}"), [&[control], bytes.as_slice()].concat()))
    };
    pieces.iter().flat_map(controlled).collect()
}

fn journals() -> Seeds {
    let (identity, report) = (json!(Identity::default()), json!(Report::default()));
    let file = json!(PartFile::default());
    let lines = [
        json!({ "entry": "run", "identity": identity, "units": 1 }),
        json!({ "entry": "unit", "unit": 0, "files": [file], "report": report }),
        json!({ "entry": "end", "files": [file] }),
    ]
    .map(|line| line.to_string());
    let whole = [&[0], written(lines.iter().map(String::as_str)).as_slice()].concat();
    let lines = [b"\x20\x00\x50", lines.join("\n").as_bytes()].concat();
    vec![("whole".to_owned(), whole), ("lines".to_owned(), lines)]
}

/// The first file of each case that is small enough, behind what tells a target how to read it.
fn small(cases: &[Case], control: &[u8]) -> Seeds {
    let is_small = |case: &&Case| case.files[0].bytes.len() <= MOST;
    let seed = |case: &Case| (format!("{}{control:?}", case.name), [control, &case.files[0].bytes].concat());
    cases.iter().filter(is_small).map(seed).collect()
}

fn configs() -> Seeds {
    let mut seeds: Seeds = copydesk::STAGES
        .iter()
        .map(|kind| (kind.name.to_owned(), format!("[[stage]]\nuse = \"{}\"\n", kind.name).into_bytes()))
        .collect();
    seeds.push(("reference".to_owned(), copydesk::reference::reference().into_bytes()));
    seeds.push(("default".to_owned(), copydesk::DEFAULT_CONFIG.into()));
    seeds
}

fn manifests() -> Seeds {
    let text = "[plugin]\nname = \"newswire\"\nversion = \"1.0.0\"\nabi = \"1\"\nlicense = \"MIT\"\ndescription = \"d\"\n\
        [[provides]]\nid = \"nitf\"\nkind = \"extractor\"\npriority = 7\n\
        claims = { mime = [\"application/xml\"], extension = [\"nitf\"], url = [\"https://*/nitf/**\"] }\n\
        [options.limit]\ntype = \"int\"\ndefault = 3\nmin = 1\nmax = 9\nhelp = \"h\"\n[library]\nstem = \"newswire\"\n";
    vec![("newswire".to_owned(), text.as_bytes().to_vec())]
}
