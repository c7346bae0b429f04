//! What recurs where: the lines of each site that stand on enough of its pages.
//!
//! Made in one reading of the sorted counts. Few lines of many recur, but a large corpus has many sites:
//! what becomes too much for memory lies on disk, and a look-up reads the lines of one site. Why a line is
//! struck in the end is not known here.

use std::borrow::Cow;
use std::io;

use copydesk_core::{Overflow, Scratch};

use crate::count::{Counted, Counter, Key};
use crate::lines::{PAGES, parts};

/// From how many pages on a line recurs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Threshold {
    /// So many at least,
    pub(crate) least: u32,
    /// and such a share of all.
    pub(crate) share: f64,
}

impl Threshold {
    pub(crate) fn of(self, all: u32) -> u32 {
        self.least.max((f64::from(all) * self.share).ceil() as u32)
    }
}

/// The lines that recur.
pub(crate) struct Table {
    lines: Overflow,
    sites: Overflow,
    /// The first of each [`SITES_AT_ONCE`] sites.
    first_sites: Vec<u64>,
    /// Lines that recur on many sites, with how many those are; sorted.
    everywhere: Vec<(u64, u32)>,
    /// Sites on which something recurs.
    site_count: u32,
}

/// A line and its pages, as they lie in the table.
const LINE: usize = 12;
/// A site, as it lies in the table: itself, its pages, and its lines from where to where.
const SITE: usize = 28;
/// Sites that are read at once to find one.
const SITES_AT_ONCE: usize = 128;

/// The lines that recur on one site.
pub(crate) struct SiteLines<'t> {
    /// How many pages the site has.
    pub(crate) pages: u32,
    lines: Cow<'t, [u8]>,
}

impl SiteLines<'_> {
    /// On how many pages a line stands, if it recurs.
    pub(crate) fn pages_with(&self, says: u64) -> Option<u32> {
        find(&self.lines, LINE, says).map(|line| u32_at(line, 8))
    }
}

impl Table {
    /// Reads all counts. What recurs on a site is counted again: sites are to the corpus what pages are
    /// to a site.
    pub(crate) fn build(
        counts: &mut dyn Iterator<Item = io::Result<Counted>>,
        on_site: Threshold,
        in_corpus: Threshold,
        bytes: usize,
        scratch: &dyn Scratch,
    ) -> io::Result<Self> {
        let corpus = Counter::new(bytes / 2);
        let mut table = Table {
            lines: Overflow::new(bytes / 4),
            sites: Overflow::new(bytes / 4),
            first_sites: Vec::new(),
            everywhere: Vec::new(),
            site_count: 0,
        };
        let mut open = OpenSite::default();
        for entry in counts {
            let Counted(key, count) = entry?;
            let (site, says) = parts(key);
            if says == PAGES {
                table.close(&open, scratch)?;
                open = OpenSite { site, pages: count, from: table.lines.len(), lines: 0 };
            } else if count >= on_site.of(open.pages) {
                table.lines.push(&[&says.to_le_bytes(), &count.to_le_bytes()], scratch)?;
                open.lines += 1;
                corpus.add(0, &[Key::from(says)], scratch)?;
            }
        }
        table.close(&open, scratch)?;
        table.lines.finish()?;
        table.sites.finish()?;
        table.gather(&corpus, in_corpus)?;
        Ok(table)
    }

    fn close(&mut self, open: &OpenSite, scratch: &dyn Scratch) -> io::Result<()> {
        if open.lines == 0 {
            return Ok(());
        }
        if (self.site_count as usize).is_multiple_of(SITES_AT_ONCE) {
            self.first_sites.push(open.site);
        }
        self.site_count += 1;
        let OpenSite { site, pages, from, lines } = open;
        let fields: [&[u8]; 4] =
            [&site.to_le_bytes(), &pages.to_le_bytes(), &from.to_le_bytes(), &lines.to_le_bytes()];
        self.sites.push(&fields, scratch)
    }

    fn gather(&mut self, corpus: &Counter, threshold: Threshold) -> io::Result<()> {
        let least = threshold.of(self.site_count);
        for entry in corpus.drain()? {
            let Counted(says, sites) = entry?;
            if sites >= least {
                self.everywhere.push((says as u64, sites));
            }
        }
        Ok(())
    }

