//! A file in a format that a plugin makes: what it says of each article, and round all of them.

use std::io;
use std::sync::Arc;

use copydesk_core::{Document, Encoder, Mistake, Options, Output, PartFile, PlanContext};

use crate::lines::Lines;
use crate::{ExportOptions, Format};

/// A file that encoded articles are added to.
pub(crate) struct Encoded {
    lines: Lines,
    footer: String,
}

impl Encoded {
    /// `name` is without what the format and the compression add to it.
    pub(crate) fn create(
        output: &dyn Output,
        name: &str,
        encoder: &dyn Encoder,
        options: &ExportOptions,
    ) -> io::Result<Self> {
        let envelope = encoder.envelope();
        let mut lines = Lines::create(output, name, &envelope.extension, options)?;
        lines.write_round(|out| out.extend_from_slice(envelope.header.as_bytes()))?;
        Ok(Encoded { lines, footer: envelope.footer.clone() })
    }

    pub(crate) fn add(&mut self, document: &Document) -> io::Result<()> {
        self.lines.write(|out| out.extend_from_slice(&document.encoded))
    }

    pub(crate) fn seal(mut self) -> io::Result<PartFile> {
        self.lines.write_round(|out| out.extend_from_slice(self.footer.as_bytes()))?;
        self.lines.seal()
    }
}

/// The encoder that the options name, if they name one.
pub(crate) fn encoder(
    options: &Options<'_>,
    settings: &ExportOptions,
    context: &PlanContext,
) -> Result<Option<Arc<dyn Encoder>>, Mistake> {
    let name = &settings.plugin;
    match (settings.format == Format::Plugin, name.is_empty()) {
        (false, true) => return Ok(None),
        (false, false) => return Err(options.wrong("plugin", "is for `format = \"plugin\"`")),
        (true, true) => {
            return Err(
                options.wrong("format", "is `plugin`: name the plugin that writes, `plugin = \"NAME\"`")
            );
        }
        (true, false) => {}
    }
    let there = &context.encoders;
    let meant: Vec<_> = there.iter().filter(|encoder| is_meant(encoder.name(), name)).collect();
    match meant[..] {
        [encoder] => Ok(Some(Arc::clone(encoder))),
        [] => Err(options.wrong("plugin", format!("is `{name}`, which is no encoder; {}", hint(there)))),
        _ => {
            Err(options.wrong("plugin", format!("is `{name}`, which has several encoders; {}", hint(there))))
        }
    }
}

/// `wire` is `wire/tei`, if it has no other.
fn is_meant(encoder: &str, name: &str) -> bool {
    encoder == name || encoder.strip_prefix(name).is_some_and(|rest| rest.starts_with('/'))
}

fn hint(there: &[Arc<dyn Encoder>]) -> String {
    if there.is_empty() {
        return "none was found: `[plugins] dirs` names the folders".to_owned();
    }
    let names: Vec<_> = there.iter().map(|encoder| format!("`{}`", encoder.name())).collect();
    format!("there are {}", names.join(", "))
}
