//! What the dynamic linker reads of a library, without loading it: which symbols it exports, which
//! libraries it wants, and how new the C library has to be.
//!
//! Only the tables that answer this are read, of 64-bit little-endian ELF files. Whatever the bytes are,
//! nothing outside them is looked at, and each is looked at a bounded number of times.

use std::collections::BTreeSet;

/// What a library gives and wants.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Linkage {
    /// The symbols that others can see, in byte order.
    pub exports: Vec<String>,
    /// The libraries that it is linked to, in its order.
    pub needed: Vec<String>,
    /// The folders that it looks for them in before those of the system.
    pub search: Vec<String>,
    /// The oldest glibc that has all that it uses: `(2, 34)`.
    pub glibc: Option<(u32, u32)>,
    /// It wants to run code on the stack, which newer systems refuse.
    pub runs_on_stack: bool,
}

const DYNAMIC: u32 = 6;
const SYMBOLS: u32 = 11;
const VERSIONS_NEEDED: u32 = 0x6fff_fffe;
const NEEDED: u64 = 1;
const RPATH: u64 = 15;
const RUNPATH: u64 = 29;
const STACK: u64 = 0x6474_e551;
const LONGEST_NAME: usize = 4096;
/// What linkers put in by themselves.
const LINKERS_OWN: [&str; 5] = ["_init", "_fini", "_edata", "__bss_start", "_end"];

/// A section: what it is, where it lies, and the number of the section that it leans on.
struct Section<'a> {
    kind: u32,
    bytes: &'a [u8],
    link: u32,
}

impl Linkage {
    /// Reads an ELF file; `None` where the bytes are something else.
    ///
    /// # Errors
    /// When it is one that cannot be read.
    pub fn of_elf(file: &[u8]) -> Result<Option<Self>, String> {
        if !file.starts_with(b"\x7fELF") {
            return Ok(None);
        }
        if file.get(4..6) != Some(&[2, 1]) {
            return Err("it is no 64-bit little-endian library".to_owned());
        }
        let sections = sections(file).ok_or("its list of sections is broken")?;
        let mut linkage = Linkage::default();
        for section in &sections {
            let names = sections.get(section.link as usize).map_or(&[][..], |section| section.bytes);
            match section.kind {
                SYMBOLS => linkage.exports = exports(section.bytes, names),
                DYNAMIC => {
                    linkage.needed = texts(section.bytes, names, &[NEEDED]);
                    linkage.search = texts(section.bytes, names, &[RPATH, RUNPATH]);
                }
                VERSIONS_NEEDED => linkage.glibc = glibc(section.bytes, names),
                _ => {}
            }
        }
        if sections.iter().all(|section| section.kind != SYMBOLS) {
            return Err("it has no list of symbols".to_owned());
        }
        linkage.runs_on_stack = runs_on_stack(file).ok_or("its list of segments is broken")?;
        Ok(Some(linkage))
    }
}

fn sections(file: &[u8]) -> Option<Vec<Section<'_>>> {
    let (start, size, count) = (number(file, 40, 8)?, number(file, 58, 2)?, number(file, 60, 2)?);
    if size < 64 {
        return None;
    }
    let table = file.get(usize::try_from(start).ok()?..)?.get(..(size * count) as usize)?;
    table.chunks_exact(size as usize).map(|header| section(file, header)).collect()
}

fn section<'a>(file: &'a [u8], header: &[u8]) -> Option<Section<'a>> {
    let kind = number(header, 4, 4)? as u32;
    let is_read = [DYNAMIC, SYMBOLS, VERSIONS_NEEDED, STRINGS].contains(&kind);
    let (from, length) = (number(header, 24, 8)?, number(header, 32, 8)?);
    let inside = || file.get(usize::try_from(from).ok()?..)?.get(..usize::try_from(length).ok()?);
    let bytes = if is_read { inside()? } else { &[] };
    Some(Section { kind, bytes, link: number(header, 40, 4)? as u32 })
}

const STRINGS: u32 = 3;

fn exports(table: &[u8], names: &[u8]) -> Vec<String> {
    let is_seen = |symbol: &&[u8]| {
        let (binding, visibility) = (symbol[4] >> 4, symbol[5] & 3);
        let is_defined = symbol[6..8] != [0, 0];
        // local ones are not seen, and neither are internal and hidden ones
        is_defined && binding != 0 && matches!(visibility, 0 | 3)
    };
    let seen = table.chunks_exact(24).filter(is_seen);
    let named: BTreeSet<_> = seen.filter_map(|symbol| name(names, number(symbol, 0, 4)?)).collect();
    named.into_iter().filter(|name| !LINKERS_OWN.contains(&name.as_str())).collect()
}

/// The texts with one of those tags.
fn texts(table: &[u8], names: &[u8], tags: &[u64]) -> Vec<String> {
    let entries =
        table.chunks_exact(16).filter_map(|entry| Some((number(entry, 0, 8)?, number(entry, 8, 8)?)));
    let entries = entries.take_while(|(tag, _)| *tag != 0).filter(|(tag, _)| tags.contains(tag));
    entries.filter_map(|(_, place)| name(names, place)).collect()
}

