//! What stands in each element of a page, summed up, and which elements look as if they held the article.

use super::layout::{Page, flag};
use super::lines::Line;
use super::shape::{Shape, Tag};

/// No element.
pub const NONE: u32 = u32::MAX;

/// Sums over the runs in an element.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sums {
    /// Runs.
    pub runs: u32,
    /// Bytes of text.
    pub bytes: u32,
    /// Bytes in links.
    pub linked: u32,
    /// Bytes of runs that read like running text.
    pub prose: u32,
    /// Runs that read like running text.
    pub prose_runs: u32,
    /// Runs in a `p`.
    pub paragraphs: u32,
    /// Headings.
    pub headings: u32,
    /// Items of lists.
    pub items: u32,
    /// Ends of sentences.
    pub stops: u32,
    /// Pictures.
    pub pictures: u32,
}

impl Sums {
    fn add(&mut self, other: Sums) {
        self.runs += other.runs;
        self.bytes += other.bytes;
        self.linked += other.linked;
        self.prose += other.prose;
        self.prose_runs += other.prose_runs;
        self.paragraphs += other.paragraphs;
        self.headings += other.headings;
        self.items += other.items;
        self.stops += other.stops;
        self.pictures += other.pictures;
    }
}

/// What is known of one element.
#[derive(Debug, Clone, Copy)]
pub struct Container {
    /// Over all that is in it.
    pub sums: Sums,
    /// The nearest element around it that holds more runs; its own number if none does.
    pub up: u32,
    /// The outermost element that holds the same runs.
    pub top: u32,
    /// The last element in it; all in between are in it, too.
    pub last: u32,
    /// Sum of the names' weights on the way down to it.
    pub path: i32,
    /// The least weight on the way.
    pub least: i16,
    /// The greatest.
    pub most: i16,
    /// How readability would score it, in hundredths.
    pub readability: i32,
    /// The greatest such score on the way down to it.
    pub best_above: i32,
    /// The group of elements of its kind in the same element.
    pub group: u32,
    /// The nearest `article`, or [`NONE`].
    pub article: u32,
    /// The nearest `main`, or [`NONE`].
    pub main: u32,
    /// The nearest `section`, or [`NONE`].
    pub section: u32,
}

/// Elements of one kind side by side.
#[derive(Debug, Clone, Copy, Default)]
pub struct Group {
    /// How many have text.
    pub size: u32,
    /// Over all of them.
    pub sums: Sums,
}

/// All of them.
#[derive(Debug, Default)]
pub struct Containers {
    /// One for each element of the page.
    pub list: Vec<Container>,
    /// Elements of one kind side by side.
    pub groups: Vec<Group>,
    /// The element that readability would choose.
    pub best: u32,
    /// Its score.
    pub best_score: i32,
    /// The smallest elements that hold 50, 65, 80 and 90 % of the prose of the page.
    pub cores: [u32; 4],
    /// How many `article` there are.
    pub articles: u32,
}

/// The shares of [`Containers::cores`].
const CORES: [u64; 4] = [50, 65, 80, 90];

impl Containers {
    /// Sums up a page.
    pub fn of(page: &Page, lines: &[Line]) -> Containers {
        let blank = Container {
            sums: Sums::default(),
            up: 0,
            top: 0,
            last: 0,
            path: 0,
            least: 0,
            most: 0,
            readability: 0,
            best_above: 0,
            group: 0,
            article: NONE,
            main: NONE,
            section: NONE,
        };
        let mut containers = Containers { list: vec![blank; page.elements.len()], ..Containers::default() };
        containers.sum_up(page, lines);
        containers.hand_down(page);
        containers.group(page);
        containers.choose(page);
        containers
    }

    fn sum_up(&mut self, page: &Page, lines: &[Line]) {
        for (run, line) in page.runs.iter().zip(lines) {
            let element = page.elements[run.element as usize];
            let is_seen = element.flags & (flag::UNSEEN | flag::NOSCRIPT) == 0;
            let bytes = run.bytes() as u32;
            let is_prose = line.is_prose() && run.linked * 2 < bytes && is_seen;
            let heading = matches!(element.shape, Shape::H1 | Shape::H2 | Shape::H3 | Shape::H4);
            self.list[run.element as usize].sums.add(Sums {
                runs: 1,
                bytes,
                linked: run.linked,
                prose: if is_prose { bytes } else { 0 },
                prose_runs: u32::from(is_prose),
                paragraphs: u32::from(element.shape == Shape::Paragraph),
                headings: u32::from(heading),
                items: u32::from(element.shape == Shape::Item),
                stops: line.stops,
                pictures: u32::from(run.pictures),
            });
            self.score(page, run.element, bytes, line, is_prose);
        }
        for number in (1..self.list.len()).rev() {
            let (sums, last) = (self.list[number].sums, self.list[number].last.max(number as u32));
            self.list[number].last = last;
            let parent = &mut self.list[page.elements[number].parent as usize];
            parent.sums.add(sums);
            parent.last = parent.last.max(last);
        }
    }

