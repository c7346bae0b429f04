//! Everything that a page says about itself, gathered in one walk over its tree, and not judged.
//!
//! What a clue is worth is its rank (`vocabulary.rs`, `linked.rs`); where on the page it stands is told by the visible
//! letters in front of it. All lists have ends, so that a page of nothing but clues costs no more than another.

use std::borrow::Cow;

use copydesk_html::{Document, Name, Node, Visit, Walk, names};

use super::Source;
use super::linked;
use super::visible;
use super::vocabulary::{self, Meaning, Meanings};

/// Clues for a field; later ones are passed over.
const CLUES: usize = 64;
/// Bytes of a clue; what is longer is cut. A list of keywords may be long, a headline is not.
const LONGEST: usize = 4096;
/// Elements of a page whose text is looked at. With four times as many, nothing changed on the pages of WCXB.
const LOOKS: usize = 150;

/// The rank of authors whom the page marks as such where a reader sees them.
pub(super) const MARKED: u8 = 9;
/// The rank of a line that begins with `By`.
pub(super) const BYLINE: u8 = 12;
/// The rank of a name that only a portrait or a date beside it tells from other words in capitals.
pub(super) const BARE: u8 = 13;

/// What a clue is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Title,
    Author,
    Published,
    Modified,
    Site,
    Language,
    Description,
    Canonical,
    Tag,
    Image,
    Licence,
}

const FIELDS: usize = Field::Licence as usize + 1;

/// What a page says about a field.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Clue<'p> {
    /// In the words of the page; several authors are lines.
    pub(super) text: Cow<'p, str>,
    pub(super) source: Source,
    /// Lower ones are believed first.
    pub(super) rank: u8,
    /// Where it stands on the page, if a reader sees it: how many visible bytes are in front of it.
    pub(super) at: Option<usize>,
}

/// A heading.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Heading {
    pub(super) text: String,
    /// How many visible bytes are in front of it.
    pub(super) at: usize,
    /// Whether it leads to another page, as the heading of another article does.
    pub(super) leads_away: bool,
}

/// What a page says about itself.
#[derive(Debug, Default)]
pub(super) struct Clues<'p> {
    lists: [Vec<Clue<'p>>; FIELDS],
    /// The text of the element `title`.
    pub(super) title_element: Option<String>,
    /// The headings `h1`, in the order of the page.
    pub(super) headings: Vec<Heading>,
    /// The headings `h2`: on some pages `h1` is the site.
    pub(super) subheadings: Vec<Heading>,
}

impl<'p> Clues<'p> {
    /// Walks over a page.
    pub(super) fn gather(page: &'p Document<'_>, url: Option<&str>) -> Clues<'p> {
        let mut gatherer = Gatherer {
            clues: Clues::default(),
            url,
            at: 0,
            looks: LOOKS,
            author_pair: None,
            beside: Beside::Nothing,
            picture: None,
            meanings: Meanings::default(),
            scripts: linked::BYTES,
        };
        let mut walk = page.root().walk();
        while let Some(visit) = walk.next() {
            if let Visit::Enter(node) = visit {
                gatherer.enter(node, &mut walk);
            }
        }
        gatherer.clues
    }

    /// Keeps a clue, if there is room.
    pub(super) fn add(&mut self, field: Field, clue: Clue<'p>) {
        let list = &mut self.lists[field as usize];
        if list.len() < CLUES {
            let end = clue.text.floor_char_boundary(LONGEST);
            let text = match clue.text {
                Cow::Borrowed(text) => Cow::Borrowed(&text[..end]),
                Cow::Owned(mut text) => {
                    text.truncate(end);
                    Cow::Owned(text)
                }
            };
            list.push(Clue { text, ..clue });
        }
    }

    fn has_room(&self, field: Field) -> bool {
        self.lists[field as usize].len() < CLUES
    }

    /// The clues about a field, the most credible first, and then in the order of the page.
    pub(super) fn of(&self, field: Field) -> Vec<&Clue<'p>> {
        let mut clues: Vec<&Clue<'p>> = self.lists[field as usize].iter().collect();
        clues.sort_by_key(|clue| clue.rank);
        clues
    }
}