/// A library that does not say how it wants the stack is taken for an old one, and gets it with the right to
/// run code.
fn runs_on_stack(file: &[u8]) -> Option<bool> {
    let (start, size, count) = (number(file, 32, 8)?, number(file, 54, 2)?, number(file, 56, 2)?);
    let table = file.get(usize::try_from(start).ok()?..)?.get(..(size * count) as usize)?;
    let mut segments = table.chunks_exact(usize::try_from(size).ok().filter(|size| *size >= 56)?);
    let stack = segments.find(|segment| number(segment, 0, 4) == Some(STACK));
    Some(stack.is_none_or(|stack| stack[4] & 1 == 1))
}

/// The newest of the versions that it wants of the C library. The table is a list of libraries with a
/// list of versions each, in which an entry says how far away the next one is.
fn glibc(table: &[u8], names: &[u8]) -> Option<(u32, u32)> {
    let mut newest = None;
    // no more entries than fit into the table, however its links lead
    let mut left = table.len() / 16;
    let mut library = Some(0);
    while let Some(at) = library {
        let mut version = follow(table, at, 8);
        while let Some(at) = version.filter(|_| left > 0) {
            left -= 1;
            let wanted = number(table, at + 8, 4).and_then(|place| name(names, place));
            newest = newest.max(wanted.as_deref().and_then(glibc_version));
            version = follow(table, at, 12);
        }
        left = left.saturating_sub(1);
        library = follow(table, at, 12).filter(|_| left > 0);
    }
    newest
}

/// The entry that the one at `at` leads to by its member at `member`.
fn follow(table: &[u8], at: usize, member: usize) -> Option<usize> {
    match number(table, at + member, 4)? {
        0 => None,
        step => at.checked_add(step as usize),
    }
}

/// `GLIBC_2.34`, `GLIBC_2.2.5`.
fn glibc_version(name: &str) -> Option<(u32, u32)> {
    let version = name.strip_prefix("GLIBC_")?;
    if version == "ABI_DT_RELR" {
        return Some((2, 36));
    }
    let mut parts = version.split('.').map(|part| part.parse().ok());
    Some((parts.next()??, parts.next()??))
}

fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let bytes = bytes.get(at..)?.get(..length)?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

fn name(names: &[u8], at: u64) -> Option<String> {
    let rest = names.get(usize::try_from(at).ok()?..)?;
    let length = rest.iter().take(LONGEST_NAME).position(|byte| *byte == 0)?;
    (length > 0).then(|| String::from_utf8_lossy(&rest[..length]).into_owned())
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::process::Command;

    use super::*;

    fn compiled() -> Vec<u8> {
        compiled_with(&[])
    }

    fn compiled_with(flags: &[&str]) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let (source, library) = (folder.path().join("a.c"), folder.path().join("a.so"));
        let text = "#include <stdio.h>\nint seen(void) { return puts(\"\"); }\n\
                    __attribute__((visibility(\"hidden\"))) int unseen(void) { return 1; }\n\
                    static int own(void) { return 2; }\nint other(void) { return own() + unseen(); }\n";
        std::fs::write(&source, text).unwrap();
        let mut compiler = Command::new("cc");
        compiler.args(["-fPIC", "-shared", "-o"]).args([&library, &source]).args(flags);
        let status = compiler.status();
        assert!(status.unwrap().success());
        std::fs::read(library).unwrap()
    }

    #[test]
    fn a_library_says_what_it_gives_and_wants() {
        let linkage = Linkage::of_elf(&compiled()).unwrap().unwrap();
        assert_eq!(linkage.exports, ["other", "seen"]);
        assert_eq!(linkage.needed, ["libc.so.6"]);
        assert_eq!((linkage.search.len(), linkage.runs_on_stack), (0, false));
        assert!(linkage.glibc >= Some((2, 2)), "{:?}", linkage.glibc);
    }

    #[test]
    fn what_it_wants_of_the_system_is_read() {
        let bytes = compiled_with(&["-Wl,-rpath,/home/ada/lib", "-Wl,-z,execstack"]);
        let linkage = Linkage::of_elf(&bytes).unwrap().unwrap();
        assert_eq!(linkage.search, ["/home/ada/lib"]);
        assert!(linkage.runs_on_stack);
    }

    #[test]
    fn whatever_the_bytes_are_there_is_an_answer() {
        let whole = compiled();
        assert_eq!(Linkage::of_elf(b"MZ"), Ok(None));
        for length in (4..whole.len()).step_by(97) {
            assert!(Linkage::of_elf(&whole[..length]).is_err(), "{length}");
        }
        // the tables lie at both ends of the file
        let places = (0..512).chain(whole.len().saturating_sub(4096)..whole.len());
        for place in places {
            for byte in [0, 1, 0x7f, 0xff] {
                let mut broken = whole.clone();
                broken[place] = byte;
                let _ = Linkage::of_elf(&broken);
            }
        }
        for seed in 0..200_usize {
            let mut broken = whole.clone();
            let length = broken.len();
            (0..64).for_each(|n| broken[(seed * 7919 + n * 104_729) % length] = (seed * 31 + n) as u8);
            let _ = Linkage::of_elf(&broken);
        }
    }

    #[test]
    fn versions_are_numbers() {
        assert_eq!(glibc_version("GLIBC_2.2.5"), Some((2, 2)));
        assert_eq!(glibc_version("GLIBC_PRIVATE"), None);
        assert_eq!(glibc_version("GCC_3.0"), None);
        assert!(glibc_version("GLIBC_2.34") > glibc_version("GLIBC_2.4"));
    }
}
