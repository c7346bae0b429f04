//! Finding objects.
//!
//! A URL is taken like a path: an object, or everything below a name, or a glob. There are no folders in
//! a store, only names with `/` in them; an object of no bytes that stands for a folder is passed over,
//! and so is what is hidden. The names come in byte order, whatever order the store has.

use std::collections::HashSet;
use std::io;
use std::sync::Arc;

use object_store::{GetOptions, GetRange, ObjectMeta};

use super::object::{Object, Shelf};
use super::store::Store;
use super::trouble::Trouble;
use super::url::Url;
use crate::Blob;
use crate::find::{Glob, Hit, Hits, Identity, first_glob_part, is_hidden};

/// The stores that have been opened.
#[derive(Default)]
pub(crate) struct Stores(Vec<Arc<Store>>);

impl Stores {
    /// The objects of a pattern.
    pub(crate) fn find(&mut self, pattern: &str) -> Result<Hits, String> {
        let url = Url::parse(pattern)?;
        let search = Search { store: self.store(&url)?, url };
        if search.url.scheme.is_web() {
            return search.web_file();
        }
        match first_glob_part(&search.url.path) {
            Some(place) => search.glob(place),
            None => search.named(),
        }
    }

    fn store(&mut self, url: &Url) -> Result<Arc<Store>, String> {
        let root = url.root();
        if let Some(store) = self.0.iter().find(|store| store.root() == root) {
            return Ok(Arc::clone(store));
        }
        let store = Store::open(url)?;
        self.0.push(Arc::clone(&store));
        Ok(store)
    }
}

/// One pattern and the store that it points into.
struct Search {
    store: Arc<Store>,
    url: Url,
}

impl Search {
    /// A file on a web server: its size is asked for, and whether parts of it can be had.
    fn web_file(&self) -> Result<Hits, String> {
        let path = object_store::path::Path::from_url_path(&self.url.path);
        let key = path
            .map_err(|_| format!("`{}` is no place: a part of its path is empty, `.` or `..`", self.url))?;
        let found = self.store.head(key.as_ref()).map_err(|trouble| self.unreadable(&trouble))?;
        let meta = found.ok_or_else(|| self.nothing_matches())?;
        let has_ranges = meta.size == 0 || self.gives_ranges(key.as_ref())?;
        self.one(meta, has_ranges)
    }

    /// Asks for the first byte: a server that cannot give it alone gives everything.
    fn gives_ranges(&self, key: &str) -> Result<bool, String> {
        let options = GetOptions { range: Some(GetRange::Bounded(0..1)), ..GetOptions::default() };
        match self.store.wait(self.store.get(key, options)) {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotSupported { .. }) => Ok(false),
            Err(error) => Err(self.unreadable(&self.store.trouble(&error))),
        }
    }

    /// An object, or all below a name.
    fn named(&self) -> Result<Hits, String> {
        let path = self.url.path.trim_end_matches('/');
        if path == self.url.path && !path.is_empty() {
            let found = self.store.head(path).map_err(|trouble| self.unreadable(&trouble))?;
            if let Some(meta) = found {
                return self.one(meta, true);
            }
        }
        let prefix = if path.is_empty() { String::new() } else { format!("{path}/") };
        let objects = self.below(&prefix, &prefix, |below| !is_hidden(below))?;
        if objects.is_empty() { Err(self.nothing_matches()) } else { Ok(self.hits(prefix, objects)) }
    }

    fn glob(&self, place: usize) -> Result<Hits, String> {
        let (prefix, rest) = self.url.path.split_at(place);
        let glob = Glob::new(rest).map_err(|what| format!("`{}` is not a glob: {what}", self.url))?;
        let special = self.url.path.find(['*', '?', '[', '{']).unwrap_or(place);
        let objects = self.below(prefix, &self.url.path[..special], |below| glob.matches(below))?;
        if objects.is_empty() {
            Err(self.nothing_matches())
        } else {
            Ok(self.hits(prefix.to_owned(), objects))
        }
    }

    /// An object that was named itself.
    fn one(&self, meta: ObjectMeta, has_ranges: bool) -> Result<Hits, String> {
        let key = meta.location.as_ref();
        let name = key.rsplit_once('/').map_or(key, |(_, name)| name).to_owned();
        let prefix = key[..key.len() - name.len()].to_owned();
        let object = Listed { name, size: meta.size, e_tag: meta.e_tag };
        Ok(self.hits_on(prefix, has_ranges, vec![object]))
    }

    /// What lies below `prefix` and is wanted; only names that begin with `start` are asked for.
    fn below(
        &self,
        prefix: &str,
        start: &str,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Result<Vec<Listed>, String> {
        let mut objects = Vec::new();
        let mut folders = HashSet::new();
        let listed = self.store.list(start, |meta| {
            if let Some(below) = meta.location.as_ref().strip_prefix(prefix) {
                if let Some((folder, _)) = below.rsplit_once('/') {
                    remember(folder, &mut folders);
                }
                if is_wanted(below) {
                    objects.push(Listed { name: below.to_owned(), size: meta.size, e_tag: meta.e_tag });
                }
            }
            true
        });
        listed.map_err(|error| self.unreadable(&self.store.trouble(&error)))?;
        objects.retain(|object| object.size > 0 || !folders.contains(&object.name));
        objects.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(objects)
    }

    fn hits(&self, prefix: String, objects: Vec<Listed>) -> Hits {
        self.hits_on(prefix, true, objects)
    }

    fn hits_on(&self, prefix: String, has_ranges: bool, objects: Vec<Listed>) -> Hits {
        let written = format!("{}/{prefix}", self.url.root());
        let shelf = Arc::new(Shelf { store: Arc::clone(&self.store), prefix, has_ranges });
        let hit = |listed: Listed| {
            let name: Arc<str> = listed.name.into();
            let e_tag = listed.e_tag.map(String::into_boxed_str);
            let object = Object { shelf: Arc::clone(&shelf), name: Arc::clone(&name), e_tag };
            let identity = Identity::Object(object.url().into());
            Hit { blob: Blob::object(object, listed.size), name, identity }
        };
        (written, objects.into_iter().map(hit).collect())
    }

    fn nothing_matches(&self) -> String {
        format!("nothing matches `{}`", self.url)
    }

    fn unreadable(&self, trouble: &Trouble) -> String {
        match trouble.kind {
            io::ErrorKind::Unsupported => {
                format!("`{}` cannot be read: the server does not tell its size", self.url)
            }
            _ => format!("`{}` cannot be read: {}", self.url, trouble.text),
        }
    }
}

/// Notes a folder and those round it.
fn remember(mut folder: &str, folders: &mut HashSet<String>) {
    while !folders.contains(folder) {
        folders.insert(folder.to_owned());
        match folder.rsplit_once('/') {
            Some((above, _)) => folder = above,
            None => return,
        }
    }
}

/// An object as the store lists it.
struct Listed {
    name: String,
    size: u64,
    e_tag: Option<String>,
}
