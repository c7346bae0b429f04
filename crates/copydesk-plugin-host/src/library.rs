//! A shared library, loaded and looked over.
//!
//! Whatever the library answers is copied out and checked before it is believed. A library that has
//! been loaded stays until the process ends: unloading code that has left thread-locals or threads
//! behind is not sound on any of our platforms.

// calling into a library that was loaded at run time has no safe form
#![allow(unsafe_code)]

use std::mem::{MaybeUninit, offset_of, size_of};
use std::path::Path;

use copydesk_plugin_abi::*;

use crate::instance::Later;
use crate::problem::Refusal;

/// Larger manifests are taken for a pointer into the wild.
const MANIFEST_LIMIT: usize = 1 << 20;
const PROVIDE_LIMIT: u32 = 64;

/// A plugin's table, its lists copied out of it.
pub(crate) struct Library {
    entry: cd_entry,
    pub(crate) table: cd_plugin,
    pub(crate) provides: Vec<cd_provide>,
    /// The text of the manifest inside.
    pub(crate) manifest: String,
}

impl Library {
    /// Loads a library and asks it for its table.
    pub(crate) fn open(path: &Path) -> Result<Self, Refusal> {
        let library = load(path)
            .map_err(|error| ("cannot-load", format!("this cannot be loaded: {}", told(&error))))?;
        // SAFETY: the type is the one that the header gives to this symbol
        let entry = unsafe { library.get::<cd_entry>(CD_SYMBOL) }.map(|entry| *entry);
        let other = entry.is_err().then(|| other_version(&library)).flatten();
        std::mem::forget(library);
        match (entry, other) {
            (Ok(entry), _) => ask(entry, &host()),
            (Err(_), Some(other)) => Err(wrong_abi(other)),
            (Err(_), None) => {
                Err(("no-symbol", format!("this library exports no `{CD_SYMBOL}`: it is not a plugin")))
            }
        }
    }
}

impl Library {
    /// One that is linked to this program.
    #[cfg(test)]
    pub(crate) fn linked(entry: cd_entry) -> Self {
        ask(entry, &host()).expect("it is a plugin")
    }

    /// Asks it again as a later host would: with a newer version and more behind it.
    pub(crate) fn asked_later(&self, minor: u16) -> Result<Self, Refusal> {
        let host = cd_host_info { struct_size: Later::<cd_host_info>::SIZE, abi_minor: minor, ..host() };
        ask(self.entry, Later::new(host).as_ptr())
    }
}

#[cfg(unix)]
fn load(path: &Path) -> Result<libloading::Library, libloading::Error> {
    use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
    // NOW: a missing symbol is found here and not at document 3,000,000; LOCAL: two plugins may bring
    // two versions of one C library
    // SAFETY: runs the library's initialisers. That is what the user asked for by naming the folder.
    unsafe { Library::open(Some(path), RTLD_NOW | RTLD_LOCAL) }.map(Into::into)
}

#[cfg(not(unix))]
fn load(path: &Path) -> Result<libloading::Library, libloading::Error> {
    // SAFETY: runs the library's initialisers. That is what the user asked for by naming the folder.
    unsafe { libloading::Library::new(path) }
}

/// What the system says about a library that it did not load.
fn told(error: &libloading::Error) -> String {
    let cause = std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
    cause.replace('\n', " ")
}

/// The major version of the interface that a library speaks instead of ours.
fn other_version(library: &libloading::Library) -> Option<u32> {
    // SAFETY: the address is not used
    let exports =
        |version: &u32| unsafe { library.get::<cd_entry>(format!("copydesk_plugin_v{version}")) }.is_ok();
    (0..20).find(exports)
}

fn wrong_abi(found: impl std::fmt::Display) -> Refusal {
    let detail =
        format!("built for plugin interface {found}; this copydesk speaks {CD_ABI_MAJOR}.{CD_ABI_MINOR}");
    ("wrong-abi", detail)
}

