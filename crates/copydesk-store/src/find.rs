//! From what the user named to a list of files.
//!
//! A pattern is a file, a folder or a glob. Its files come in byte order of their names, so that
//! the same folder gives the same list on any machine. Nothing here looks into a file: what is in
//! it is for [`open`](crate::open) and `copydesk-read`.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::fs::{self, FileType, Metadata};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::{GlobBuilder, GlobMatcher};
use walkdir::{DirEntry, WalkDir};

use crate::Blob;
use crate::remote::{Stores, is_url};

/// So often is a folder entered that many symbolic links lead to. Without a bound, a chain of
/// folders with two links each to the next would be walked 2^n times.
const VISITS: u32 = 8;

/// A file to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its bytes.
    pub blob: Blob,
    /// Names the file in outputs, and so does not depend on the machine or on the current folder:
    /// see [`find`]. Parts are joined by `/`.
    pub name: Arc<str>,
    /// Index of the pattern that found it.
    pub pattern: usize,
}

/// What the patterns found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Finding {
    /// By pattern, then in byte order of their names. No file stands here twice.
    pub files: Vec<Found>,
    /// What lies among them and cannot be read as a file.
    pub skipped: Vec<Skipped>,
}

/// Something that is passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Where it lies.
    pub path: PathBuf,
    /// Names it in outputs: its path below the folder that was named, or in which a glob begins.
    pub name: String,
    /// Index of the pattern that it lies below.
    pub pattern: usize,
    /// What it is: `a pipe, not a file`.
    pub reason: String,
}

/// Patterns that found nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindError {
    /// In the order of the patterns; never empty.
    pub problems: Vec<Problem>,
}

/// A pattern that found nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Index of the pattern.
    pub pattern: usize,
    /// What is wrong with it. Lower case, no full stop.
    pub message: String,
}

impl std::error::Error for FindError {}

impl fmt::Display for FindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            let line_break = if index > 0 { "\n" } else { "" };
            write!(f, "{line_break}{}", problem.message)?;
        }
        Ok(())
    }
}

/// Finds the files that the patterns name. Relative patterns count from `base`.
///
/// A pattern is a file, a folder (everything in it, at any depth) or a glob with `*`, `?`,
/// `[a-z]`, `{a,b}` and `**`, on a disk or, behind `s3://`, `gs://` or `az://`, in a store; or a file
/// behind `https://` or `http://`. What exists under the name as it is written is not taken for a glob.
/// In a glob `*` does not cross folders. Files and folders whose name begins with `.` are passed
/// over unless they are named. Symbolic links are followed. A file that two patterns find is read
/// once, for the first of them.
///
/// A file's name is its path below the folder that was named, or below the folder in which a glob
/// begins, or the bare file name of a file that was named itself. When files of a run would have
/// the same name, each gets the path as its pattern wrote it: with `["bbc", "cnn"]`, two files
/// `1.txt` become `bbc/1.txt` and `cnn/1.txt`. What is the same even then is numbered: `~1`, `~2`.
///
/// # Errors
/// Every pattern that finds no file.
pub fn find(patterns: &[String], base: &Path) -> Result<Finding, FindError> {
    let mut finding = Finding::default();
    let mut prefixes = Vec::new();
    let mut problems = Vec::new();
    let mut seen = HashSet::new();
    let mut stores = Stores::default();
    for (index, pattern) in patterns.iter().enumerate() {
        let known = finding.skipped.len();
        let hits = match is_url(pattern) {
            true => stores.find(pattern),
            false => hits_of(pattern, base, &mut finding.skipped),
        };
        finding.skipped[known..].iter_mut().for_each(|skipped| skipped.pattern = index);
        let (prefix, mut hits) = hits.unwrap_or_else(|message| {
            problems.push(Problem { pattern: index, message });
            Hits::default()
        });
        prefixes.push(prefix);
        hits.retain(|hit| seen.insert(hit.identity.clone()));
        let found = |hit: Hit| Found { blob: hit.blob, name: hit.name, pattern: index };
        // collected in place: a million hits and a million files need not be there at once
        let mut found: Vec<_> = hits.into_iter().map(found).collect();
        match finding.files.is_empty() {
            true => finding.files = found,
            false => finding.files.append(&mut found),
        }
    }
    if !problems.is_empty() {
        return Err(FindError { problems });
    }
    drop(seen);
    tell_apart(&mut finding.files, &prefixes);
    Ok(finding)
}

