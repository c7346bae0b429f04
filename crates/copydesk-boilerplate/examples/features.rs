//! Writes the features of labelled lines for the training script: `features LINES.jsonl OUT`.
//!
//! `OUT.names` has a name a line, `OUT.i16` a row of little-endian integers for each line of text.

use std::fs;
use std::io::{BufRead, BufReader, BufWriter, Write};

use copydesk_boilerplate::training::Parts;
use copydesk_core::{Block, BlockKind, Document};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [lines, out] = arguments.as_slice() else { return Err("usage: features LINES.jsonl OUT".into()) };
    fs::write(format!("{out}.names"), Parts::names().join("\n"))?;
    let mut matrix = BufWriter::new(fs::File::create(format!("{out}.i16"))?);
    let parts = Parts::default();
    for row in BufReader::new(fs::File::open(lines)?).lines() {
        let row: serde_json::Value = serde_json::from_str(&row?)?;
        let texts = row["lines"].as_array().into_iter().flatten().filter_map(|line| line["text"].as_str());
        let document = document(texts.map(str::trim).filter(|text| !text.is_empty()));
        for values in parts.rows(&document) {
            for value in values {
                matrix.write_all(&value.to_le_bytes())?;
            }
        }
    }
    matrix.flush()?;
    Ok(())
}

fn document<'t>(lines: impl Iterator<Item = &'t str>) -> Document {
    let mut text = String::new();
    let mut blocks = Vec::new();
    for line in lines {
        let start = text.len();
        text.push_str(line);
        blocks.push(Block::new(start..text.len(), BlockKind::Paragraph));
        text.push('\n');
    }
    Document { blocks, ..Document::from_text(text) }
}
