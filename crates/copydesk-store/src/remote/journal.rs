//! The journal of an output in a store.
//!
//! A store has no file to append to, but it can refuse to make an object that is there. So each line of the
//! journal is an object of its own, numbered from 0 on, and made only if there is none of that number: of
//! two runs that write to the same place, one comes too late and stops. An object holds its line and the
//! checksum of the object before it, as a [log](crate::log) of two lines, so that no line of one run can
//! follow those of another.
//!
//! Nobody can tell a run that is dead from one that is slow. A run that takes up an output therefore puts a
//! *claim* where the next line will be, before it deletes anything: whoever wrote here before can no longer
//! add a line. The line then takes the place of the claim, so that an output that was taken up ten times
//! holds the same objects as one that was not.
//!
//! A journal is emptied by putting a claim in the place of its first line: from then on it has none, and
//! what is left of it is for [`Journal::leftovers`] to name.

use std::hash::{BuildHasher, RandomState};
use std::io;
use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt};
use object_store::{Error, GetOptions, PutMode, UpdateVersion};
use sha2::{Digest, Sha256};

use super::store::{Store, runtime};
use crate::error::at;
use crate::log::{LogError, closed, replay};
use crate::staged::hex;

/// What a claim begins with; a number that nobody else has follows.
const CLAIM: &str = "copydesk journal, claimed by ";

/// So many objects are fetched at once.
const AT_ONCE: usize = 16;

/// The numbered objects.
#[derive(Debug)]
pub(crate) struct Journal {
    store: Arc<Store>,
    /// What their names begin with: `out/.copydesk/journal/`.
    prefix: String,
    /// The number of the next line.
    next: u64,
    /// The checksum of the last line's object.
    last: String,
    /// The first object, if there is one.
    first: Option<UpdateVersion>,
    /// A claim in the place of the next line: ours or another's.
    claim: Option<UpdateVersion>,
    is_ours: bool,
    /// Numbers behind the end of a journal that was emptied.
    leftovers: Vec<u64>,
}

/// Why there is no journal to go on with.
#[derive(Debug)]
pub(crate) enum JournalError {
    /// The first object is none of ours.
    NotOurs,
    /// It cannot be read, or is damaged; the error names the object.
    Io(io::Error),
}

impl From<io::Error> for JournalError {
    fn from(error: io::Error) -> Self {
        JournalError::Io(error)
    }
}

impl Journal {
    /// Reads a journal, and its lines. None if there is none.
    pub(crate) fn read(
        store: &Arc<Store>,
        prefix: String,
    ) -> Result<(Self, Option<Vec<String>>), JournalError> {
        let mut journal = Journal {
            store: Arc::clone(store),
            prefix,
            next: 0,
            last: String::new(),
            first: None,
            claim: None,
            is_ours: false,
            leftovers: Vec::new(),
        };
        let numbers = journal.numbers()?;
        if numbers.is_empty() {
            return Ok((journal, None));
        }
        let lines = journal.replay(&numbers)?;
        Ok((journal, Some(lines)))
    }

    /// The numbers that there are, in order.
    fn numbers(&self) -> io::Result<Vec<u64>> {
        let mut numbers = Vec::new();
        let listed = self.store.list(&self.prefix, |meta| {
            let name = meta.location.as_ref().strip_prefix(&self.prefix);
            numbers.extend(name.and_then(|name| name.parse::<u64>().ok()));
            true
        });
        listed.map_err(|error| self.store.error(&self.prefix, &error))?;
        numbers.sort_unstable();
        Ok(numbers)
    }

    fn replay(&mut self, numbers: &[u64]) -> Result<Vec<String>, JournalError> {
        let mut lines = Vec::new();
        let fetched = numbers.iter().map(|&number| fetch(Arc::clone(&self.store), self.key(number)));
        let mut objects = futures_util::stream::iter(fetched.collect::<Vec<_>>()).buffered(AT_ONCE);
        for (index, &number) in numbers.iter().enumerate() {
            let object = runtime()?.block_on(objects.try_next());
            let object = object.map_err(|error| self.store.error(&self.key(number), &error))?;
            let Some((bytes, version)) = object else { break };
            if bytes.starts_with(CLAIM.as_bytes()) {
                self.claim = Some(version);
                if self.next == 0 {
                    self.leftovers = numbers[index + 1..].to_vec();
                    break;
                }
            } else if number != self.next || self.claim.is_some() {
                return Err(self.damaged(self.next, "is missing").into());
            } else {
                lines.push(self.take_in(&bytes)?);
                self.first.get_or_insert(version);
            }
        }
        Ok(lines)
    }

