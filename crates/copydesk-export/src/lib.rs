//! Stage `export`: how kept text, metadata and the trail of removals are written.
//!
//! An article ends its way here. The kept blocks are joined and become a row of a table, or a file of
//! text or Markdown; what was struck goes to the trail with stage, reason and evidence; records that
//! could not be read go to the quarantine; a card says what all of it is. This crate does not know why
//! anything was struck, and leaves atomic files to whoever is the [`Output`].

mod articles;
mod card;
mod columns;
mod csv;
mod dolma;
mod encoded;
mod escape;
mod features;
mod json;
mod jsonl;
mod known;
mod lines;
mod markdown;
mod options;
mod parquet;
mod part;
mod ruler;
mod table;
#[cfg(test)]
mod testing;
mod text;
mod trail;

use std::io;
use std::sync::Arc;

use copydesk_core::{
    Document, Encoder, Exporter, Mistake, Options, Output, Part, PartFile, PlanContext, Report, StageKind,
    Step,
};

pub use options::{Compression, ExportOptions, Format, Formulas, Headline, Markup, Metadata, Schema};

/// The entry in the list of stages.
pub const EXPORT: StageKind = StageKind {
    name: "export",
    summary: "writes the kept text, the trail of removals, and what was set aside",
    manual: include_str!("../manual.md"),
    reasons: &[],
    schema: || schemars::schema_for!(ExportOptions),
    build,
};

fn build(options: &Options<'_>, context: &PlanContext) -> Result<Step, Vec<Mistake>> {
    let settings: ExportOptions = options.read()?;
    let mut mistakes = options::mistakes(options, &settings);
    match encoded::encoder(options, &settings, context) {
        Ok(encoder) if mistakes.is_empty() => {
            Ok(Step::Export(Arc::new(Export { options: Arc::new(settings), encoder })))
        }
        outcome => {
            mistakes.extend(outcome.err());
            Err(mistakes)
        }
    }
}

struct Export {
    options: Arc<ExportOptions>,
    encoder: Option<Arc<dyn Encoder>>,
}

impl Exporter for Export {
    fn open<'o>(&self, output: &'o dyn Output, number: u64) -> io::Result<Box<dyn Part + 'o>> {
        let (options, encoder) = (Arc::clone(&self.options), self.encoder.clone());
        Ok(Box::new(part::Parts::new(output, number, options, encoder)))
    }

    fn encode(&self, document: &Document) -> Result<Vec<u8>, (&'static str, String)> {
        self.encoder.as_ref().map_or(Ok(Vec::new()), |encoder| encoder.encode(document))
    }

    fn finish(&self, output: &dyn Output, report: &Report) -> io::Result<Vec<PartFile>> {
        Ok(vec![card::write(output, report, &self.options)?])
    }
}

/// Turns articles into bytes one by one, as they stand in a file of a run: lines of JSON, or texts with a
/// line end.
#[derive(Default)]
pub struct Renderer {
    options: ExportOptions,
    desk: columns::Desk,
}

impl Renderer {
    /// For a format without a header or a footer: JSON Lines, text or Markdown.
    pub fn new(options: ExportOptions) -> Self {
        Renderer { options, desk: columns::Desk::default() }
    }

    /// Appends an article.
    pub fn render(&mut self, document: &Document, out: &mut Vec<u8>) {
        let options = &self.options;
        match options.format {
            Format::Plugin => out.extend_from_slice(&document.encoded),
            Format::Text | Format::Markdown => {
                out.extend_from_slice(text::article(document, options).as_bytes());
            }
            _ => {
                let row = self.desk.row(document, options);
                jsonl::write_row(columns::columns(options.schema), &row, options.metadata, out);
            }
        }
    }
}
