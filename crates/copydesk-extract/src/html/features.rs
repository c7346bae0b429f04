//! The numbers that the models see of a run: by itself, its place, its neighbours, the elements around it, the page.
//!
//! All are small whole numbers, so that a model decides the same on every machine. The order is that of [`NAMES`].

use super::alike::{Alike, places};
use super::clues::{Clues, triple};
use super::containers::{Container, Containers, NONE, Sums};
use super::layout::{Element, Page, Run, flag};
use super::lines::{Line, Words, hash_words, weigh};
use super::shape::{Landmark, Shape};
use super::types::KINDS;
use super::vocabulary::Weights;

macro_rules! features {
    ($($name:ident),* $(,)?) => {
        /// Their names, in order.
        pub const NAMES: &[&str] = &[$(stringify!($name)),*];
        /// The features of one run.
        #[derive(Debug, Clone, Copy, Default)]
        #[repr(C)]
        pub struct Features { $(#[allow(missing_docs, reason = "they are listed, not used one by one")] pub $name: i16),* }
        impl Features {
            /// In the order of the names.
            pub fn values(&self) -> [i16; NAMES.len()] { [$(self.$name),*] }
        }
    };
}

features! {
    // the run itself
    words, chars, word_length, longest, upper, capitals, digits, commas, quotes, separators, stops, unspaced, start, end,
    linked, links, bold, cells, is_broken, is_behind_break, pictures, prose, repeats, is_again,
    text_weight, text_least, text_most, text_mean, run_share, run_rank, run_part,
    // its element and what that is in
    shape, depth, landmark, landmark2, in_article, in_main, in_aside, in_nav, in_header, in_footer, in_form, in_figure, in_quote, in_list,
    in_table, in_button, in_property, in_dialog, in_details, in_small, is_italic, is_bold, hidden,
    name_own, name_parent, name_third, name_top, name_path, name_least, name_most, name_up1, name_up2, name_up3,
    // the elements around it that hold more
    c1_bytes, c1_linked, c1_prose, c1_runs, c1_paragraphs, c1_headings, c1_items, c1_share, c1_prose_share, c1_read, c1_pictures,
    c2_bytes, c2_linked, c2_prose, c2_runs, c2_paragraphs, c2_headings, c2_items, c2_share, c2_prose_share, c2_read, c2_pictures,
    c3_bytes, c3_linked, c3_prose, c3_runs, c3_prose_share, c3_read,
    c4_linked, c4_prose, c4_prose_share, c4_read,
    g0_size, g0_bytes, g0_linked, g0_prose, g0_share, g1_size, g1_bytes, g1_linked, g1_prose, g1_share,
    g2_size, g2_bytes, g2_linked, g2_prose, g2_share,
    article_share, article_prose, article_linked, main_share, section_share, section_linked,
    in_best, best_read, best_above, from_best, in_core50, in_core65, in_core80, in_core90, core80_linked, core80_share,
    // its place
    from_start, from_end, place, prose_before, prose_after, since_prose, until_prose, since_heading, heading_weight, heading_level, heading_linked,
    in_core_before, in_core_after,
    since_title, words_since_title, title_shared, title_rank, title_ups, ups_to_title, titled_prose, titled_linked,
    article_titled, main_titled, c1_titled, c2_titled, c3_titled, is_title_like,
    since_lead, same_as_lead, in_lead, in_lead2, lead_kind, lead_path, in_dense, dense_share, dense_kind,
    // clues
    title_overlap, title_part, summary_overlap, body_overlap, body_words, declares_article, declares_other,
    // densities around it
    prose_left, prose_right, linked_left, linked_right, short_left, short_right, weight_left, weight_right,
    // neighbours
    words_m2, words_m1, words_p1, words_p2, linked_m2, linked_m1, linked_p1, linked_p2, shape_m2, shape_m1, shape_p1, shape_p2,
    name_m1, name_p1, text_m2, text_m1, text_p1, text_p2, same_m1, same_p1, end_m1, start_p1, prose_m1, prose_p1, level_m1, level_p1,
    // the page
    type_article, type_forum, type_product, type_collection, type_listing, type_documentation, type_service,
    page_prices, price, kind_size, kind_words, kind_linked, kind_prose, kind_spread, kind_share,
    page_runs, page_words, page_prose, page_linked, page_articles, page_best, page_paragraphs, page_headings, page_items, page_max_prose,
}

/// A page with all that is known of its runs.
#[derive(Debug)]
pub struct Reading {
    /// One for each run.
    pub lines: Vec<Line>,
    /// The words of all runs.
    pub words: Words,
    /// One for each element.
    pub containers: Containers,
}

impl Reading {
    /// Reads all runs of a page.
    pub fn of(page: &Page, weights: &Weights) -> Reading {
        let mut words = Words::with_capacity(page.text.len() / 5);
        let mut lines: Vec<Line> =
            page.runs.iter().map(|run| hash_words(&page.text[run.range()], &mut words)).collect();
        lines.iter_mut().for_each(|line| weigh(line, &words, weights));
        let containers = Containers::of(page, &lines);
        Reading { lines, words, containers }
    }

    /// The words of a run.
    pub fn words_of(&self, line: &Line) -> &[u32] {
        &self.words[line.first_word as usize..(line.first_word + line.word_count) as usize]
    }

    /// The features of all runs.
    pub fn features(&self, page: &Page, clues: &Clues, types: [i16; KINDS.len()]) -> Vec<Features> {
        let mut all: Vec<Features> = (0..page.runs.len()).map(|at| self.own(page, clues, at)).collect();
        self.repeats(&mut all);
        let around = Around { page, reading: self };
        around.chains(&mut all);
        around.places(&mut all);
        around.title(&mut all);
        around.lead(&mut all);
        around.densities(&mut all);
        around.neighbours(&mut all);
        around.kinds(&mut all);
        around.sizes(&mut all);
        around.page_wide(types, &mut all);
        all
    }

    /// What a run shows by itself, where it stands in the tree, and what the page says of its words elsewhere.
    fn own(&self, page: &Page, clues: &Clues, at: usize) -> Features {
        let (run, line) = (&page.runs[at], &self.lines[at]);
        let mut features = Features::default();
        features.counts(line, run.bytes());
        features.markup(run);
        features.element(&page.elements[run.element as usize]);
        features.clues(clues, self.words_of(line));
        features
    }

    /// How often the words of a run stand on the page, and whether they stood above already.
    fn repeats(&self, all: &mut [Features]) {
        let order = Alike::new(self.lines.iter().map(|line| line.hash));
        for alike in order.groups() {
            for (nth, at) in places(alike).enumerate() {
                all[at].repeats = small(alike.len().min(20));
                all[at].is_again = small(nth.min(20));
            }
        }
    }
}

impl Features {
    /// What its letters and words are.
    fn counts(&mut self, line: &Line, bytes: usize) {
        let words = line.words as usize;
        self.words = small(words.min(200));
        self.chars = log(bytes);
        self.word_length = part(line.letters as usize, words * 10);
        self.longest = small((line.longest as usize).min(60));
        self.upper = part(line.upper as usize, line.letters as usize);
        self.capitals = part(line.capitals as usize, words);
        self.digits = part(line.digits as usize, bytes);
        self.commas = small((line.commas as usize).min(30));
        self.quotes = small((line.quotes as usize).min(20));
        self.separators = small((line.separators as usize).min(20));
        self.stops = small((line.stops as usize).min(20));
        self.unspaced = part(line.unspaced as usize, line.letters as usize);
        self.start = i16::from(line.start);
        self.end = i16::from(line.end);
        self.prose = i16::from(line.is_prose());
        self.price = i16::from(line.is_price);
        self.text_weight = line.weight;
        self.text_least = line.least;
        self.text_most = line.most;
        self.text_mean = line.weight / (line.word_count.clamp(1, 19) as i16);
    }

    /// What markup there is in it.
    fn markup(&mut self, run: &Run) {
        self.linked = part(run.linked as usize, run.bytes());
        self.links = small(usize::from(run.links).min(30));
        self.bold = part(run.bold as usize, run.bytes());
        self.cells = small(usize::from(run.cells).min(20));
        self.is_broken = i16::from(run.is_broken);
        self.is_behind_break = i16::from(run.is_behind_break);
        self.pictures = small(usize::from(run.pictures).min(5));
    }

    /// What its element is, and is in.
    fn element(&mut self, element: &Element) {
        let has = |bit: u32| i16::from(element.flags & bit != 0);
        self.shape = element.shape as i16;
        self.depth = small(usize::from(element.depth).min(60));
        self.landmark = element.landmarks[0] as i16;
        self.landmark2 = element.landmarks[1] as i16;
        self.in_article = has(flag::ARTICLE);
        self.in_main = has(flag::MAIN);
        self.in_aside = has(flag::ASIDE);
        self.in_nav = has(flag::NAV);
        self.in_header = has(flag::HEADER);
        self.in_footer = has(flag::FOOTER);
        self.in_form = has(flag::FORM);
        self.in_figure = has(flag::FIGURE);
        self.in_quote = has(flag::QUOTE);
        self.in_list = has(flag::LIST);
        self.in_table = has(flag::TABLE);
        self.in_button = has(flag::BUTTON);
        self.in_property = has(flag::BODY_PROPERTY);
        self.in_dialog = has(flag::DIALOG);
        self.in_details = has(flag::DETAILS);
        self.in_small = has(flag::SMALL);
        self.is_italic = has(flag::ITALIC);
        self.is_bold = has(flag::BOLD);
        self.hidden = has(flag::UNHEARD) + 2 * has(flag::UNSEEN) + 4 * has(flag::NOSCRIPT);
    }

    /// What of its words the page says elsewhere.
    fn clues(&mut self, clues: &Clues, words: &[u32]) {
        let shared = |of: &[u32]| words.iter().filter(|word| of.binary_search(word).is_ok()).count();
        let known = if clues.title.is_empty() { 0 } else { shared(&clues.title) };
        self.title_overlap = part(known, words.len());
        self.title_part = part(known.min(clues.title.len()), clues.title.len());
        let has_summary = clues.summary.len() >= 4;
        self.summary_overlap = if has_summary { part(shared(&clues.summary), words.len()) } else { -1 };
        self.body_overlap = body_overlap(clues, words);
        self.body_words = if clues.body.is_empty() { -1 } else { log(clues.body_words) };
        self.declares_article = i16::from(clues.declares_article);
        self.declares_other = i16::from(clues.declares_other);
    }
}

/// How much of a run stands in the body of the structured data.
fn body_overlap(clues: &Clues, words: &[u32]) -> i16 {
    if clues.body.is_empty() {
        return -1;
    }
    if words.len() < 3 {
        return -2;
    }
    let found = words.windows(3).filter(|three| clues.body.binary_search(&triple(three)).is_ok()).count();
    part(found, words.len() - 2)
}

/// Where two ways up the tree meet.
#[derive(Debug, Clone, Copy, Default)]
struct Meeting {
    /// The innermost element that both are in.
    at: u32,
    /// How many elements that hold more one goes up to it, from here.
    ups: i16,
    /// And from the other.
    from_home: i16,
}

struct Around<'a> {
    page: &'a Page,
    reading: &'a Reading,
}

/// What an element holds, as the models are told.
#[derive(Debug, Clone, Copy)]
struct Held {
    name: i16,
    bytes: i16,
    linked: i16,
    prose: i16,
    runs: i16,
    paragraphs: i16,
    headings: i16,
    items: i16,
    share: i16,
    prose_share: i16,
    read: i16,
    pictures: i16,
}

/// Numbers that many runs of a page share, each worked out once.
struct Shared<'a> {
    around: &'a Around<'a>,
    held: Vec<Option<Held>>,
    groups: Vec<Option<[i16; 5]>>,
}

