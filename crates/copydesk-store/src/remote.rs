//! Object stores, and files on web servers.
//!
//! What lies behind `s3://`, `gs://` and `az://` is read and written, what lies behind `https://` and
//! `http://` is read. The endpoint and the credentials come from the environment, and from nowhere else:
//! a URL that carries some is refused, and no error repeats what a server answered. What is in the
//! objects is not known here.
//!
//! [`url`] says which URLs there are, [`store`] talks to a store, [`list`] finds objects in it,
//! [`object`] reads one, and [`folder`] is an output in a store, with its [`journal`].

mod url;

#[cfg(feature = "remote")]
mod folder;
#[cfg(feature = "remote")]
mod journal;
#[cfg(feature = "remote")]
mod list;
#[cfg(feature = "remote")]
mod object;
#[cfg(feature = "remote")]
mod store;
#[cfg(feature = "remote")]
mod trouble;

#[cfg(feature = "remote")]
pub use folder::{RemoteFile, RemoteFiles, RemoteFolder};
#[cfg(feature = "remote")]
pub(crate) use list::Stores;
#[cfg(feature = "remote")]
pub(crate) use object::Object;
pub use url::is_url;

/// What this build says of URLs.
#[cfg(not(feature = "remote"))]
pub(crate) const ABSENT: &str = "this build has no remote stores; build it with the feature `remote`";

/// The stores of a build that has none.
#[cfg(not(feature = "remote"))]
#[derive(Default)]
pub(crate) struct Stores;

#[cfg(not(feature = "remote"))]
impl Stores {
    pub(crate) fn find(&mut self, pattern: &str) -> Result<crate::find::Hits, String> {
        let url = url::Url::parse(pattern)?;
        Err(format!("`{url}` cannot be read: {ABSENT}"))
    }
}