struct Gatherer<'p, 'u> {
    clues: Clues<'p>,
    url: Option<&'u str>,
    /// Visible bytes so far.
    at: usize,
    /// Elements whose text may still be looked at.
    looks: usize,
    /// The number of the pair of a label and its value that names the author.
    author_pair: Option<&'p str>,
    /// What stands in front of the next text.
    beside: Beside<'p>,
    /// The picture in front of the next text.
    picture: Option<Node<'p>>,
    meanings: Meanings,
    /// Bytes of linked data that may still be read.
    scripts: usize,
}

impl<'p> Gatherer<'p, '_> {
    fn enter(&mut self, node: Node<'p>, walk: &mut Walk<'p>) {
        if node.is_text() {
            return self.text(node);
        }
        let Some(name) = node.name() else { return };
        match name {
            names::META => self.meta(node),
            names::LINK => self.link(node),
            names::TITLE => {
                self.clues.title_element.get_or_insert_with(|| visible::text(node));
                walk.skip_below();
            }
            names::SCRIPT => {
                self.script(node);
                walk.skip_below();
            }
            names::STYLE | names::NOSCRIPT | names::SVG | names::IFRAME | names::SELECT | names::TEXTAREA => {
                walk.skip_below();
            }
            names::HTML => self.html(node),
            names::H1 | names::H2 => self.heading(node, name == names::H1),
            names::TIME => self.time(node),
            names::A => self.anchor(node),
            names::IMG => self.picture = Some(node),
            _ => {}
        }
        let marks = Marks::of(node);
        if let Some(property) = marks.property
            && (!node.is(names::META) || node.attribute(names::ITEMPROP).is_some())
        {
            self.property(node, property);
        }
        match self.meaning(node, marks) {
            Some(Meaning::Comments) => walk.skip_below(),
            Some(Meaning::AuthorBox) => self.author_box(node),
            Some(Meaning::Holds(field, rank)) => self.class(node, field, rank),
            None => {}
        }
    }

    /// What an element is, by its class, by what its makers find it by where classes are numbers, or by its id.
    fn meaning(&mut self, node: Node<'p>, marks: Marks<'p>) -> Option<Meaning> {
        if node.is_any(&[names::HTML, names::BODY, names::META, names::LINK, names::TIME, names::IMG]) {
            return None;
        }
        let [class, test, id] =
            [marks.class, marks.test, marks.id].map(|value| value.and_then(|value| self.meanings.of(value)));
        match class.or(test).or(id) {
            _ if class != Some(Meaning::Comments) && id == Some(Meaning::Comments) => id,
            None if node.is(names::ADDRESS) => Some(Meaning::Holds(Field::Author, 13)),
            meaning => meaning,
        }
        .filter(|meaning| *meaning != Meaning::Comments || !node.is_any(&[names::MAIN, names::ARTICLE]))
    }

    /// Whether the text of one more element may be looked at for the sake of a field.
    fn may_look(&mut self, field: Field) -> bool {
        let may = self.looks > 0 && self.clues.has_room(field);
        self.looks -= usize::from(may);
        may
    }

    fn clue(&self, text: impl Into<Cow<'p, str>>, source: Source, rank: u8) -> Clue<'p> {
        Clue { text: text.into(), source, rank, at: None }
    }

    fn html(&mut self, node: Node<'p>) {
        if let Some(language) = node.attribute(names::LANG) {
            self.clues.add(Field::Language, self.clue(language, Source::Lang, 1));
        }
    }

    fn meta(&mut self, node: Node<'p>) {
        let Some(content) =
            node.attribute(names::CONTENT).map(str::trim).filter(|content| !content.is_empty())
        else {
            return;
        };
        if node.attribute(names::NAME).is_some_and(|name| name.starts_with("twitter:"))
            && self.pair(node, content)
        {
            return;
        }
        if node.attribute(names::NAME) == Some("parsely-page") {
            return linked::read_parsely(&content[..content.floor_char_boundary(LONGEST)], &mut self.clues);
        }
        // some pages say `name` and mean `property`
        let kinds = [names::PROPERTY, names::NAME, names::HTTP_EQUIV];
        for name in kinds.into_iter().filter_map(|kind| node.attribute(kind)) {
            if let Some((field, source, rank)) = vocabulary::of_meta(&small(name.trim())) {
                return self.clues.add(field, self.clue(content, source, rank));
            }
        }
    }

    /// `twitter:label1` says what `twitter:data1` is.
    fn pair(&mut self, node: Node<'p>, content: &'p str) -> bool {
        let name = node.attribute(names::NAME).unwrap_or_default();
        if let Some(number) = name.strip_prefix("twitter:label") {
            self.author_pair = self.author_pair.or(vocabulary::is_written_by(content).then_some(number));
            return true;
        }
        let number = name.strip_prefix("twitter:data");
        if number.is_some() && number == self.author_pair {
            self.clues.add(Field::Author, self.clue(content, Source::Meta, 6));
        }
        number.is_some()
    }

    fn link(&mut self, node: Node<'p>) {
        let (Some(relation), Some(address)) = (node.attribute(names::REL), node.attribute(names::HREF))
        else {
            return;
        };
        let field = match small(relation).as_ref() {
            "canonical" => (Field::Canonical, 1),
            "image_src" => (Field::Image, 4),
            "license" => (Field::Licence, 1),
            _ => return,
        };
        self.clues.add(field.0, self.clue(address, Source::Link, field.1));
    }

    fn script(&mut self, node: Node<'p>) {
        let is_linked = |kind: &str| small(kind).contains("ld+json");
        if !node.attribute(names::TYPE).is_some_and(is_linked) {
            return;
        }
        for text in node.texts().take(1) {
            let text = &text[..text.floor_char_boundary(self.scripts)];
            self.scripts -= text.len();
            linked::read(text, self.url, &mut self.clues);
        }
    }

    fn heading(&mut self, node: Node<'p>, is_first: bool) {
        let list = if is_first { &mut self.clues.headings } else { &mut self.clues.subheadings };
        if list.len() < CLUES {
            let text = visible::text(node);
            if !text.is_empty() {
                let leads_away = self.url.is_some_and(|url| visible::leads_away(node, url));
                list.push(Heading { text, at: self.at, leads_away });
            }
        }
    }

    fn time(&mut self, node: Node<'p>) {
        if !self.may_look(Field::Published) {
            return;
        }
        let label = visible::label(node, "");
        let class = node.attribute(names::CLASS).and_then(vocabulary::of_class).map(|(field, _)| field);
        let field = match label.or(class) {
            Some(Field::Modified) => Field::Modified,
            _ => Field::Published,
        };
        let text = node.attribute(names::DATETIME).map_or_else(|| visible::text(node).into(), Cow::Borrowed);
        let is_marked = class.is_some() || node.attributes().any(|attribute| attribute.local == "pubdate");
        let rank = match label {
            Some(_) => 7,
            None if is_marked => 8,
            None => 9,
        };
        let clue = Clue { at: Some(self.at), ..self.clue(text, Source::TimeElement, rank) };
        self.clues.add(field, clue);
    }

    fn anchor(&mut self, node: Node<'p>) {
        let Some(address) = node.attribute(names::HREF) else { return };
        let relation = node.attribute(names::REL).unwrap_or_default();
        let has = |word: &str| {
            !relation.is_empty()
                && relation.split_ascii_whitespace().any(|other| other.eq_ignore_ascii_case(word))
        };
        if has("license") || visible::leads_to_licence(address) {
            self.clues.add(Field::Licence, self.clue(address, Source::Link, 4));
        }
        if has("tag") && self.may_look(Field::Tag) {
            self.clues.add(Field::Tag, self.clue(visible::text(node), Source::Link, 6));
        }
        let is_author = has("author");
        if (is_author || visible::leads_to_author(address)) && self.may_look(Field::Author) {
            let rank = if is_author { MARKED } else { 11 };
            let clue = self.clue(visible::text(node), Source::Link, rank);
            self.clues.add(Field::Author, Clue { at: Some(self.at), ..clue });
        }
    }

    fn property(&mut self, node: Node<'p>, property: &'p str) {
        let known = property.split_ascii_whitespace().find_map(vocabulary::of_itemprop);
        let Some((field, rank)) = known.filter(|(field, _)| self.may_look(*field)) else { return };
        let text = match field {
            Field::Author => visible::names_of(node).map(Cow::Owned),
            _ => visible::value(node),
        };
        if let Some(text) = text {
            let at = (!node.is(names::META)).then_some(self.at);
            self.clues.add(field, Clue { at, ..self.clue(text, Source::Microdata, rank) });
        }
    }

    /// Below articles stands who wrote them.
    fn author_box(&mut self, node: Node<'p>) {
        if self.may_look(Field::Author)
            && let Some(names) = visible::names_in(node).or_else(|| visible::first_name_in(node))
        {
            let clue = self.clue(names, Source::ClassName, 14);
            self.clues.add(Field::Author, Clue { at: Some(self.at), ..clue });
        }
    }

    fn class(&mut self, node: Node<'p>, field: Field, rank: u8) {
        if !self.may_look(field) {
            return;
        }
        let text = match field {
            Field::Author => visible::names_of(node),
            _ => visible::short_text(node),
        };
        if let Some(text) = text {
            let (field, rank) = match visible::label(node, &text).filter(|_| field != Field::Author) {
                Some(label) => (label, 7),
                None => (field, rank),
            };
            let clue = self.clue(text, Source::ClassName, rank);
            self.clues.add(field, Clue { at: Some(self.at), ..clue });
        }
    }

    fn text(&mut self, node: Node<'p>) {
        let text = node.text().trim_ascii();
        if text.is_empty() {
            return;
        }
        if text.len() <= visible::SHORT {
            self.line(node, text);
        } else {
            (self.beside, self.picture) = (Beside::Nothing, None);
        }
        self.at += text.len();
    }

    /// A short text, which may name an author or a date.
    fn line(&mut self, node: Node<'p>, text: &'p str) {
        if let Some(start) = visible::start_of_byline(text)
            && self.may_look(Field::Author)
            && let Some(names) = visible::byline(node, text, start)
        {
            self.author_at(self.at, names, if start.is_clear { MARKED } else { BYLINE });
        }
        let is_date = visible::may_be_date(text) && self.may_look(Field::Published);
        if is_date {
            let label = visible::label(node, text);
            let field = label.unwrap_or(Field::Published);
            let clue = self.clue(text, Source::Text, if label.is_some() { 7 } else { 11 });
            self.clues.add(field, Clue { at: Some(self.at), ..clue });
        }
        self.name(node, text, is_date);
    }

    /// A line that is a name may be the author's if a portrait or a date stands beside it.
    fn name(&mut self, node: Node<'p>, text: &'p str, is_date: bool) {
        if !text.contains(char::is_alphanumeric) {
            return;
        }
        let name = visible::name_in(node, text);
        let picture = self.picture.take();
        match (self.beside, name) {
            (Beside::Date, Some(name)) => self.author_at(self.at, name, BARE),
            (_, Some(name)) if picture.is_some_and(|picture| visible::is_portrait(picture, name)) => {
                self.author_at(self.at, name, BARE);
            }
            (Beside::Name(at, name), _) if is_date => self.author_at(at, name, BARE),
            _ => {}
        }
        self.beside = match name {
            _ if is_date => Beside::Date,
            Some(name) => Beside::Name(self.at, name),
            None => Beside::Nothing,
        };
    }

    fn author_at(&mut self, at: usize, names: impl Into<Cow<'p, str>>, rank: u8) {
        let clue = self.clue(names, Source::Text, rank);
        self.clues.add(Field::Author, Clue { at: Some(at), ..clue });
    }
}

