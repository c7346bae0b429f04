//! Parts of pages, which are read as if they stood in an element.

use super::{Builder, Mode};
use crate::arena::NONE;
use crate::name::{self, Name, Namespace, names as n};
use crate::tokenizer::RawText;

/// Stands for a form outside of the fragment.
const OUTER_FORM: u32 = NONE - 1;

/// The element that a fragment stands in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context {
    pub(crate) name: Name,
}

impl Context {
    /// The element of a name; `svg ` or `math ` in front of it says its namespace.
    pub(crate) fn new(element: &str) -> Context {
        let (namespace, local) = match element.split_once(' ') {
            Some(("svg", local)) => (Namespace::Svg, local),
            Some(("math", local)) => (Namespace::MathMl, local),
            _ => (Namespace::Html, element),
        };
        let name = name::find(local.as_bytes()).unwrap_or(Name::NOTHING);
        Context { name: name.within(namespace) }
    }
}

impl Builder<'_> {
    /// Prepares for a fragment in an element.
    pub(crate) fn begin_in(&mut self, context: Context) {
        self.stack.push(0, n::HTML, 0);
        self.context = Some(context);
        if context.name == n::TEMPLATE {
            self.template_modes.push(Mode::InTemplate);
        }
        if context.name == n::FORM {
            self.form = OUTER_FORM;
        }
        self.reset_mode();
        let run = match context.name {
            n::TITLE | n::TEXTAREA => self.tokenizer.raw_text(RawText::References, ""),
            n::STYLE | n::XMP | n::IFRAME | n::NOEMBED | n::NOFRAMES | n::SCRIPT => {
                self.tokenizer.raw_text(RawText::Plain, "")
            }
            n::NOSCRIPT if self.scripting => self.tokenizer.raw_text(RawText::Plain, ""),
            n::PLAINTEXT => self.tokenizer.plaintext(),
            _ => return,
        };
        self.insert_text(run);
    }
}