/// Who asks.
fn host() -> cd_host_info {
    cd_host_info {
        struct_size: size_of::<cd_host_info>() as u32,
        abi_major: CD_ABI_MAJOR,
        abi_minor: CD_ABI_MINOR,
        version: cd_slice::of(env!("CARGO_PKG_VERSION")),
    }
}

fn ask(entry: cd_entry, host: *const cd_host_info) -> Result<Library, Refusal> {
    // SAFETY: the function has the type that the header gives to its name; `host` outlives the call
    let table = unsafe { entry(host) };
    if table.is_null() {
        return Err(("refused", "the plugin does not want to work with this version of copydesk".to_owned()));
    }
    let table = checked(table)?;
    // SAFETY: the header: the table's lists live as long as the process
    let (manifest, provides) = unsafe { (manifest(&table)?, provides(&table)?) };
    Ok(Library { entry, table, provides, manifest })
}

fn bad_table(detail: impl Into<String>) -> Refusal {
    ("bad-table", detail.into())
}

/// Copies the table as far as its own size says that it is there; the rest is null.
fn checked(table: *const cd_plugin) -> Result<cd_plugin, Refusal> {
    if !table.is_aligned() {
        return Err(bad_table("the plugin's table is not aligned"));
    }
    // SAFETY: the header: a table begins with its size and its version
    let (size, major) = unsafe { ((*table).struct_size as usize, (*table).abi_major) };
    if major != CD_ABI_MAJOR {
        return Err(wrong_abi(major));
    }
    let needed = offset_of!(cd_plugin, run) + size_of::<usize>();
    if size < needed || !size.is_multiple_of(align_of::<cd_plugin>()) {
        return Err(bad_table(format!(
            "the plugin's table says that it has {size} bytes; {needed} are the least"
        )));
    }
    let mut copy = MaybeUninit::<cd_plugin>::zeroed();
    // SAFETY: no more than the table has, no more than the copy holds, whole members only (they are
    // aligned alike); null is a value of every member
    let copy = unsafe {
        let there = size.min(size_of::<cd_plugin>());
        std::ptr::copy_nonoverlapping(table.cast::<u8>(), copy.as_mut_ptr().cast::<u8>(), there);
        copy.assume_init()
    };
    if copy.abi_minor_min > CD_ABI_MINOR {
        return Err(wrong_abi(format_args!("{major}.{}", copy.abi_minor_min)));
    }
    if copy.create.is_none() || copy.run.is_none() {
        return Err(bad_table("the plugin's table has no `create` or no `run`"));
    }
    Ok(copy)
}

/// # Safety
/// The manifest lies where the table says.
unsafe fn manifest(table: &cd_plugin) -> Result<String, Refusal> {
    let cd_slice { ptr, len } = table.manifest_toml;
    if ptr.is_null() || len > MANIFEST_LIMIT {
        return Err(bad_table("the plugin carries no manifest"));
    }
    // SAFETY: the caller
    let bytes = unsafe { std::slice::from_raw_parts(ptr, len) };
    let text = std::str::from_utf8(bytes).map_err(|_| bad_table("the plugin's manifest is not UTF-8"))?;
    Ok(text.to_owned())
}

/// # Safety
/// The list lies where the table says.
unsafe fn provides(table: &cd_plugin) -> Result<Vec<cd_provide>, Refusal> {
    let stride = table.provide_stride as usize;
    if stride < size_of::<cd_provide>() || !stride.is_multiple_of(align_of::<cd_provide>()) {
        return Err(bad_table(format!("the plugin's list of what it provides has a stride of {stride}")));
    }
    if table.provide_count > PROVIDE_LIMIT || !table.provides.is_aligned() || table.provides.is_null() {
        return Err(bad_table("the plugin's list of what it provides is broken"));
    }
    // SAFETY: the caller; the stride steps over what a newer plugin knows and we do not
    let each = |n: u32| unsafe { *table.provides.byte_add(n as usize * stride) };
    Ok((0..table.provide_count).map(each).collect())
}