impl<'a> Shared<'a> {
    fn new(around: &'a Around<'a>) -> Self {
        let containers = &around.reading.containers;
        Shared {
            around,
            held: vec![None; containers.list.len()],
            groups: vec![None; containers.groups.len()],
        }
    }

    fn held(&mut self, element: u32) -> Held {
        *self.held[element as usize].get_or_insert_with(|| self.around.held(element))
    }

    /// The group of an element that is the outermost of those that hold the same runs.
    fn group(&mut self, top: u32) -> [i16; 5] {
        let group = self.around.container(top).group as usize;
        *self.groups[group].get_or_insert_with(|| self.around.group(top))
    }
}

impl Around<'_> {
    fn container(&self, element: u32) -> &Container {
        &self.reading.containers.list[element as usize]
    }

    fn weight(&self, element: u32) -> i16 {
        self.page.elements[element as usize].weight
    }

    fn parent(&self, element: u32) -> u32 {
        self.page.elements[element as usize].parent
    }

    /// The elements around a run, from the innermost that holds more than it.
    fn chains(&self, all: &mut [Features]) {
        let mut shared = Shared::new(self);
        for (run, features) in self.page.runs.iter().zip(all) {
            let own = self.container(run.element);
            let up = |element: u32| self.container(element).up;
            let levels = [own.up, up(own.up), up(up(own.up)), up(up(up(own.up)))];
            self.names(run.element, features);
            around(levels.map(|level| shared.held(level)), features);
            groups(
                [own.top, self.container(levels[0]).top, self.container(levels[1]).top]
                    .map(|top| shared.group(top)),
                features,
            );
            self.parts(own, features);
            self.cores(run.element, features);
        }
    }

    fn names(&self, element: u32, features: &mut Features) {
        let (own, parent) = (self.container(element), self.parent(element));
        features.name_own = self.weight(element);
        features.name_parent = self.weight(parent);
        features.name_third = self.weight(self.parent(parent));
        features.name_top = self.weight(own.top);
        features.name_path = own.path.clamp(-9000, 9000) as i16;
        features.name_least = own.least;
        features.name_most = own.most;
    }

    fn held(&self, element: u32) -> Held {
        let (container, page) = (self.container(element), self.container(0).sums);
        let sums = container.sums;
        let of_bytes = |value: u32| part(value as usize, sums.bytes as usize);
        let of_runs = |value: u32| part(value as usize, sums.runs as usize);
        Held {
            name: self.weight(container.top),
            bytes: log(sums.bytes as usize),
            linked: of_bytes(sums.linked),
            prose: of_bytes(sums.prose),
            runs: log(sums.runs as usize),
            paragraphs: of_runs(sums.paragraphs),
            headings: of_runs(sums.headings),
            items: of_runs(sums.items),
            share: part(sums.bytes as usize, page.bytes as usize),
            prose_share: part(sums.prose as usize, page.prose as usize),
            read: self.read(container.readability),
            pictures: of_runs(sums.pictures),
        }
    }

    /// A score of readability as a part of the best.
    fn read(&self, score: i32) -> i16 {
        part(score.max(0) as usize, self.reading.containers.best_score.max(1) as usize)
    }

    /// Elements of one kind side by side: their number, their mean size, what is linked and prose in them, and how much of
    /// the element around them they are.
    fn group(&self, top: u32) -> [i16; 5] {
        let container = self.container(top);
        let group = self.reading.containers.groups[container.group as usize];
        let (bytes, size) = (group.sums.bytes as usize, group.size as usize);
        [
            small(size.min(100)),
            log(bytes / size.max(1)),
            part(group.sums.linked as usize, bytes),
            part(group.sums.prose as usize, bytes),
            part(bytes, self.container(container.up).sums.bytes as usize),
        ]
    }

    /// The parts of the page that a run is in.
    fn parts(&self, own: &Container, features: &mut Features) {
        let page = self.container(0).sums;
        let of = |element: u32, part_of: fn(Sums, Sums) -> i16| match element {
            NONE => -1,
            element => part_of(self.container(element).sums, page),
        };
        let share = |sums: Sums, page: Sums| part(sums.prose as usize, page.prose as usize);
        let linked = |sums: Sums, _: Sums| part(sums.linked as usize, sums.bytes as usize);
        let prose = |sums: Sums, _: Sums| part(sums.prose as usize, sums.bytes as usize);
        features.article_share = of(own.article, share);
        features.main_share = of(own.main, share);
        features.section_share = of(own.section, share);
        features.article_linked = of(own.article, linked);
        features.section_linked = of(own.section, linked);
        features.article_prose = of(own.article, prose);
    }

    /// The elements that look as if they held the article.
    fn cores(&self, element: u32, features: &mut Features) {
        let (own, containers) = (self.container(element), &self.reading.containers);
        features.best_read = self.read(own.readability);
        features.best_above = self.read(own.best_above);
        let is_in = |outer: u32| i16::from(containers.is_in(element, outer));
        let depth = |element: u32| usize::from(self.page.elements[element as usize].depth);
        features.in_best = is_in(containers.best);
        features.from_best = match features.in_best {
            1 => small((depth(element) - depth(containers.best)).min(30)),
            _ => -1,
        };
        [features.in_core50, features.in_core65, features.in_core80, features.in_core90] =
            containers.cores.map(is_in);
        let core = self.container(containers.cores[2]).sums;
        features.core80_linked = part(core.linked as usize, core.bytes as usize);
        features.core80_share = part(core.bytes as usize, self.container(0).sums.bytes as usize);
    }

    fn is_prose(&self, at: usize) -> bool {
        let run = &self.page.runs[at];
        self.reading.lines[at].is_prose() && run.linked as usize * 2 < run.bytes()
    }

    /// Where a run stands on the page.
    fn places(&self, all: &mut [Features]) {
        const FAR: i16 = 60;
        let count = all.len();
        let prose: u32 = self.container(0).sums.prose.max(1);
        let (mut before, mut since, mut heading, mut weight, mut level, mut heading_linked) =
            (0_u32, FAR, FAR, 0, 0, 0);
        for (at, features) in all.iter_mut().enumerate() {
            features.from_start = small(at.min(500));
            features.from_end = small((count - 1 - at).min(500));
            features.place = part(at, count);
            features.prose_before = part(before.min(prose) as usize, prose as usize);
            features.since_prose = since;
            features.since_heading = heading;
            features.heading_weight = weight;
            features.heading_level = level;
            features.heading_linked = heading_linked;
            since = (since + 1).min(FAR);
            heading = (heading + 1).min(FAR);
            if self.is_prose(at) {
                before += self.page.runs[at].bytes() as u32;
                since = 0;
            }
            let shape = self.page.elements[self.page.runs[at].element as usize].shape;
            if matches!(shape, Shape::H1 | Shape::H2 | Shape::H3 | Shape::H4) {
                (heading, weight, level, heading_linked) =
                    (0, self.reading.lines[at].weight, shape as i16, features.linked);
            }
        }
        let (mut after, mut until) = (0_u32, FAR);
        for (at, features) in all.iter_mut().enumerate().rev() {
            features.prose_after = part(after.min(prose) as usize, prose as usize);
            features.until_prose = until;
            until = (until + 1).min(FAR);
            if self.is_prose(at) {
                after += self.page.runs[at].bytes() as u32;
                until = 0;
            }
        }
        let (mut core_before, mut core_after) = (0, 0);
        for features in all.iter_mut() {
            features.in_core_before = core_before;
            core_before = (core_before + features.in_core65).min(200);
        }
        for features in all.iter_mut().rev() {
            features.in_core_after = core_after;
            core_after = (core_after + features.in_core65).min(200);
        }
    }

    /// The run that says most of the title, headings first; and how sure that is.
    fn headline(&self, all: &[Features]) -> Option<(usize, i32)> {
        let rank = |at: usize| {
            let features = &all[at];
            let level = match self.page.elements[self.page.runs[at].element as usize].shape {
                Shape::H1 => 160,
                Shape::H2 => 45,
                Shape::H3 | Shape::H4 => 15,
                _ => 0,
            };
            if features.words < 2 || features.words > 40 || features.hidden & 6 != 0 || features.in_nav == 1 {
                return 0;
            }
            let likeness = i32::from(features.title_part.min(100)) * i32::from(features.title_overlap) / 50;
            let is_like = likeness >= 80 && features.linked < 50 || likeness >= 120;
            if level > 0 || is_like { level + likeness - i32::from(features.linked) / 4 } else { 0 }
        };
        let ranks = (0..all.len()).map(rank);
        let best = ranks.enumerate().max_by_key(|(at, rank)| (*rank, std::cmp::Reverse(*at)))?;
        (best.1 >= 60).then_some((best.0, best.1))
    }

    /// Where a run stands as seen from the headline.
    fn title(&self, all: &mut [Features]) {
        let Some((headline, rank)) = self.headline(all) else {
            all.iter_mut().for_each(|features| {
                (features.since_title, features.words_since_title, features.title_ups) = (-300, -1, -1);
                [features.article_titled, features.main_titled] = [-1; 2];
                [features.c1_titled, features.c2_titled, features.c3_titled, features.ups_to_title] = [-1; 4];
            });
            return;
        };
        let depth = |element: u32| self.page.elements[element as usize].depth;
        let containers = &self.reading.containers;
        let home = self.page.runs[headline].element;
        let titled = |element: u32| match element {
            NONE => -1,
            element => i16::from(containers.is_in(home, element)),
        };
        let page = self.container(0).sums;
        let meetings = self.meetings(home);
        let mut words = 0_usize;
        for (at, features) in all.iter_mut().enumerate() {
            features.title_rank = small(rank as usize);
            features.since_title = (at as i64 - headline as i64).clamp(-200, 400) as i16;
            features.words_since_title = if at < headline { -1 } else { log(words) };
            if at >= headline {
                words += self.reading.lines[at].words as usize;
            }
            let element = self.page.runs[at].element;
            let meeting = meetings[element as usize];
            let shared = meeting.at;
            // how far up one has to go from the headline to hold both, and from the run
            features.title_shared = small(usize::from(depth(home) - depth(shared)).min(60));
            features.title_ups = meetings[shared as usize].from_home;
            features.ups_to_title = meeting.ups;
            let sums = self.container(shared).sums;
            features.titled_prose = part(sums.prose as usize, page.prose as usize);
            features.titled_linked = part(sums.linked as usize, sums.bytes as usize);
            let own = self.container(element);
            features.article_titled = titled(own.article);
            features.main_titled = titled(own.main);
            features.c1_titled = titled(own.up);
            features.c2_titled = titled(self.container(own.up).up);
            features.c3_titled = titled(self.container(self.container(own.up).up).up);
            features.is_title_like =
                i16::from(features.title_overlap >= 70 && features.title_part >= 50 && features.words >= 3);
        }
    }

    /// Where the way up from each element meets that from `home`.
    fn meetings(&self, home: u32) -> Vec<Meeting> {
        const FAR: i16 = 20;
        let containers = &self.reading.containers;
        let mut meetings = vec![Meeting::default(); self.page.elements.len()];
        for number in 1..meetings.len() {
            let element = number as u32;
            let up = self.container(element).up;
            meetings[number] = if containers.is_in(home, element) {
                Meeting { at: element, ..Meeting::default() }
            } else {
                let at = meetings[self.page.elements[number].parent as usize].at;
                let beyond = if up <= at { 0 } else { meetings[up as usize].ups };
                Meeting { at, ups: (beyond + 1).min(FAR), from_home: 0 }
            };
        }
        // how many elements that hold more one goes up from home, until one is there or past it
        let (mut around, mut place, mut count) = (home, home, 0);
        loop {
            while place > around && count < FAR {
                place = self.container(place).up;
                count += 1;
            }
            meetings[around as usize].from_home = count;
            if around == 0 {
                return meetings;
            }
            around = self.page.elements[around as usize].parent;
        }
    }

    /// Where a run stands as seen from the first prose behind the headline, and from the element that holds most prose
    /// by itself.
    fn lead(&self, all: &mut [Features]) {
        let from = all.iter().position(|features| features.since_title == 0).unwrap_or(0);
        let is_seen =
            |features: &Features| features.hidden & 6 == 0 && features.in_nav + features.in_footer == 0;
        let lead = (from..all.len()).find(|at| self.is_prose(*at) && is_seen(&all[*at]));
        let dense = self.densest();
        let page = self.container(0).sums;
        let lead_element = lead.map(|lead| self.page.runs[lead].element);
        for (at, features) in all.iter_mut().enumerate() {
            let element = self.page.runs[at].element;
            let is_in = |outer: u32| i16::from(self.reading.containers.is_in(element, outer));
            let signature = |element: u32| self.page.elements[element as usize].signature;
            if let (Some(lead), Some(home)) = (lead, lead_element) {
                let up = self.container(home).up;
                features.since_lead = (at as i64 - lead as i64).clamp(-200, 400) as i16;
                features.same_as_lead = i16::from(self.container(element).up == up);
                features.in_lead = is_in(up);
                features.in_lead2 = is_in(self.container(up).up);
                features.lead_kind = i16::from(signature(home) == signature(element))
                    + 2 * i16::from(signature(self.parent(home)) == signature(self.parent(element)));
                let difference = self.container(element).path - self.container(home).path;
                features.lead_path = difference.clamp(-5000, 5000) as i16;
            }
            features.in_dense = is_in(dense.0);
            features.dense_share = part(dense.1 as usize, page.prose as usize);
            features.dense_kind = i16::from(self.container(element).up == dense.0);
        }
    }

    /// The element that is the nearest to hold more than a run for most of the prose.
    fn densest(&self) -> (u32, u32) {
        let mut prose = vec![0_u32; self.page.elements.len()];
        for (at, run) in self.page.runs.iter().enumerate() {
            if self.is_prose(at) {
                prose[self.container(run.element).up as usize] += run.bytes() as u32;
            }
        }
        let most = prose.iter().copied().max().unwrap_or(0);
        (prose.iter().position(|bytes| *bytes == most).unwrap_or(0) as u32, most)
    }

    /// Means that fade with the distance.
    fn densities(&self, all: &mut [Features]) {
        let step = |state: &mut [i32; 4], features: &Features| {
            let flags = [
                i32::from(features.prose) * i32::from(features.linked < 50),
                i32::from(features.linked > 50),
                i32::from(features.words < 6),
            ];
            for (state, flag) in state.iter_mut().zip(flags) {
                *state = *state * 3 / 4 + flag * 250;
            }
            state[3] = state[3] * 3 / 4 + i32::from(features.text_weight.clamp(-500, 500));
        };
        let mut state = [0_i32; 4];
        for features in all.iter_mut() {
            features.prose_left = (state[0] / 10) as i16;
            features.linked_left = (state[1] / 10) as i16;
            features.short_left = (state[2] / 10) as i16;
            features.weight_left = (state[3] / 4) as i16;
            step(&mut state, features);
        }
        let mut state = [0_i32; 4];
        for features in all.iter_mut().rev() {
            features.prose_right = (state[0] / 10) as i16;
            features.linked_right = (state[1] / 10) as i16;
            features.short_right = (state[2] / 10) as i16;
            features.weight_right = (state[3] / 4) as i16;
            step(&mut state, features);
        }
    }

    fn neighbours(&self, all: &mut [Features]) {
        let none = Features {
            words: -1,
            linked: -1,
            shape: -1,
            end: -1,
            start: -1,
            prose: -1,
            depth: -1,
            ..Features::default()
        };
        let count = all.len();
        let up = |at: usize| self.container(self.page.runs[at].element).up;
        let mut before = [none; 2];
        for at in 0..count {
            let after = [1, 2].map(|by| all.get(at + by).copied().unwrap_or(none));
            let same_m1 = at > 0 && up(at - 1) == up(at);
            let same_p1 = at + 1 < count && up(at + 1) == up(at);
            let features = &mut all[at];
            let [m2, m1] = &before;
            let [p1, p2] = &after;
            [features.words_m2, features.words_m1, features.words_p1, features.words_p2] =
                [m2.words, m1.words, p1.words, p2.words];
            [features.linked_m2, features.linked_m1, features.linked_p1, features.linked_p2] =
                [m2.linked, m1.linked, p1.linked, p2.linked];
            [features.shape_m2, features.shape_m1, features.shape_p1, features.shape_p2] =
                [m2.shape, m1.shape, p1.shape, p2.shape];
            [features.text_m2, features.text_m1, features.text_p1, features.text_p2] =
                [m2.text_weight, m1.text_weight, p1.text_weight, p2.text_weight];
            [features.name_m1, features.name_p1] = [m1.name_path, p1.name_path];
            [features.end_m1, features.start_p1] = [m1.end, p1.start];
            [features.prose_m1, features.prose_p1] = [m1.prose, p1.prose];
            [features.level_m1, features.level_p1] = [m1.depth, p1.depth]
                .map(|depth| if depth < 0 { 99 } else { (features.depth - depth).clamp(-30, 30) });
            [features.same_m1, features.same_p1] = [i16::from(same_m1), i16::from(same_p1)];
            before = [before[1], all[at]];
        }
    }

    /// Runs in elements of one kind, wherever they stand on the page.
    fn kinds(&self, all: &mut [Features]) {
        let order = Alike::new(self.page.runs.iter().map(|run| self.page.kind(run.element, 3)));
        let count = all.len();
        for alike in order.groups() {
            let (mut bytes, mut linked, mut prose) = (0, 0, 0);
            for at in places(alike) {
                let run = &self.page.runs[at];
                bytes += run.bytes();
                linked += run.linked as usize;
                prose += if self.is_prose(at) { run.bytes() } else { 0 };
            }
            let spread = alike[alike.len() - 1] - alike[0];
            for at in places(alike) {
                let features = &mut all[at];
                features.kind_size = small(alike.len().min(300));
                features.kind_words = log(bytes / alike.len());
                features.kind_linked = part(linked, bytes);
                features.kind_prose = part(prose, bytes);
                features.kind_spread = part(spread as usize, count);
                features.kind_share = part(bytes, self.page.text.len());
            }
        }
    }

    /// How much of the prose of the page a run is by itself, and how many are longer.
    fn sizes(&self, all: &mut [Features]) {
        let prose = self.container(0).sums.prose as usize;
        let size = |at: usize| if self.is_prose(at) { self.page.runs[at].bytes() as u32 } else { 0 };
        let order = Alike::new((0..all.len()).map(size));
        let longest = order.last_value() as usize;
        for (rank, (bytes, at)) in order.backwards().enumerate() {
            let bytes = bytes as usize;
            all[at].run_share = part(bytes, prose);
            all[at].run_part = part(bytes, longest);
            all[at].run_rank = if bytes == 0 { 100 } else { small(rank.min(99)) };
        }
    }

    fn page_wide(&self, types: [i16; KINDS.len()], all: &mut [Features]) {
        let prices = self.reading.lines.iter().filter(|line| line.is_price).count();
        let sums = self.container(0).sums;
        let words: usize = self.reading.lines.iter().map(|line| line.words as usize).sum();
        let longest = self.reading.lines.iter().map(|line| line.words).max().unwrap_or(0);
        for features in all {
            [
                features.type_article,
                features.type_forum,
                features.type_product,
                features.type_collection,
                features.type_listing,
                features.type_documentation,
                features.type_service,
            ] = types;
            features.page_prices = small(prices.min(100));
            features.page_runs = log(sums.runs as usize);
            features.page_words = log(words);
            features.page_prose = part(sums.prose as usize, sums.bytes as usize);
            features.page_linked = part(sums.linked as usize, sums.bytes as usize);
            features.page_articles = small((self.reading.containers.articles as usize).min(50));
            features.page_best = log(self.reading.containers.best_score as usize);
            features.page_paragraphs = part(sums.paragraphs as usize, sums.runs as usize);
            features.page_headings = part(sums.headings as usize, sums.runs as usize);
            features.page_items = part(sums.items as usize, sums.runs as usize);
            features.page_max_prose = log(longest as usize);
        }
    }
}