/// What stands in front of a text.
#[derive(Clone, Copy)]
enum Beside<'p> {
    Nothing,
    Date,
    Name(usize, &'p str),
}

/// What attributes say that any element may have.
#[derive(Default, Clone, Copy)]
struct Marks<'p> {
    property: Option<&'p str>,
    class: Option<&'p str>,
    id: Option<&'p str>,
    /// What its makers find it by, where classes are numbers.
    test: Option<&'p str>,
}

impl<'p> Marks<'p> {
    fn of(node: Node<'p>) -> Marks<'p> {
        let mut marks = Marks::default();
        const WANTED: [Name; 5] =
            [names::ITEMPROP, names::CLASS, names::ID, names::DATA_TESTID, names::PROPERTY];
        for (name, value) in node.values(|name| WANTED.contains(&name)) {
            match name {
                names::ITEMPROP => marks.property = Some(value),
                names::CLASS => marks.class = Some(value),
                names::ID => marks.id = Some(value),
                names::DATA_TESTID => marks.test = Some(value),
                names::PROPERTY => marks.property = marks.property.or(Some(local(value))),
                _ => {}
            }
        }
        marks
    }
}

/// A property without the prefix of its vocabulary: `schema:author`.
fn local(property: &str) -> &str {
    property.rsplit(':').next().unwrap_or(property)
}

/// A name in small letters; most are already.
pub(super) fn small(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}
