//! What an element means where it stands.
//!
//! The vocabularies of NITF, NewsML-G2 and XHTML in one table: an element's name and the zone of its
//! parent give its own zone. What is not named here is passed through, as the element's parent is.

use copydesk_plugin::Role;

use crate::Options;
use crate::story::Field;

/// What the text in an element is, and what its children may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Zone {
    /// Above the root.
    Top,
    /// A message of items: `newsMessage`, `itemSet`.
    Message,
    /// `newsItem`.
    Item,
    /// `rightsInfo`.
    Rights,
    /// `itemMeta`.
    ItemMeta,
    /// `contentMeta`.
    ContentMeta,
    /// `contentSet`.
    ContentSet,
    /// `inlineXML`: a document of another vocabulary.
    InlineXml,
    /// `inlineData`: plain text, or HTML with its tags escaped.
    InlineData {
        /// HTML it is.
        html: bool,
    },
    /// The root of NITF.
    Nitf,
    /// `head` of NITF, and `docdata` in it.
    NitfHead,
    /// `body` of NITF.
    NitfBody,
    /// `body.head` of NITF, and `hedline` in it.
    NitfBodyHead,
    /// `html`.
    Html,
    /// Text that is a block, or flows in one.
    Flow(Role),
    /// A name within a byline.
    Person,
    /// A row of a table.
    Row,
    /// A cell of a row.
    Cell,
    /// A picture or a film: of its parts, only the caption is text.
    Media,
    /// Text that is a field.
    Field(Field),
    /// An element whose `name`s are a field.
    Named(Field),
    /// Nothing in it counts.
    Skip,
}

/// An element's zone, and whether it is a block: text before it and text in it are two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) zone: Zone,
    pub(crate) breaks: bool,
}

const fn block(zone: Zone) -> Entry {
    Entry { zone, breaks: true }
}

const fn inline(zone: Zone) -> Entry {
    Entry { zone, breaks: false }
}

/// Elements that have neither text nor an end in HTML.
pub(crate) fn is_void(name: &[u8]) -> bool {
    matches!(name, b"br" | b"hr" | b"img" | b"meta" | b"link" | b"input" | b"col" | b"wbr" | b"source")
}

/// The zone of an element that stands in `parent`.
pub(crate) fn enter(parent: Zone, name: &[u8], options: Options) -> Entry {
    match parent {
        Zone::Top => top(name),
        Zone::Message => message(name),
        Zone::Item => item(name),
        Zone::Rights => rights(name),
        Zone::ItemMeta => item_meta(name),
        Zone::ContentMeta => content_meta(name),
        Zone::ContentSet => content_set(name),
        Zone::InlineXml => inline_xml(name),
        Zone::Nitf => nitf(name),
        Zone::NitfHead => nitf_head(name),
        Zone::NitfBody => nitf_body(name),
        Zone::NitfBodyHead => nitf_body_head(name),
        Zone::Html => html(name),
        Zone::Flow(role) => flow(role, name, options),
        Zone::Row | Zone::Cell => row(name),
        Zone::Media => media(name, options),
        Zone::Named(field) if name == b"name" => block(Zone::Field(field)),
        Zone::Person | Zone::Field(_) => inline(parent),
        Zone::InlineData { .. } | Zone::Named(_) | Zone::Skip => inline(Zone::Skip),
    }
}

fn top(name: &[u8]) -> Entry {
    match name {
        b"nitf" => block(Zone::Nitf),
        b"newsItem" => block(Zone::Item),
        // items that only speak of others: ours, though without a story
        b"newsMessage" | b"packageItem" | b"conceptItem" | b"knowledgeItem" | b"planningItem" => {
            block(Zone::Message)
        }
        _ => block(Zone::Skip),
    }
}

fn message(name: &[u8]) -> Entry {
    match name {
        b"itemSet" => block(Zone::Message),
        b"newsItem" => block(Zone::Item),
        _ => block(Zone::Skip),
    }
}

fn item(name: &[u8]) -> Entry {
    match name {
        b"rightsInfo" => block(Zone::Rights),
        b"itemMeta" => block(Zone::ItemMeta),
        b"contentMeta" => block(Zone::ContentMeta),
        b"contentSet" => block(Zone::ContentSet),
        _ => block(Zone::Skip),
    }
}

fn rights(name: &[u8]) -> Entry {
    match name {
        b"copyrightNotice" => block(Zone::Field(Field::Copyright)),
        b"copyrightHolder" => block(Zone::Named(Field::Copyright)),
        _ => block(Zone::Skip),
    }
}

fn item_meta(name: &[u8]) -> Entry {
    match name {
        b"versionCreated" => block(Zone::Field(Field::Version)),
        _ => block(Zone::Skip),
    }
}