/// Gives files of the same name the path as their pattern wrote it.
fn tell_apart(files: &mut [Found], prefixes: &[String]) {
    let twice = names_that_occur_twice(files);
    for file in files.iter_mut().filter(|file| twice.contains(&file.name)) {
        file.name = format!("{}{}", prefixes[file.pattern], file.name).into();
    }
    // still alike are names that are not UTF-8, or `a/b.txt` below `x` beside the file `a/b.txt`
    let mut counts: HashMap<Arc<str>, u32> = HashMap::new();
    let twice = names_that_occur_twice(files);
    for file in files.iter_mut().filter(|file| twice.contains(&file.name)) {
        let count = counts.entry(Arc::clone(&file.name)).and_modify(|count| *count += 1).or_insert(1);
        file.name = format!("{}~{count}", file.name).into();
    }
}

fn names_that_occur_twice(files: &[Found]) -> HashSet<Arc<str>> {
    let mut seen = HashSet::new();
    files.iter().filter(|file| !seen.insert(&*file.name)).map(|file| Arc::clone(&file.name)).collect()
}

/// A file that a pattern hit. There can be a million of them: on a disk whose names are UTF-8, its
/// name is all that it owns.
pub(crate) struct Hit {
    pub(crate) blob: Blob,
    pub(crate) name: Arc<str>,
    pub(crate) identity: Identity,
}

/// The same for all ways that lead to a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Identity {
    /// Device and number on it.
    Inode(u64, u64),
    /// The path without links, where the system has no such numbers.
    #[cfg_attr(unix, expect(dead_code))]
    Path(Box<Path>),
    /// A URL.
    #[cfg(feature = "remote")]
    Object(Box<str>),
}

/// What a pattern wrote in front of the names of its files, and the files.
pub(crate) type Hits = (String, Vec<Hit>);

fn hits_of(pattern: &str, base: &Path, skipped: &mut Vec<Skipped>) -> Result<Hits, String> {
    if pattern.is_empty() {
        return Err("nothing matches ``: write `.` for the current folder".to_owned());
    }
    let path = base.join(pattern);
    match fs::metadata(&path) {
        Ok(data) if data.is_file() => Ok(named_file(pattern, path, &data)),
        Ok(data) if data.is_dir() => folder(pattern, path, skipped),
        Ok(data) => Err(format!("`{pattern}` is {}", kind(data.file_type()))),
        Err(_) if first_glob_part(pattern).is_some() => glob(pattern, base, skipped),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(nothing_matches(pattern, base)),
        Err(error) => Err(format!("`{pattern}` cannot be read: {error}")),
    }
}

fn nothing_matches(pattern: &str, base: &Path) -> String {
    let whereabouts = match base.to_str() {
        Some("" | ".") | None => String::new(),
        Some(_) if Path::new(pattern).is_absolute() => String::new(),
        Some(base) => format!(" below {base}"),
    };
    format!("nothing matches `{pattern}`{whereabouts}")
}

fn named_file(pattern: &str, path: PathBuf, data: &Metadata) -> Hits {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let prefix = pattern.strip_suffix(name.as_str()).unwrap_or_default().to_owned();
    let identity = identity(&path, data);
    (prefix, vec![Hit { blob: Blob::file(path, data.len()), name: name.into(), identity }])
}

#[cfg(unix)]
fn identity(_: &Path, data: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    Identity::Inode(data.dev(), data.ino())
}