    /// Points for the block that a run is in, and fewer for what is round that.
    fn score(&mut self, page: &Page, element: u32, bytes: u32, line: &Line, is_prose: bool) {
        if bytes < 25 || !is_prose && line.words < 8 {
            return;
        }
        let points = (100 + 100 * line.commas.min(20) + bytes.min(300)) as i32;
        let mut at = element;
        while at != 0 && !page.elements[at as usize].tag.is_block() {
            at = page.elements[at as usize].parent;
        }
        let mut share = 1;
        if page.elements[at as usize].shape == Shape::Box {
            // text that stands in a `div` by itself
            self.list[at as usize].readability += points;
        }
        for level in 0..5 {
            at = page.elements[at as usize].parent;
            self.list[at as usize].readability += points / share;
            if at == 0 {
                break;
            }
            share = if level == 0 { 2 } else { 3 * (level + 1) };
        }
    }

    fn hand_down(&mut self, page: &Page) {
        for number in 1..self.list.len() {
            let element = &page.elements[number];
            let parent = self.list[element.parent as usize];
            let container = &mut self.list[number];
            let grows = parent.sums.runs > container.sums.runs;
            container.up = if grows { element.parent } else { parent.up };
            container.top = if grows { number as u32 } else { parent.top };
            container.path = parent.path + i32::from(element.weight);
            container.least = parent.least.min(element.weight);
            container.most = parent.most.max(element.weight);
            let share = |part: u32, whole: u32| i64::from(part) * 100 / i64::from(whole.max(1));
            let linked = share(container.sums.linked, container.sums.bytes);
            container.readability = (i64::from(container.readability) * (100 - linked.min(100)) / 100) as i32;
            container.best_above = parent.best_above.max(container.readability);
            container.article = if element.tag == Tag::Article { number as u32 } else { parent.article };
            container.main = if element.tag == Tag::Main { number as u32 } else { parent.main };
            container.section = if element.tag == Tag::Section { number as u32 } else { parent.section };
            self.articles += u32::from(element.tag == Tag::Article && container.sums.runs > 0);
        }
    }

    fn group(&mut self, page: &Page) {
        // parent, signature and number in one, as in `alike.rs`
        let mut order: Vec<u128> = (1..self.list.len())
            .filter(|number| self.list[*number].sums.runs > 0)
            .map(|number| {
                let element = &page.elements[number];
                u128::from(element.parent) << 64 | u128::from(element.signature) << 32 | number as u128
            })
            .collect();
        order.sort_unstable();
        self.groups.push(Group::default());
        for alike in order.chunk_by(|one, other| one >> 32 == other >> 32) {
            let mut group = Group::default();
            for number in alike.iter().map(|entry| *entry as u32 as usize) {
                group.size += 1;
                group.sums.add(self.list[number].sums);
                self.list[number].group = self.groups.len() as u32;
            }
            self.groups.push(group);
        }
    }

    fn choose(&mut self, page: &Page) {
        for (number, container) in self.list.iter().enumerate() {
            if container.readability > self.best_score {
                self.best = number as u32;
                self.best_score = container.readability;
            }
        }
        let all = u64::from(self.list[0].sums.prose);
        for number in 1..self.list.len() {
            let prose = u64::from(self.list[number].sums.prose);
            for (core, share) in self.cores.iter_mut().zip(CORES) {
                // the page is in order: what stands in the core so far and holds as much is the core
                if all > 0 && prose * 100 >= all * share && page.elements[number].parent >= *core {
                    *core = number as u32;
                }
            }
        }
    }

    /// Is an element in another, or the same?
    pub fn is_in(&self, inner: u32, outer: u32) -> bool {
        outer <= inner && inner <= self.list[outer as usize].last
    }
}
