//! Linked data in the vocabulary of schema.org: which of its objects is the article, and what it says.
//!
//! Objects refer to each other by `@id`, stand in graphs and lists, and describe the site as well as the article.
//! What they say becomes clues; `clues.rs` keeps them.

use super::Source;
use super::address;
use super::clues::{Clue, Clues, Field};
use super::json::{self, Json};

/// Bytes of linked data of a page that are read.
pub(super) const BYTES: usize = 1 << 20;
/// Objects of a script that are looked at.
const OBJECTS: usize = 500;
/// Names of one list that are read; papers of big collaborations have more authors than anybody asks for.
const NAMES: usize = 64;

/// The rank of authors that are organisations: persons go first, whoever names them.
pub(super) const ORGANISATION: u8 = 8;

/// What an object is about, the most telling first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum About {
    Article,
    Page,
    Site,
    Other,
}

/// Adds what a script says to the clues.
pub(super) fn read(script: &str, url: Option<&str>, clues: &mut Clues<'_>) {
    let values = json::read(script);
    let objects = objects(&values);
    let graph = Graph { objects: &objects };
    let article = graph.article(url);
    if let Some(article) = article {
        graph.add(article, 0, clues);
    }
    graph.add_person(clues);
    for object in &objects {
        match about(object) {
            About::Page => graph.add_page(object, clues),
            About::Site => graph.add_site(object, clues),
            About::Article | About::Other => {}
        }
    }
}

/// Adds what an object says that a `meta` for readers' statistics holds.
pub(super) fn read_parsely(value: &str, clues: &mut Clues<'_>) {
    for object in &json::read(value) {
        for (key, field, rank) in [
            ("title", Field::Title, 3),
            ("author", Field::Author, 4),
            ("pub_date", Field::Published, 3),
            ("image_url", Field::Image, 4),
        ] {
            for text in
                object.get(key).map(Json::each).unwrap_or_default().iter().filter_map(Json::text).take(NAMES)
            {
                clues.add(field, Clue { text: text.to_owned().into(), source: Source::Meta, rank, at: None });
            }
        }
    }
}

/// All objects that stand for themselves, and not as part of what another one says.
fn objects<'j, 't>(values: &'j [Json<'t>]) -> Vec<&'j Json<'t>> {
    let mut objects = Vec::new();
    let mut open: Vec<&Json<'_>> = values.iter().rev().collect();
    while let Some(value) = open.pop() {
        match value {
            Json::List(values) => open.extend(values.iter().rev()),
            Json::Object(_) if objects.len() < OBJECTS => {
                objects.push(value);
                let parts = ["mainEntityOfPage", "mainEntity", "@graph"];
                open.extend(parts.into_iter().filter_map(|part| value.get(part)));
            }
            _ => {}
        }
    }
    objects
}

fn about(object: &Json<'_>) -> About {
    let kinds = object.get("@type").map(Json::each).unwrap_or_default();
    kinds.iter().filter_map(Json::text).map(about_kind).min().unwrap_or(About::Other)
}

fn about_kind(kind: &str) -> About {
    let kind = kind.rsplit(['/', ':']).next().unwrap_or(kind);
    match kind {
        _ if kind.ends_with("Article") || kind.ends_with("Posting") && kind != "JobPosting" => About::Article,
        "Report" | "Recipe" | "HowTo" | "Question" | "CreativeWork" | "AnalysisNewsArticle" => About::Article,
        _ if kind.ends_with("Page") => About::Page,
        "VideoObject" | "Product" | "Course" | "Event" | "SoftwareApplication" | "LearningResource" => {
            About::Page
        }
        "WebSite" => About::Site,
        _ => About::Other,
    }
}

struct Graph<'g, 't> {
    objects: &'g [&'g Json<'t>],
}