#[cfg(not(unix))]
fn identity(path: &Path, _: &Metadata) -> Identity {
    Identity::Path(fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()).into())
}

fn folder(pattern: &str, path: PathBuf, skipped: &mut Vec<Skipped>) -> Result<Hits, String> {
    let mut walk = Walk::new(path, None, skipped);
    walk.run();
    if walk.hits.is_empty() {
        return Err(format!("nothing matches `{pattern}`: there is no file in this folder"));
    }
    Ok((format!("{}/", pattern.trim_end_matches('/')), walk.sorted()))
}

fn glob(pattern: &str, base: &Path, skipped: &mut Vec<Skipped>) -> Result<Hits, String> {
    let (prefix, rest) = pattern.split_at(first_glob_part(pattern).unwrap_or_default());
    let glob = Glob::new(rest).map_err(|what| format!("`{pattern}` is not a glob: {what}"))?;
    let mut walk = Walk::new(base.join(prefix), Some(glob), skipped);
    walk.run();
    match (walk.hits.is_empty(), walk.folder_matched) {
        (false, _) => Ok((prefix.to_owned(), walk.sorted())),
        (true, true) => {
            let message = nothing_matches(pattern, base);
            Err(format!(
                "{message} but folders; write `{}/**` for the files in them",
                pattern.trim_end_matches('/')
            ))
        }
        (true, false) => Err(nothing_matches(pattern, base)),
    }
}

/// Where the first part of a path begins that has a special letter of globs in it.
pub(crate) fn first_glob_part(pattern: &str) -> Option<usize> {
    let special = pattern.find(['*', '?', '[', '{'])?;
    Some(pattern[..special].rfind('/').map_or(0, |slash| slash + 1))
}

/// The part of a glob behind the folder in which it begins.
pub(crate) struct Glob {
    matcher: GlobMatcher,
    depth: usize,
    names_hidden: bool,
}

impl Glob {
    pub(crate) fn new(rest: &str) -> Result<Self, String> {
        let built = GlobBuilder::new(rest).literal_separator(true).build();
        let matcher = built.map_err(|error| error.kind().to_string())?.compile_matcher();
        let depth = if rest.contains("**") { usize::MAX } else { rest.split('/').count() };
        Ok(Glob { matcher, depth, names_hidden: rest.split('/').any(|part| part.starts_with('.')) })
    }

    /// Does a path below the folder match? Hidden names do only when the glob names some.
    #[cfg(feature = "remote")]
    pub(crate) fn matches(&self, below: &str) -> bool {
        (self.names_hidden || !is_hidden(below)) && self.matcher.is_match(below)
    }
}

/// Does a part of the path begin with `.`?
#[cfg(feature = "remote")]
pub(crate) fn is_hidden(below: &str) -> bool {
    below.split('/').any(|part| part.starts_with('.'))
}

/// A walk through a folder and those below it.
struct Walk<'s> {
    root: Arc<Path>,
    glob: Option<Glob>,
    hits: Vec<Hit>,
    folder_matched: bool,
    skipped: &'s mut Vec<Skipped>,
    /// How often each folder was entered, by its path without symbolic links.
    visits: HashMap<PathBuf, u32>,
}

impl<'s> Walk<'s> {
    fn new(root: PathBuf, glob: Option<Glob>, skipped: &'s mut Vec<Skipped>) -> Self {
        let visits = HashMap::new();
        Walk { root: root.into(), glob, hits: Vec::new(), folder_matched: false, skipped, visits }
    }

    fn sorted(self) -> Vec<Hit> {
        let mut hits = self.hits;
        // stable: names that are not UTF-8 and look alike stay in the order of the walk, which is that of
        // their bytes
        hits.sort_by(|a, b| a.name.cmp(&b.name));
        hits
    }

