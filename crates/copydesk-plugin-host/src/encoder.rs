//! A plugin's encoder, as the pipeline sees it.
//!
//! It is shown what is kept of a document, as a filter is, and says the bytes that the document is in a file. Which
//! file that is, and what stands there round the documents, is the exporter's business.

use copydesk_core::{Document, Encoder, Envelope, Extractor};
use copydesk_plugin_abi::{CD_DROP, CD_ERROR, CD_NOT_MINE};

use crate::extractor::PluginExtractor;
use crate::guest::{Refusal, Shown};

impl Encoder for PluginExtractor {
    fn name(&self) -> &str {
        Extractor::name(self)
    }

    fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    fn encode(&self, document: &Document) -> Result<Vec<u8>, Refusal> {
        let refused =
            |reason, detail: String| Err((reason, format!("plugin `{}`: {detail}", Encoder::name(self))));
        let (_, collected) = self.run(Shown::of(document).payload);
        let collected = match collected {
            Ok(collected) => collected,
            Err(detail) => {
                // nobody else writes this format: with `fallback`, too, the document is set aside
                self.goes_on(&document.id, "is set aside", &detail);
                return refused("plugin-failed", detail);
            }
        };
        if let Some(fault) = collected.fault_of(self.kind) {
            return refused("plugin-error", fault);
        }
        match collected.outcome {
            CD_NOT_MINE => refused("plugin-error", "it does not take the document".to_owned()),
            CD_DROP => refused("plugin-dropped", collected.reason),
            CD_ERROR => refused("plugin-error", collected.reason),
            _ => Ok(collected.bytes),
        }
    }
}