impl<'t> Graph<'_, 't> {
    /// The article of the page: the one with its address, else the first one.
    fn article(&self, url: Option<&str>) -> Option<&Json<'t>> {
        let articles = || self.objects.iter().copied().filter(|object| about(object) == About::Article);
        let is_here = |object: &&Json<'t>| {
            let of_page = object.get("mainEntityOfPage");
            let names =
                [object.get("url"), object.get("@id"), of_page, of_page.and_then(|page| page.get("@id"))];
            let mut names = names.into_iter().flatten().filter_map(Json::text);
            names.any(|name| url.is_some_and(|url| address::is_same_path(name, url)))
        };
        articles().find(is_here).or_else(|| articles().next())
    }

    /// What the article says; `rank` is that of the best clues.
    fn add(&self, article: &Json<'t>, rank: u8, clues: &mut Clues<'_>) {
        add_text(article, "headline", Field::Title, rank, clues);
        add_text(article, "name", Field::Title, rank + 1, clues);
        add_text(article, "datePublished", Field::Published, rank, clues);
        add_text(article, "dateCreated", Field::Published, rank + 7, clues);
        add_text(article, "uploadDate", Field::Published, rank + 7, clues);
        add_text(article, "dateModified", Field::Modified, rank, clues);
        self.add_names(article, "author", rank, clues);
        self.add_names(article, "creator", rank + 1, clues);
        for key in ["publisher", "sourceOrganization"] {
            self.add_name(article, key, Field::Site, rank + 2, clues);
        }
        self.add_shared(article, rank, clues);
        for section in ["keywords", "articleSection"] {
            for tag in article.get(section).map(Json::each).unwrap_or_default().iter().take(NAMES) {
                if let Some(tag) = self.name(tag) {
                    add(Field::Tag, tag, rank + u8::from(section == "articleSection") * 5, clues);
                }
            }
        }
    }

    /// The only person in a graph is the author, if nobody is said to be.
    fn add_person(&self, clues: &mut Clues<'_>) {
        let is_person = |object: &&&Json<'t>| {
            let kinds = object.get("@type").map(Json::each).unwrap_or_default();
            kinds.iter().any(|kind| kind.text() == Some("Person"))
        };
        let mut people = self.objects.iter().filter(is_person);
        if let (Some(person), None) = (people.next(), people.next()) {
            add_text(person, "name", Field::Author, ORGANISATION - 1, clues);
        }
    }

    fn add_page(&self, page: &Json<'t>, clues: &mut Clues<'_>) {
        add_text(page, "headline", Field::Title, 7, clues);
        add_text(page, "datePublished", Field::Published, 4, clues);
        add_text(page, "dateModified", Field::Modified, 4, clues);
        self.add_names(page, "author", 5, clues);
        self.add_names(page, "creator", 5, clues);
        self.add_name(page, "publisher", Field::Site, 3, clues);
        self.add_shared(page, 5, clues);
    }

    fn add_site(&self, site: &Json<'t>, clues: &mut Clues<'_>) {
        add_text(site, "name", Field::Site, 2, clues);
        add_text(site, "alternateName", Field::Site, 4, clues);
        add_text(site, "inLanguage", Field::Language, 6, clues);
    }

    /// What articles and pages say alike.
    fn add_shared(&self, object: &Json<'t>, rank: u8, clues: &mut Clues<'_>) {
        add_text(object, "description", Field::Description, rank + 3, clues);
        add_text(object, "license", Field::Licence, rank, clues);
        self.add_name(object, "inLanguage", Field::Language, rank + 3, clues);
        for key in ["image", "thumbnailUrl", "primaryImageOfPage"] {
            if let Some(address) = object.get(key).and_then(|image| self.image(image)) {
                add(Field::Image, address, rank + 2, clues);
            }
        }
    }

    /// All names that stand behind a key, a line each.
    fn add_names(&self, object: &Json<'t>, key: &str, rank: u8, clues: &mut Clues<'_>) {
        let people = object.get(key).map(Json::each).unwrap_or_default();
        let names: Vec<&str> = people.iter().take(NAMES).filter_map(|person| self.name(person)).collect();
        if !names.is_empty() {
            let rank = if people.iter().all(is_organisation) { ORGANISATION } else { rank };
            add(Field::Author, &names.join("\n"), rank, clues);
        }
    }

    fn add_name(&self, object: &Json<'t>, key: &str, field: Field, rank: u8, clues: &mut Clues<'_>) {
        let values = object.get(key).map(Json::each).unwrap_or_default();
        if let Some(name) = values.first().and_then(|value| self.name(value)) {
            add(field, name, rank, clues);
        }
    }

    /// The name of something: a text, an object's name, or that of the object that it refers to.
    fn name<'j>(&'j self, value: &'j Json<'t>) -> Option<&'j str> {
        let own = |object: &'j Json<'t>| object.get("name").and_then(|name| name.each().first()?.text());
        match value {
            Json::Text(text) => Some(text),
            Json::Object(_) => own(value).or_else(|| {
                let id = value.get("@id")?.text()?;
                let is_it = |object: &&&Json<'t>| object.get("@id").and_then(Json::text) == Some(id);
                self.objects.iter().filter(is_it).find_map(|object| own(object))
            }),
            _ => None,
        }
    }

    fn image<'j>(&'j self, value: &'j Json<'t>) -> Option<&'j str> {
        let own = |object: &'j Json<'t>| object.get("url").or_else(|| object.get("contentUrl"))?.text();
        match value.each().first()? {
            Json::Text(text) => Some(text),
            object => own(object).or_else(|| {
                let id = object.get("@id")?.text()?;
                let is_it = |object: &&&Json<'t>| object.get("@id").and_then(Json::text) == Some(id);
                self.objects.iter().filter(is_it).find_map(|object| own(object))
            }),
        }
    }
}

fn is_organisation(author: &Json<'_>) -> bool {
    let kinds = author.get("@type").map(Json::each).unwrap_or_default();
    kinds.iter().filter_map(Json::text).any(|kind| kind.ends_with("Organization"))
}

fn add_text(object: &Json<'_>, key: &str, field: Field, rank: u8, clues: &mut Clues<'_>) {
    let values = object.get(key).map(Json::each).unwrap_or_default();
    if let Some(text) = values.iter().find_map(Json::text) {
        add(field, text, rank, clues);
    }
}

fn add(field: Field, text: &str, rank: u8, clues: &mut Clues<'_>) {
    if !text.trim().is_empty() {
        clues.add(field, Clue { text: text.to_owned().into(), source: Source::JsonLd, rank, at: None });
    }
}