    fn run(&mut self) {
        let depth = self.glob.as_ref().map_or(usize::MAX, |glob| glob.depth);
        // sorted, so that what is skipped is reported in the same order everywhere
        let mut entries =
            WalkDir::new(&self.root).follow_links(true).max_depth(depth).sort_by_file_name().into_iter();
        while let Some(entry) = entries.next() {
            match entry {
                Err(error) => self.skip_error(&error),
                Ok(entry) if entry.file_type().is_dir() => {
                    if !self.enters(&entry) {
                        entries.skip_current_dir();
                    }
                }
                Ok(entry) => self.file(&entry),
            }
        }
    }

    /// Should the walk go into this folder?
    fn enters(&mut self, entry: &DirEntry) -> bool {
        if self.is_hidden(entry) {
            return false;
        }
        self.folder_matched |= self.matches(entry.path());
        let real = fs::canonicalize(entry.path()).unwrap_or_else(|_| entry.path().to_owned());
        let visits = self.visits.entry(real).and_modify(|visits| *visits += 1).or_insert(1);
        if *visits > VISITS {
            self.skip(entry.path(), format!("a folder that more than {VISITS} symbolic links lead to"));
            return false;
        }
        true
    }

    fn file(&mut self, entry: &DirEntry) {
        if self.is_hidden(entry) || !self.matches(entry.path()) {
            return;
        }
        match entry.metadata() {
            Err(error) => self.skip_error(&error),
            Ok(data) if !data.is_file() => self.skip(entry.path(), kind(data.file_type()).to_owned()),
            Ok(data) => {
                let name: Arc<str> = self.name(entry.path()).into();
                let blob = match self.below(entry.path()).to_str() {
                    Some(below) if *below == *name => {
                        Blob::below(Arc::clone(&self.root), Arc::clone(&name), data.len())
                    }
                    _ => Blob::file(entry.path(), data.len()),
                };
                self.hits.push(Hit { blob, name, identity: identity(entry.path(), &data) });
            }
        }
    }

    fn is_hidden(&self, entry: &DirEntry) -> bool {
        let names_hidden = self.glob.as_ref().is_some_and(|glob| glob.names_hidden);
        entry.depth() > 0 && !names_hidden && entry.file_name().as_encoded_bytes().starts_with(b".")
    }

    fn matches(&self, path: &Path) -> bool {
        self.glob.as_ref().is_none_or(|glob| glob.matcher.is_match(self.below(path)))
    }

    fn below<'p>(&self, path: &'p Path) -> &'p Path {
        path.strip_prefix(&self.root).unwrap_or(path)
    }

    fn name(&self, path: &Path) -> String {
        let parts: Vec<_> =
            self.below(path).components().map(|part| part.as_os_str().to_string_lossy()).collect();
        parts.join("/")
    }

    fn skip_error(&mut self, error: &walkdir::Error) {
        let path = error.path().unwrap_or(&self.root).to_owned();
        if self.is_missing_root(&path)
            || (self.glob.is_some() && error.loop_ancestor().is_none() && !self.matches(&path))
        {
            return;
        }
        let reason = match (error.loop_ancestor(), error.io_error()) {
            // without the path: what is said of an input must not depend on the machine
            (Some(_), _) => "a symbolic link that leads back to a folder round it".to_owned(),
            (None, Some(error)) => error.to_string(),
            (None, None) => error.to_string(),
        };
        self.skip(&path, reason);
    }

    /// A glob may begin in a folder that is not there; that is for the error to say.
    fn is_missing_root(&self, path: &Path) -> bool {
        *path == *self.root && !path.exists()
    }

    fn skip(&mut self, path: &Path, reason: String) {
        let below = self.name(path);
        let name = if below.is_empty() { path.display().to_string() } else { below };
        // the pattern is for `find` to fill in
        self.skipped.push(Skipped { path: path.to_owned(), name, pattern: 0, reason });
    }
}

