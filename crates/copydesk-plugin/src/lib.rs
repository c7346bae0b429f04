//! Write a plugin for copydesk: one trait, one macro.
//!
//! An extractor turns a payload (a record of a dump, or a whole file) into the articles that it
//! holds. The author's crate is a `cdylib` that implements [`Extractor`] and calls [`export!`];
//! copydesk finds the library in a folder, next to the manifest that says which payloads it claims
//! and which options it takes.
//!
//! A whole plugin, for notes that begin with a line `From: ` and have a blank line between
//! paragraphs:
//!
//! ```
//! use copydesk_plugin::{Doc, Extractor, Host, Out, Outcome};
//! use serde::Deserialize;
//!
//! // as in [options.*] of the manifest, which is checked before the plugin is loaded
//! #[derive(Deserialize)]
//! #[serde(default, rename_all = "kebab-case")]
//! struct Options {
//!     keep_sender: bool,
//! }
//!
//! impl Default for Options {
//!     fn default() -> Self {
//!         Options { keep_sender: true }
//!     }
//! }
//!
//! struct Notes {
//!     options: Options,
//! }
//!
//! impl Extractor for Notes {
//!     type Options = Options;
//!
//!     fn new(options: Options, _: &Host<'_>) -> Result<Self, String> {
//!         Ok(Notes { options })
//!     }
//!
//!     fn extract(&mut self, doc: &Doc<'_>, out: &mut Out<'_>) -> Outcome {
//!         let Some((sender, text)) = doc.body.strip_prefix("From: ").and_then(|rest| rest.split_once('\n')) else {
//!             return Outcome::NotMine;
//!         };
//!         if self.options.keep_sender {
//!             out.field("author", sender);
//!         }
//!         for paragraph in text.split("\n\n") {
//!             out.paragraph(paragraph);
//!         }
//!         Outcome::Done
//!     }
//! }
//!
//! // in a crate of its own: manifest: include_str!("../notes.copydesk.toml")
//! copydesk_plugin::export! {
//!     manifest: r#"
//!         [plugin]
//!         name = "notes"
//!         version = "1.0.0"
//!         abi = "1"
//!
//!         [[provides]]
//!         id = "notes"
//!         kind = "extractor"
//!         claims = { extension = ["note"] }
//!
//!         [options.keep-sender]
//!         type = "bool"
//!         default = true
//!     "#,
//!     extractor: Notes,
//! }
//!
//! // and its test, which needs no copydesk
//! use copydesk_plugin::testing;
//!
//! let note = Doc::new("From: Ada\nThe ferry is late.\n\nIt will sail at nine.");
//! let articles = testing::run::<Notes>("{}", &note);
//! assert_eq!(articles[0].texts(), ["The ferry is late.", "It will sail at nine."]);
//! assert_eq!(articles[0].fields["author"], "Ada");
//! ```
//!
//! A [`Filter`] says which documents go, and a [`Transform`] strikes or replaces parts of them; they see what
//! the stages before them have left, and are exported as `filter: TYPE` and `transform: TYPE`. An [`Encoder`] says
//! which bytes a document is in a file: `encoder: TYPE`.
//!
//! A plugin runs inside copydesk, with the rights of whoever runs it. A panic costs the document
//! that caused it; a stack overflow or an abort costs the run. An extractor gets hostile input: it
//! bounds its recursion, or does without.

#[doc(hidden)]
pub mod boundary;
mod encoder;
mod extractor;
mod guest;
mod out;
pub mod testing;

pub use copydesk_plugin_abi as abi;

pub use encoder::Encoder;
pub use extractor::{Doc, Extractor, Host, Level, Outcome};
pub use guest::{Edits, Filter, Scores, Transform, Verdict};
pub use out::{Out, Role};

/// Exports what a `cdylib` provides: once in a crate.
///
/// `manifest` is the text of the manifest, usually `include_str!("../NAME.copydesk.toml")`, so that
/// the library and the file beside it are the same. Behind it stands what the plugin provides, each as
/// `extractor: TYPE`, `filter: TYPE`, `transform: TYPE` or `encoder: TYPE`, in the order of the manifest's `[[provides]]`.
///
/// What the macro expands to holds the only unsafe code that a plugin needs; a crate that says
/// `#![forbid(unsafe_code)]` may use it.
#[macro_export]
macro_rules! export {
    (manifest: $manifest:expr, $($kind:ident: $provided:ty),+ $(,)?) => {
        const _: () = {
            static MAKERS: &[$crate::boundary::Maker] = &[$($crate::boundary::$kind::make::<$provided>),+];
            static PROVIDES: $crate::boundary::Provides<{ MAKERS.len() }> =
                $crate::boundary::Provides::of([$($crate::boundary::$kind::KIND),+]);
            static PLUGIN: $crate::boundary::Table = $crate::boundary::Table::new($manifest, &PROVIDES, create);

            unsafe extern "C" fn create(
                provide: u32,
                host: *const $crate::abi::cd_host,
                instance: *mut *mut ::core::ffi::c_void,
            ) -> i32 {
                // SAFETY: the host calls this with what the header promises, which is what is asked for
                unsafe { $crate::boundary::create(MAKERS, provide, host, instance) }
            }

            #[unsafe(no_mangle)]
            extern "C" fn copydesk_plugin_v1(
                _: *const $crate::abi::cd_host_info,
            ) -> *const $crate::abi::cd_plugin {
                PLUGIN.as_ptr()
            }
        };
    };
}