    /// The lines that recur on a site, if any do.
    ///
    /// # Errors
    /// When they lie on disk and cannot be read.
    pub(crate) fn site(&self, site: u64) -> io::Result<Option<SiteLines<'_>>> {
        let Some(place) = self.first_sites.partition_point(|first| *first <= site).checked_sub(1) else {
            return Ok(None);
        };
        let from = (place * SITES_AT_ONCE * SITE) as u64;
        let length = (SITES_AT_ONCE * SITE).min((self.sites.len() - from) as usize);
        let near = self.sites.read(from, length)?;
        let Some(entry) = find(&near, SITE, site) else { return Ok(None) };
        let (pages, from, lines) = (u32_at(entry, 8), u64_at(entry, 12), u64_at(entry, 20));
        Ok(Some(SiteLines { pages, lines: self.lines.read(from, lines as usize * LINE)? }))
    }

    /// On how many sites a line recurs, if those are enough.
    pub(crate) fn sites_with(&self, says: u64) -> Option<u32> {
        let place = self.everywhere.binary_search_by_key(&says, |(line, _)| *line).ok()?;
        Some(self.everywhere[place].1)
    }

    /// On how many sites something recurs.
    pub(crate) fn site_count(&self) -> u32 {
        self.site_count
    }
}

/// A site whose counts are being read.
#[derive(Default)]
struct OpenSite {
    site: u64,
    pages: u32,
    from: u64,
    lines: u64,
}

/// The entry of `length` bytes that begins with a number, among sorted ones.
fn find(entries: &[u8], length: usize, number: u64) -> Option<&[u8]> {
    let (mut from, mut to) = (0, entries.len() / length);
    while from < to {
        let middle = from.midpoint(to);
        let entry = &entries[middle * length..][..length];
        match u64_at(entry, 0).cmp(&number) {
            std::cmp::Ordering::Equal => return Some(entry),
            std::cmp::Ordering::Less => from = middle + 1,
            std::cmp::Ordering::Greater => to = middle,
        }
    }
    None
}

fn u64_at(entry: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(entry[at..at + 8].try_into().expect("eight bytes were asked for"))
}

fn u32_at(entry: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(entry[at..at + 4].try_into().expect("four bytes were asked for"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lines::key;
    use copydesk_core::testing::Disk;

    const ON_SITE: Threshold = Threshold { least: 2, share: 0.5 };

    /// Sites 1 to 300 of four pages each; of the lines, 20 stands on every page, 21 on one, and 22 on
    /// two pages of each third site.
    fn table(bytes: usize) -> Table {
        let site = |site: u64| {
            let third = if site.is_multiple_of(3) { 2 } else { 1 };
            [(PAGES, 4), (20, 4), (21, 1), (22, third)].map(|(says, count)| Counted(key(site, says), count))
        };
        let mut counts = (1..=300).flat_map(site).map(Ok);
        let in_corpus = Threshold { least: 3, share: 0.5 };
        Table::build(&mut counts, ON_SITE, in_corpus, bytes, &Disk).unwrap()
    }

    #[test]
    fn what_recurs_is_found_on_its_site() {
        for bytes in [1 << 20, 64] {
            let table = table(bytes);
            assert_eq!(table.lines.is_on_disk(), bytes == 64);
            for site in [1, 3, 127, 128, 129, 300] {
                let lines = table.site(site).unwrap().unwrap();
                assert_eq!((lines.pages, lines.pages_with(20), lines.pages_with(21)), (4, Some(4), None));
                assert_eq!(lines.pages_with(22), site.is_multiple_of(3).then_some(2));
            }
            assert!([0, 301, u64::MAX].iter().all(|site| table.site(*site).unwrap().is_none()));
        }
    }

    #[test]
    fn what_recurs_on_enough_sites_recurs_in_the_corpus() {
        let table = table(64);
        assert_eq!((table.site_count(), table.sites_with(20)), (300, Some(300)));
        assert_eq!((table.sites_with(21), table.sites_with(22)), (None, None));
    }

    #[test]
    fn a_threshold_is_a_number_and_a_share() {
        assert_eq!([1, 4, 5, 100].map(|all| ON_SITE.of(all)), [2, 2, 3, 50]);
    }
}