    /// The line of the next object.
    fn take_in(&mut self, bytes: &[u8]) -> Result<String, JournalError> {
        let lines = match replay(bytes) {
            Err(LogError::NotALog) if self.next == 0 => return Err(JournalError::NotOurs),
            replayed => replayed.map(|replay| replay.lines).unwrap_or_default(),
        };
        match <[String; 2]>::try_from(lines) {
            Ok([before, line]) if before == self.last => {
                self.last = checksum(bytes);
                self.next += 1;
                Ok(line)
            }
            Ok(_) => Err(self.damaged(self.next, "does not follow the one before").into()),
            Err(_) => Err(self.damaged(self.next, "is damaged").into()),
        }
    }

    fn damaged(&self, number: u64, what: &str) -> io::Error {
        let url = self.store.url(&self.key(number));
        at(url.as_ref())(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("this object of the journal {what}"),
        ))
    }

    /// Nobody else can add a line from now on.
    ///
    /// # Errors
    /// When somebody else has added one, or claimed the place, since the journal was read.
    pub(crate) fn claim(&mut self) -> io::Result<()> {
        if !self.is_ours {
            let version = self.put(self.next, nonce(), self.claim.clone())?;
            (self.claim, self.is_ours) = (Some(version), true);
        }
        Ok(())
    }

    /// Adds a line.
    ///
    /// # Errors
    /// When somebody else has taken its place.
    pub(crate) fn append(&mut self, line: &str) -> io::Result<()> {
        let bytes = closed(&[&self.last, line]);
        let (sum, claim) = (checksum(&bytes), self.claim.clone().filter(|_| self.is_ours));
        let version = self.put(self.next, bytes, claim)?;
        self.first.get_or_insert(version);
        (self.next, self.last, self.claim) = (self.next + 1, sum, None);
        self.is_ours = false;
        Ok(())
    }

    /// Takes away all lines, at once. Whoever wrote here before is shut out first.
    pub(crate) fn clear(&mut self) -> io::Result<()> {
        let Some(first) = self.first.take() else { return Ok(()) };
        self.claim()?;
        let version = self.put(0, nonce(), Some(first))?;
        // the claim that shuts others out is the last to go
        self.leftovers = (1..=self.next).collect();
        (self.next, self.last, self.claim) = (0, String::new(), Some(version));
        Ok(())
    }

    /// Deletes what is left of a journal that was emptied.
    pub(crate) fn delete_leftovers(&mut self) -> io::Result<()> {
        let leftovers = std::mem::take(&mut self.leftovers);
        let (last, rest) = leftovers.split_last().map_or((None, &[][..]), |(last, rest)| (Some(last), rest));
        self.store.delete(rest.iter().map(|&number| self.key(number)).collect())?;
        self.store.delete(last.iter().map(|&&number| self.key(number)).collect())
    }

    /// Puts an object where there is none, or in the place of the one that was there.
    fn put(
        &self,
        number: u64,
        bytes: Vec<u8>,
        instead_of: Option<UpdateVersion>,
    ) -> io::Result<UpdateVersion> {
        let mode = instead_of.map_or(PutMode::Create, PutMode::Update);
        let key = self.key(number);
        match self.store.wait(self.store.put(&key, bytes.into(), mode)) {
            Ok(put) => Ok(UpdateVersion { e_tag: put.e_tag, version: put.version }),
            Err(Error::AlreadyExists { .. } | Error::Precondition { .. } | Error::NotModified { .. }) => {
                Err(self.taken(&key))
            }
            Err(error) => Err(self.store.error(&key, &error)),
        }
    }

    fn taken(&self, key: &str) -> io::Error {
        at(self.store.url(key).as_ref())(io::Error::new(
            io::ErrorKind::ResourceBusy,
            "another run writes to this output: this one stops, and leaves it to that one",
        ))
    }

    fn key(&self, number: u64) -> String {
        format!("{}{number:08}", self.prefix)
    }
}

async fn fetch(store: Arc<Store>, key: String) -> object_store::Result<(Vec<u8>, UpdateVersion)> {
    let object = store.get(&key, GetOptions::default()).await?;
    let version = UpdateVersion { e_tag: object.meta.e_tag.clone(), version: object.meta.version.clone() };
    Ok((object.bytes().await?.into(), version))
}

fn checksum(bytes: &[u8]) -> String {
    hex(Sha256::new_with_prefix(bytes))
}

