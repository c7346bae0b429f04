//! The samples in `tests/fixtures/newswire`, read as copydesk would read them.

#![allow(clippy::unwrap_used)]

use copydesk_plugin::testing::{Article, outcome, run};
use copydesk_plugin::{Doc, Outcome, Role};
use newswire::Newswire;
use serde_json::{Value, json};

fn sample(name: &str) -> String {
    std::fs::read_to_string(format!("{}/../../tests/fixtures/newswire/{name}", env!("CARGO_MANIFEST_DIR")))
        .unwrap()
}

fn read(name: &str) -> Vec<Article> {
    run::<Newswire>("{}", &Doc::new(&sample(name)))
}

fn ended(text: &str) -> (Outcome, Vec<Article>) {
    outcome::<Newswire>("{}", &Doc::new(text))
}

fn blocks(article: &Article) -> Vec<(Role, &str)> {
    article.blocks.iter().map(|(role, text)| (*role, text.as_str())).collect()
}

#[test]
fn a_nitf_file_is_a_story() {
    let articles = read("nitf.xml");
    assert_eq!(articles.len(), 1);
    assert_eq!(
        blocks(&articles[0]),
        [
            (Role::Title, "Harbour opens a second pier"),
            (Role::Byline, "By Ann Example and Bo Sample Staff writers"),
            (Role::Dateline, "HALVIK, Norway, March 14"),
            (Role::Heading, "Ferries run every twenty minutes"),
            (Role::Paragraph, "The second pier of Halvik Harbour opened on Saturday, two years late."),
            (Role::Heading, "What it cost"),
            (Role::Paragraph, "It cost £4 million, \"café included\", said AT&T&unknown;."),
            (Role::ListItem, "Concrete: half"),
            (Role::ListItem, "Wages: a third"),
            (Role::Quote, "It is a good pier."),
            (Role::Quote, "The mayor"),
            (Role::Table, "Year | Boats"),
            (Role::Table, "2025 | 40"),
            (Role::Table, "2026 | 72"),
            (Role::Verbatim, "Leave:  07:00\n        07:20"),
            (Role::Paragraph, "Tickets <cheap> & quick. Ask on board."),
        ]
    );
}

#[test]
fn a_nitf_file_says_who_when_and_what_about() {
    let articles = read("nitf.xml");
    assert_eq!(
        Value::from(articles[0].fields.clone()),
        json!({
            "id": "AUNE-2026-0314-001",
            "title": "Harbour opens a second pier",
            "date": "2026-03-14T10:15:00Z",
            "language": "en",
            "publication": "The Aune Courier",
            "copyright": "2026 Aune Press",
            "summary": "A pier opened. People came.",
            "tagline": "Editing by Cy Pattern",
            "author": ["Ann Example", "Bo Sample"],
            "keywords": ["ferries", "harbours & ports"],
        })
    );
}

