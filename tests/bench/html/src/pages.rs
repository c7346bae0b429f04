//! The pages that everything is measured on.

use std::io::{BufRead, BufReader};
use std::path::Path;

/// A page, and which collection it is from.
pub(crate) struct Page {
    pub(crate) name: String,
    pub(crate) html: Vec<u8>,
}

/// All pages in `pages/*.jsonl.gz`.
pub(crate) fn read(data: &Path) -> Vec<Page> {
    let folder = data.join("pages");
    let mut paths: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("no pages at {}: {error}", folder.display()))
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    paths.sort();
    paths
        .iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "gz"))
        .flat_map(|path| file(path))
        .collect()
}

fn file(path: &Path) -> Vec<Page> {
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let file = std::fs::File::open(path).expect("the file can be read");
    let lines = BufReader::new(flate2::read::MultiGzDecoder::new(file)).lines();
    let html = |line: String| {
        let record: serde_json::Value = serde_json::from_str(&line).expect("a record is JSON");
        record["html"].as_str().expect("a record has `html`").as_bytes().to_vec()
    };
    lines
        .enumerate()
        .map(|(number, line)| Page {
            name: format!("{name}:{}", number + 1),
            html: html(line.expect("the file is whole")),
        })
        .collect()
}