/// The bytes of a claim, which nobody else has.
fn nonce() -> Vec<u8> {
    let numbers = [0, 1].map(|word| RandomState::new().hash_one(word));
    format!("{CLAIM}{:016x}{:016x}\n", numbers[0], numbers[1]).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote::store::tests::memory;

    fn read(store: &Arc<Store>) -> (Journal, Vec<String>) {
        let (journal, lines) = Journal::read(store, "out/".into()).unwrap();
        (journal, lines.unwrap_or_default())
    }

    fn objects(store: &Arc<Store>) -> Vec<(String, Vec<u8>)> {
        let mut objects = Vec::new();
        store
            .list("", |meta| {
                objects.push(meta.location.to_string());
                true
            })
            .unwrap();
        objects.sort();
        let fetched = |key: String| {
            let bytes = runtime().unwrap().block_on(fetch(Arc::clone(store), key.clone())).unwrap().0;
            (key, bytes)
        };
        objects.into_iter().map(fetched).collect()
    }

    fn written(lines: &[&str]) -> Arc<Store> {
        let store = memory();
        let (mut journal, _) = read(&store);
        journal.claim().unwrap();
        lines.iter().for_each(|line| journal.append(line).unwrap());
        store
    }

    const TAKEN: &str = "another run writes to this output: this one stops, and leaves it to that one";

    #[test]
    fn lines_come_back_and_the_objects_do_not_tell_who_wrote_them() {
        let once = written(&["one", "two", "three"]);
        assert_eq!(read(&once).1, ["one", "two", "three"]);
        let again = written(&["one"]);
        for line in ["two", "three"] {
            let (mut journal, _) = read(&again);
            journal.claim().unwrap();
            // claimed and killed
            let (mut journal, _) = read(&again);
            journal.claim().unwrap();
            journal.append(line).unwrap();
        }
        assert_eq!(objects(&once), objects(&again));
        let names: Vec<_> = objects(&once).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["out/00000000", "out/00000001", "out/00000002"]);
    }

    #[test]
    fn who_claims_last_goes_on_and_the_other_stops() {
        let store = written(&["one"]);
        let (mut first, _) = read(&store);
        first.claim().unwrap();
        let (mut second, _) = read(&store);
        second.claim().unwrap();
        let error = first.append("two").unwrap_err();
        assert_eq!(error.to_string(), format!("memory://test/out/00000001: {TAKEN}"));
        second.append("two").unwrap();
        second.append("three").unwrap();
        assert_eq!(read(&store).1, ["one", "two", "three"]);
    }

    #[test]
    fn a_claim_that_comes_too_late_fails() {
        let store = written(&["one"]);
        let (mut late, _) = read(&store);
        let (mut first, _) = read(&store);
        first.claim().unwrap();
        first.append("two").unwrap();
        assert!(late.claim().is_err());
        let (mut late, _) = read(&store);
        first.append("three").unwrap();
        assert!(late.claim().is_err());
    }

    #[test]
    fn an_emptied_journal_has_no_lines_wherever_it_was_left() {
        let store = written(&["one", "two", "three"]);
        let (mut paused, _) = read(&store);
        let (mut journal, _) = read(&store);
        journal.clear().unwrap();
        assert!(paused.append("four").is_err(), "whoever wrote here before is shut out");
        let (mut next, lines) = read(&store);
        assert_eq!((lines, next.leftovers.len()), (vec![], 3));
        assert!(journal.append("one").is_ok());
        assert!(next.claim().is_err());
        let store = written(&["one", "two", "three"]);
        read(&store).0.clear().unwrap();
        let (mut journal, _) = read(&store);
        journal.claim().unwrap();
        journal.delete_leftovers().unwrap();
        journal.append("other").unwrap();
        assert_eq!(read(&store).1, ["other"]);
        assert_eq!(objects(&store).len(), 1);
    }

    #[test]
    fn damage_is_told() {
        let put = |store: &Arc<Store>, key: &str, bytes: &[u8]| {
            store.wait(store.put(key, bytes.to_vec().into(), PutMode::Overwrite)).unwrap();
        };
        let complaint = |store: &Arc<Store>| match Journal::read(store, "out/".into()) {
            Err(JournalError::Io(error)) => error.to_string(),
            Err(JournalError::NotOurs) => "not ours".to_owned(),
            Ok((_, lines)) => panic!("{lines:?}"),
        };
        let store = written(&["one", "two", "three"]);
        store.delete(vec!["out/00000001".into()]).unwrap();
        assert_eq!(complaint(&store), "memory://test/out/00000001: this object of the journal is missing");
        let other = objects(&written(&["another", "run"])).pop().unwrap().1;
        put(&store, "out/00000001", &other);
        assert_eq!(
            complaint(&store),
            "memory://test/out/00000001: this object of the journal does not follow the one before"
        );
        put(&store, "out/00000001", b"notes");
        assert_eq!(complaint(&store), "memory://test/out/00000001: this object of the journal is damaged");
        put(&store, "out/00000000", b"notes");
        assert_eq!(complaint(&store), "not ours");
    }
}