fn content_meta(name: &[u8]) -> Entry {
    match name {
        b"headline" => block(Zone::Flow(Role::Title)),
        b"by" => block(Zone::Flow(Role::Byline)),
        b"dateline" => block(Zone::Flow(Role::Dateline)),
        b"contentCreated" => block(Zone::Field(Field::Date)),
        b"creditline" => block(Zone::Field(Field::Credit)),
        b"keyword" => block(Zone::Field(Field::Keyword)),
        b"description" => block(Zone::Field(Field::Summary)),
        b"subject" => block(Zone::Named(Field::Subject)),
        b"located" => block(Zone::Named(Field::Location)),
        _ => block(Zone::Skip),
    }
}

fn content_set(name: &[u8]) -> Entry {
    match name {
        b"inlineXML" => block(Zone::InlineXml),
        b"inlineData" => block(Zone::InlineData { html: false }),
        _ => block(Zone::Skip),
    }
}

fn inline_xml(name: &[u8]) -> Entry {
    match name {
        b"nitf" => block(Zone::Nitf),
        b"html" => block(Zone::Html),
        b"svg" | b"math" | b"head" => block(Zone::Skip),
        _ => block(Zone::Flow(Role::Paragraph)),
    }
}

fn nitf(name: &[u8]) -> Entry {
    match name {
        b"head" => block(Zone::NitfHead),
        b"body" => block(Zone::NitfBody),
        _ => block(Zone::Skip),
    }
}

fn nitf_head(name: &[u8]) -> Entry {
    match name {
        b"title" => block(Zone::Field(Field::Title)),
        // what else counts in here are attributes
        _ => block(Zone::NitfHead),
    }
}

fn nitf_body(name: &[u8]) -> Entry {
    match name {
        b"body.head" => block(Zone::NitfBodyHead),
        b"body.content" => block(Zone::Flow(Role::Paragraph)),
        b"body.end" => block(Zone::NitfBody),
        b"tagline" => block(Zone::Field(Field::Tagline)),
        _ => block(Zone::Skip),
    }
}

fn nitf_body_head(name: &[u8]) -> Entry {
    match name {
        b"hedline" => block(Zone::NitfBodyHead),
        b"hl1" => block(Zone::Flow(Role::Title)),
        b"hl2" => block(Zone::Flow(Role::Heading)),
        b"byline" => block(Zone::Flow(Role::Byline)),
        b"dateline" => block(Zone::Flow(Role::Dateline)),
        b"abstract" => block(Zone::Field(Field::Summary)),
        b"copyrite" => block(Zone::Field(Field::Copyright)),
        _ => block(Zone::Skip),
    }
}

fn html(name: &[u8]) -> Entry {
    match name {
        b"body" => block(Zone::Flow(Role::Paragraph)),
        _ => block(Zone::Skip),
    }
}

fn flow(role: Role, name: &[u8], options: Options) -> Entry {
    match name {
        b"p" | b"div" | b"section" | b"article" | b"body" | b"block" | b"ul" | b"ol" | b"dl" | b"table"
        | b"tbody" | b"thead" | b"tfoot" | b"nitf-table" | b"figure" | b"hr" | b"main" | b"header"
        | b"address" | b"tagline" => block(Zone::Flow(role)),
        b"h1" => block(Zone::Flow(Role::Title)),
        b"hl1" | b"hl2" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" => block(Zone::Flow(Role::Heading)),
        b"li" | b"dt" | b"dd" => block(Zone::Flow(Role::ListItem)),
        b"bq" | b"blockquote" => block(Zone::Flow(Role::Quote)),
        b"pre" => block(Zone::Flow(Role::Verbatim)),
        b"tr" => block(Zone::Row),
        b"media" => block(Zone::Media),
        b"caption" | b"media-caption" | b"figcaption" => caption(options),
        b"script"
        | b"style"
        | b"head"
        | b"form"
        | b"svg"
        | b"nitf-table-metadata"
        | b"media-reference"
        | b"media-metadata"
        | b"object" => inline(Zone::Skip),
        b"person" if role == Role::Byline => inline(Zone::Person),
        _ => inline(Zone::Flow(role)),
    }
}

fn row(name: &[u8]) -> Entry {
    match name {
        b"td" | b"th" => inline(Zone::Cell),
        b"media" | b"script" | b"style" => inline(Zone::Skip),
        _ => inline(Zone::Row),
    }
}

fn media(name: &[u8], options: Options) -> Entry {
    match name {
        b"media-caption" => caption(options),
        _ => block(Zone::Skip),
    }
}

fn caption(options: Options) -> Entry {
    block(if options.captions { Zone::Flow(Role::Caption) } else { Zone::Skip })
}