/// The elements that hold more than a run, from the innermost.
fn around([c1, c2, c3, c4]: [Held; 4], features: &mut Features) {
    [features.name_up1, features.name_up2, features.name_up3] = [c1.name, c2.name, c3.name];
    [features.c1_bytes, features.c2_bytes, features.c3_bytes] = [c1.bytes, c2.bytes, c3.bytes];
    [features.c1_linked, features.c2_linked, features.c3_linked, features.c4_linked] =
        [c1.linked, c2.linked, c3.linked, c4.linked];
    [features.c1_prose, features.c2_prose, features.c3_prose, features.c4_prose] =
        [c1.prose, c2.prose, c3.prose, c4.prose];
    [features.c1_runs, features.c2_runs, features.c3_runs] = [c1.runs, c2.runs, c3.runs];
    [features.c1_paragraphs, features.c2_paragraphs] = [c1.paragraphs, c2.paragraphs];
    [features.c1_headings, features.c2_headings] = [c1.headings, c2.headings];
    [features.c1_items, features.c2_items] = [c1.items, c2.items];
    [features.c1_share, features.c2_share] = [c1.share, c2.share];
    [features.c1_prose_share, features.c2_prose_share, features.c3_prose_share, features.c4_prose_share] =
        [c1.prose_share, c2.prose_share, c3.prose_share, c4.prose_share];
    [features.c1_read, features.c2_read, features.c3_read, features.c4_read] =
        [c1.read, c2.read, c3.read, c4.read];
    [features.c1_pictures, features.c2_pictures] = [c1.pictures, c2.pictures];
}