/// What something is that is no file.
fn kind(of: FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if of.is_fifo() {
            return "a pipe, not a file";
        }
        if of.is_socket() {
            return "a socket, not a file";
        }
        if of.is_char_device() || of.is_block_device() {
            return "a device, not a file";
        }
    }
    if of.is_dir() { "a folder, not a file" } else { "no file" }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;
    use tempfile::TempDir;

    /// A folder with files; each holds its own path.
    fn dump(paths: &[&str]) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for path in paths {
            let file = folder.path().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, path).unwrap();
        }
        folder
    }

    fn finding(patterns: &[&str], base: &Path) -> Result<Finding, FindError> {
        find(&patterns.iter().map(|&pattern| pattern.to_owned()).collect::<Vec<_>>(), base)
    }

    fn names(patterns: &[&str], base: &Path) -> Vec<String> {
        finding(patterns, base).unwrap().files.into_iter().map(|file| file.name.to_string()).collect()
    }

    fn complaint(patterns: &[&str], base: &Path) -> String {
        finding(patterns, base).unwrap_err().to_string().replace(base.to_str().unwrap(), "BASE")
    }

    #[test]
    fn a_folder_gives_its_files_in_byte_order() {
        let folder = dump(&[
            "in/b.txt",
            "in/a/x.txt",
            "in/a-b/x.txt",
            "in/B.txt",
            "in/é.txt",
            "in/.hidden",
            "in/.git/x",
        ]);
        assert_eq!(names(&["in"], folder.path()), ["B.txt", "a-b/x.txt", "a/x.txt", "b.txt", "é.txt"]);
        let found = finding(&["in"], folder.path()).unwrap().files;
        assert_eq!(
            (found[0].blob.path().unwrap(), found[0].pattern, found[0].blob.size()),
            (folder.path().join("in/B.txt"), 0, 8)
        );
    }

    #[test]
    fn a_hidden_file_that_is_named_is_read() {
        let folder = dump(&[".cache/a.txt", "in/.b.txt"]);
        assert_eq!(names(&[".cache"], folder.path()), ["a.txt"]);
        assert_eq!(names(&["in/.b.txt"], folder.path()), [".b.txt"]);
        assert_eq!(names(&["in/.*"], folder.path()), [".b.txt"]);
    }

    #[test]
    fn globs_are_understood() {
        let folder = dump(&["in/a.txt", "in/b.html", "in/c1.txt", "in/2024/01/d.txt", "in/2024/e.txt"]);
        let of = |pattern: &str| names(&[pattern], folder.path());
        assert_eq!(of("in/*.txt"), ["a.txt", "c1.txt"]);
        assert_eq!(of("in/?.*"), ["a.txt", "b.html"]);
        assert_eq!(of("in/[a-b].{txt,html}"), ["a.txt", "b.html"]);
        assert_eq!(of("in/**/*.txt"), ["2024/01/d.txt", "2024/e.txt", "a.txt", "c1.txt"]);
        assert_eq!(of("*/2024/*"), ["in/2024/e.txt"]);
        assert_eq!(of(&format!("{}/in/*.html", folder.path().display())), ["b.html"]);
    }

    #[test]
    fn a_name_with_brackets_that_exists_is_no_glob() {
        let folder = dump(&["in [1]/a.txt", "in 1/b.txt"]);
        assert_eq!(names(&["in [1]"], folder.path()), ["a.txt"]);
        assert_eq!(names(&["in [1]/a.txt"], folder.path()), ["a.txt"]);
    }

    #[test]
    fn a_file_that_two_patterns_find_is_read_once() {
        let folder = dump(&["in/a.txt", "in/b.txt"]);
        symlink(folder.path().join("in/a.txt"), folder.path().join("in/z.txt")).unwrap();
        let finding = finding(&["in/b.txt", "in", "in/../in/*.txt"], folder.path()).unwrap();
        let found: Vec<_> = finding.files.iter().map(|file| (&*file.name, file.pattern)).collect();
        assert_eq!(found, [("b.txt", 0), ("a.txt", 1)]);
    }

    #[test]
    fn equal_names_become_the_paths_as_they_were_written() {
        let folder = dump(&["bbc/1.txt", "bbc/2.txt", "cnn/1.txt", "afp/1.txt"]);
        assert_eq!(
            names(&["bbc/", "cnn/1.txt", "afp/*"], folder.path()),
            ["bbc/1.txt", "2.txt", "cnn/1.txt", "afp/1.txt"]
        );
    }

    #[test]
    fn names_that_are_not_utf8_are_shown_and_opened() {
        use std::os::unix::ffi::OsStrExt;
        let folder = dump(&["in/a.txt"]);
        for name in [b"b\xff.txt", b"b\xfe.txt"] {
            fs::write(folder.path().join("in").join(std::ffi::OsStr::from_bytes(name)), "text").unwrap();
        }
        let found = finding(&["in"], folder.path()).unwrap().files;
        let names: Vec<_> = found.iter().map(|file| &*file.name).collect();
        assert_eq!(names, ["a.txt", "in/b\u{fffd}.txt~1", "in/b\u{fffd}.txt~2"]);
        assert_eq!(found[2].blob.bytes(0..9).unwrap(), b"text");
    }

    #[test]
    fn loops_of_links_end_and_are_reported() {
        let folder = dump(&["in/a/x.txt"]);
        symlink(folder.path().join("in"), folder.path().join("in/a/back")).unwrap();
        symlink("nowhere", folder.path().join("in/broken")).unwrap();
        let finding = finding(&["in"], folder.path()).unwrap();
        assert_eq!(finding.files.len(), 1);
        let skipped: Vec<_> = finding
            .skipped
            .iter()
            .map(|skipped| skipped.reason.replace(folder.path().to_str().unwrap(), "BASE"))
            .collect();
        assert_eq!(
            skipped,
            [
                "a symbolic link that leads back to a folder round it",
                "No such file or directory (os error 2)"
            ]
        );
    }

    #[test]
    fn many_links_to_the_same_folders_end() {
        let folder = dump(&["in/20/x.txt"]);
        for n in 0..20 {
            let (here, next) =
                (folder.path().join(format!("in/{n}")), folder.path().join(format!("in/{}", n + 1)));
            fs::create_dir_all(&here).unwrap();
            symlink(&next, here.join("a")).unwrap();
            symlink(&next, here.join("b")).unwrap();
        }
        assert_eq!(finding(&["in"], folder.path()).unwrap().files.len(), 1);
    }

    #[test]
    fn what_is_no_file_is_passed_over() {
        let folder = dump(&["in/a.txt"]);
        let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("in/s")).unwrap();
        let finding = finding(&["in"], folder.path()).unwrap();
        assert_eq!(finding.files.len(), 1);
        assert_eq!(
            finding.skipped,
            [Skipped {
                path: folder.path().join("in/s"),
                name: "s".into(),
                pattern: 0,
                reason: "a socket, not a file".into()
            }]
        );
        assert_eq!(complaint(&["in/s"], folder.path()), "`in/s` is a socket, not a file");
    }

    #[test]
    fn every_pattern_that_finds_nothing_is_named() {
        let folder = dump(&["in/2024/a.txt"]);
        fs::create_dir(folder.path().join("empty")).unwrap();
        let patterns = ["in", "inn", "empty", "in/*", "x/*.txt", "in/[", "", "ftp://dumps/*.gz"];
        let complaint = complaint(&patterns, folder.path());
        let lines: Vec<_> = complaint.lines().collect();
        assert_eq!(
            lines,
            [
                "nothing matches `inn` below BASE",
                "nothing matches `empty`: there is no file in this folder",
                "nothing matches `in/*` below BASE but folders; write `in/*/**` for the files in them",
                "nothing matches `x/*.txt` below BASE",
                "`in/[` is not a glob: unclosed character class; missing ']'",
                "nothing matches ``: write `.` for the current folder",
                "`ftp://dumps/*.gz` cannot be read: a URL begins with s3://, gs://, az://, https:// or http://",
            ]
        );
    }
}
