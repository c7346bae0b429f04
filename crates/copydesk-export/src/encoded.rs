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

#[cfg(test)]
mod tests {
    use super::*;
    use copydesk_core::{Config, Envelope};

    struct Named(&'static str, Envelope);

    impl Encoder for Named {
        fn name(&self) -> &str {
            self.0
        }

        fn envelope(&self) -> &Envelope {
            &self.1
        }

        fn encode(&self, _: &Document) -> Result<Vec<u8>, (&'static str, String)> {
            Ok(Vec::new())
        }
    }

    /// Who is meant by a name, or what is wrong with it.
    fn meant(name: &str, there: &[&'static str]) -> Result<String, String> {
        let text = format!("[[stage]]\nuse = \"export\"\nformat = \"plugin\"\nplugin = \"{name}\"\n");
        let (config, _) = Config::parse(&text);
        let options = &config.stages[0].options;
        let named = |name: &&'static str| Arc::new(Named(name, Envelope::default())) as Arc<dyn Encoder>;
        let context = PlanContext { encoders: there.iter().map(named).collect(), ..PlanContext::default() };
        let settings: ExportOptions = options.read().unwrap();
        let found = encoder(options, &settings, &context).map_err(|mistake| mistake.message)?;
        Ok(found.unwrap().name().to_owned())
    }

    #[test]
    fn a_plugin_of_one_encoder_needs_no_id() {
        let there = ["wire/tei", "wide", "two/a", "two/b"];
        assert_eq!(meant("wire", &there), Ok("wire/tei".into()));
        assert_eq!(meant("wide", &there), Ok("wide".into()));
        assert_eq!(meant("two/b", &there), Ok("two/b".into()));
        let names = "there are `wire/tei`, `wide`, `two/a`, `two/b`";
        let several = format!("`plugin` is `two`, which has several encoders; {names}");
        assert_eq!(meant("two", &there), Err(several));
        assert_eq!(meant("wir", &there), Err(format!("`plugin` is `wir`, which is no encoder; {names}")));
        let none = "none was found: `[plugins] dirs` names the folders";
        assert_eq!(meant("wire", &[]), Err(format!("`plugin` is `wire`, which is no encoder; {none}")));
    }
}