/// Elements of one kind side by side, at three heights.
fn groups([g0, g1, g2]: [[i16; 5]; 3], features: &mut Features) {
    [features.g0_size, features.g0_bytes, features.g0_linked, features.g0_prose, features.g0_share] = g0;
    [features.g1_size, features.g1_bytes, features.g1_linked, features.g1_prose, features.g1_share] = g1;
    [features.g2_size, features.g2_bytes, features.g2_linked, features.g2_prose, features.g2_share] = g2;
}

fn small(value: usize) -> i16 {
    i16::try_from(value).unwrap_or(i16::MAX)
}

/// A part of a whole, in percent.
fn part(value: usize, whole: usize) -> i16 {
    let (value, whole) = (value as u64, whole as u64);
    let dividend = value * 100 + whole / 2;
    let quotient = match (u32::try_from(dividend), u32::try_from(whole)) {
        // twice as fast, and asked fifty times for each run
        (Ok(dividend), Ok(whole)) => u64::from(dividend.checked_div(whole).unwrap_or(0)),
        _ => dividend.checked_div(whole).unwrap_or(0),
    };
    i16::try_from(quotient).unwrap_or(i16::MAX)
}

/// A length as the logarithm of base 2, in eighths.
fn log(value: usize) -> i16 {
    let value = value + 1;
    let whole = value.ilog2();
    let rest = if whole >= 3 { (value >> (whole - 3)) & 7 } else { (value << (3 - whole)) & 7 };
    small(whole as usize * 8 + rest)
}

/// A landmark is a number to the models.
const _: () = assert!(Landmark::List as usize == 13);