#[test]
fn captions_are_kept_and_keywords_left_out_on_request() {
    let articles =
        run::<Newswire>(r#"{"captions": true, "keywords": false}"#, &Doc::new(&sample("nitf.xml")));
    assert_eq!(articles[0].texts_of(Role::Caption), ["The new pier at dawn.", "Crossings a day"]);
    assert!(!articles[0].fields.contains_key("keywords"));
}

#[test]
fn a_message_gives_every_item_that_has_a_text() {
    let articles = read("newsml-g2-message.xml");
    let ids: Vec<_> = articles.iter().map(|article| article.fields["id"].as_str().unwrap()).collect();
    let expected = [1, 3, 4].map(|n| format!("urn:newsml:aune.example:20260314:{n}"));
    assert_eq!(ids, expected);
}

#[test]
fn an_item_may_hold_xhtml() {
    let article = &read("newsml-g2-message.xml")[0];
    assert_eq!(
        blocks(article),
        [
            (Role::Title, "Harbour opens a second pier"),
            (Role::Byline, "By Ann Example"),
            (Role::Dateline, "HALVIK, March 14"),
            (Role::Paragraph, "The pier opened on Saturday."),
            (Role::Quote, "It is a good pier."),
            (Role::Heading, "Next"),
            (Role::Paragraph, "A third is planned."),
        ]
    );
    assert_eq!(
        Value::from(article.fields.clone()),
        json!({
            "id": "urn:newsml:aune.example:20260314:1",
            "title": "Harbour opens a second pier",
            "date": "2026-03-14T11:00:00Z",
            "language": "en",
            "copyright": "Aune Press",
            "credit": "Aune Press/ap",
            "summary": "A pier opened.",
            "author": ["Ann Example"],
            "locations": ["Halvik"],
            "keywords": ["ferries"],
            "subjects": ["maritime transport", "Schifffahrt"],
        })
    );
}

#[test]
fn an_item_may_hold_plain_text() {
    let article = &read("newsml-g2-message.xml")[1];
    assert_eq!(article.texts(), ["Ferge innstilt", "Ferga er innstilt til klokka ni.", "Bussen går."]);
    assert_eq!(article.fields["date"], "2026-03-14T11:45:00Z");
    assert_eq!(article.fields["language"], "no");
}

#[test]
fn an_item_may_hold_html_as_text_with_tags_missing() {
    let article = &read("newsml-g2-message.xml")[2];
    assert_eq!(article.texts(), ["Tolls", "Tolls rise by a écu.", "Not on Sundays."]);
}

#[test]
fn an_item_may_hold_nitf_and_says_nothing_twice() {
    let articles = read("newsml-g2-nitf.xml");
    assert_eq!(articles.len(), 1);
    assert_eq!(
        blocks(&articles[0]),
        [
            (Role::Title, "Lighthouse for sale"),
            (Role::Byline, "by Bo Sample"),
            (Role::Heading, "The lighthouse of Strand is for sale again"),
            (Role::Paragraph, "One crown is asked."),
        ]
    );
    assert_eq!(articles[0].fields["id"], "tag:aune.example,2026:5");
    assert_eq!(articles[0].fields["author"], json!(["Bo Sample"]));
}

#[test]
fn broken_xml_is_read_up_to_the_mistake() {
    let articles = read("broken.xml");
    assert_eq!(
        articles[0].texts(),
        ["Ferry late again", "The ferry was late on Monday.", "It was late again on Tuesday."]
    );
}

#[test]
fn broken_xml_without_a_story_names_the_place() {
    let (outcome, articles) = ended("<nitf>\n  <body>\n    <body.head></body>\n</nitf>");
    assert_eq!(articles, []);
    let Outcome::Failed(why) = outcome else { panic!("{outcome:?}") };
    assert!(why.starts_with("this is broken XML: line 3, column "), "{why}");
}

#[test]
fn other_xml_is_handed_on() {
    for text in [
        &sample("neither.xml"),
        "",
        "no XML at all",
        "<html><p>x",
        "<",
        "<?xml version=\"1.0\"?>",
        "\u{feff}",
    ] {
        assert_eq!(ended(text), (Outcome::NotMine, vec![]), "{text}");
    }
}

#[test]
fn what_has_no_text_is_no_story() {
    let dropped = |text| matches!(ended(text), (Outcome::Drop(_), articles) if articles.is_empty());
    assert!(dropped("<packageItem><itemMeta/></packageItem>"));
    assert!(dropped("<nitf><body><body.head><hedline><hl1>Alone</hl1></hedline></body.head></body></nitf>"));
}

#[test]
fn a_file_cut_off_anywhere_is_read_or_refused() {
    for name in ["nitf.xml", "newsml-g2-message.xml", "newsml-g2-nitf.xml"] {
        let text = sample(name);
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            let (outcome, articles) = ended(&text[..end]);
            assert!(outcome != Outcome::Done || !articles.is_empty(), "{name}, {end} bytes");
        }
    }
}

#[test]
fn deep_and_repetitive_files_take_the_time_of_their_length() {
    let pieces = [
        "<block>",
        "<person>",
        "<tr>",
        "<td>",
        "&",
        "&a",
        "<p>",
        "<h1>",
        "<person>x",
        "<h1>y</h1>",
        "<li><p>x",
        "<br/>",
        "<!--",
        "<![CDATA[",
        "<a b='",
    ];
    for piece in pieces {
        let text = format!("<nitf><body><body.content><byline>{}", piece.repeat(500_000 / piece.len()));
        let started = std::time::Instant::now();
        ended(&text);
        // a quadratic reader needs minutes for half a megabyte; this is no measurement
        assert!(started.elapsed().as_secs() < 20, "{piece}");
    }
    let attributes: String = (0..50_000).map(|n| format!(" a{n}=''")).collect();
    let started = std::time::Instant::now();
    ended(&format!("<nitf><head><docdata><doc-id{attributes}/></docdata></head></nitf>"));
    assert!(started.elapsed().as_secs() < 20);
}

fn escaped(html: &str) -> Vec<Article> {
    let html = html.replace('&', "&amp;").replace('<', "&lt;");
    let item = format!(
        "<newsItem guid=\"g1\"><contentSet><inlineData contenttype=\"text/html\">{html}</inlineData></contentSet></newsItem>"
    );
    run::<Newswire>("{}", &Doc::new(&item))
}

#[test]
fn a_bare_sign_in_html_does_not_end_the_article() {
    let texts = |html| escaped(html)[0].texts().join("|");
    assert_eq!(texts("<p>First</p><script>if (a<b) x()</script><p>Second"), "First|Second");
    assert_eq!(texts("<p>Under 1 < 2, I <3 it</p><p>Second"), "Under 1 < 2, I <3 it|Second");
    assert_eq!(
        texts("<p>First<!-- <p>No --></p><!doctype html><STYLE>p<q {}</style><p>Second</p>"),
        "First|Second"
    );
}

#[test]
fn html_that_breaks_off_is_read_up_to_there() {
    assert_eq!(escaped("<p>First</p><script>if (a<b) x()<p>Second")[0].texts(), ["First"]);
}

#[test]
fn a_person_without_a_name_is_no_author() {
    let text = "<nitf><body><body.head><byline>By <person/><person> Ann </person></byline></body.head>\
                <body.content><p>x</p></body.content></body></nitf>";
    let articles = run::<Newswire>("{}", &Doc::new(text));
    assert_eq!(articles[0].fields["author"], json!(["Ann"]));
}
