//! Where bytes come from and go to: local paths, object stores, compression, atomic commit.
//!
//! [`find`] turns what the user named into a list of files in a fixed order, [`open`] reads one of
//! them, or a range of it, without caring how it is compressed. On the way out an [`OutputFolder`] makes sure that
//! nobody's files are overwritten, that what has its final name is complete, and that a journal says
//! so; an [`Encoder`] compresses.
//!
//! The crate knows no document and no format: bytes go on to `copydesk-read`, and come back from
//! `copydesk-export`.

mod blob;
mod encode;
mod error;
mod find;
mod folder;
pub mod log;
mod look;
mod output;
mod packed;
mod remote;
mod scratch;
mod staged;
mod unpack;

pub use blob::Blob;
pub use encode::{Compression, Encoder};
pub use error::without_path;
pub use find::{FindError, Finding, Found, Problem, Skipped, find};
pub use folder::{FolderError, LocalFolder};
pub use look::{Written, WrittenJournal};
pub use output::{OutputFile, OutputFiles, OutputFolder};
pub use packed::{
    Begins, Damage, DamageKind, Limits, Packing, Place, Source, bytes_at, inner_name, open, open_range,
};
pub use remote::is_url;
#[cfg(feature = "remote")]
pub use remote::{RemoteFile, RemoteFiles, RemoteFolder};
pub use scratch::ScratchFile;
pub use staged::{Sealed, StagedFile, StagedFolder};
pub use unpack::{EntryPacking, unpack};
