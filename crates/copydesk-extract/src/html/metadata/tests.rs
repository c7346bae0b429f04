//! Whole pages, each as small as what it shows.

use copydesk_html::{Options, parse};
use proptest::prelude::*;

use super::*;

fn metadata(html: &str) -> Metadata {
    metadata_at(html, "https://www.aunecourier.example/news/2024/03/05/bridge")
}

fn metadata_at(html: &str, url: &str) -> Metadata {
    read(&parse(html.as_bytes(), &Options::default()), &Context { url: Some(url), crawled: None })
}

fn title(html: &str) -> (String, &'static str) {
    metadata(html).title.map(|found| (found.value, found.source.name())).unwrap_or_default()
}

fn authors(html: &str) -> String {
    metadata(html).authors.map(|found| found.value.join("; ")).unwrap_or_default()
}

fn published(html: &str) -> (String, &'static str) {
    let found = metadata(html).published;
    found.map(|found| (found.value.to_string(), found.source.name())).unwrap_or_default()
}

#[test]
fn an_empty_page_says_nothing() {
    assert_eq!(metadata_at("", "https://a.example/"), Metadata::default());
}

#[test]
fn linked_data_goes_first() {
    let metadata = metadata(
        r##"<html lang=en-gb><title>Bridge | Aune Courier</title>
        <meta property="og:site_name" content="Aune Courier"><meta name=author content=webmaster>
        <meta property="article:published_time" content="2024-03-06T01:00:00Z">
        <link rel=canonical href="/news/bridge"><meta property="og:image" content="//i.example/b.jpg">
        <script type="application/ld+json">{"@context":"https://schema.org","@graph":[
          {"@type":"WebSite","name":"The Aune Courier"},
          {"@type":"Person","@id":"#ana","name":"Ana Lund"},
          {"@type":["NewsArticle"],"headline":"Old bridge opens","author":[{"@id":"#ana"},{"name":"Max Muster"}],
           "datePublished":"2024-03-05T21:07:00+01:00","dateModified":"2024-03-06","keywords":["bridge","Aune"],
           "description":"It opens &amp; stays open.","license":"https://l.example/by"}]}</script>
        <h1>Old bridge opens</h1>"##,
    );
    let text = |found: Option<Found<String>>| found.map(|found| (found.value, found.source)).unwrap();
    assert_eq!(text(metadata.title), ("Old bridge opens".to_owned(), Source::Heading));
    assert_eq!(metadata.authors.map(|found| found.value).unwrap(), ["Ana Lund", "Max Muster"]);
    assert_eq!(metadata.published.unwrap().value.to_string(), "2024-03-05T21:07:00+01:00");
    assert_eq!(metadata.modified.unwrap().value.to_string(), "2024-03-06");
    assert_eq!(text(metadata.site), ("Aune Courier".to_owned(), Source::OpenGraph));
    assert_eq!(text(metadata.language), ("en-GB".to_owned(), Source::Lang));
    assert_eq!(text(metadata.description), ("It opens & stays open.".to_owned(), Source::JsonLd));
    let canonical = "https://www.aunecourier.example/news/bridge".to_owned();
    assert_eq!(text(metadata.canonical), (canonical, Source::Link));
    assert_eq!(text(metadata.image), ("https://i.example/b.jpg".to_owned(), Source::OpenGraph));
    assert_eq!(text(metadata.licence), ("https://l.example/by".to_owned(), Source::JsonLd));
    assert_eq!(metadata.tags.unwrap().value, ["bridge", "Aune"]);
}

#[test]
fn of_several_articles_the_one_with_the_address_of_the_page_is_meant() {
    let html = r#"<script type="application/ld+json">[
        {"@type":"Article","headline":"Another bridge","url":"https://www.aunecourier.example/news/other"},
        {"@type":"Article","headline":"Old bridge","url":"https://www.aunecourier.example/news/2024/03/05/bridge/"}]"#;
    assert_eq!(title(html), ("Old bridge".to_owned(), "json-ld"));
}

#[test]
fn titles_lose_the_name_of_the_site() {
    for html in [
        "<title>Old bridge opens | Aune Courier</title>",
        "<title>Aune Courier: Old bridge opens</title>",
        "<meta property=og:site_name content='The Courier'><title>Old bridge opens - News - The Courier</title>",
        "<meta property=og:title content='Old bridge opens — AuneCourier.example'>",
    ] {
        let expected = if html.contains("News") { "Old bridge opens - News" } else { "Old bridge opens" };
        assert_eq!(title(html).0, expected, "{html}");
    }
}

#[test]
fn a_title_keeps_its_own_dashes() {
    assert_eq!(title("<title>Bridge – the long wait ends</title>").0, "Bridge – the long wait ends");
}

#[test]
fn the_heading_that_other_titles_confirm_is_the_headline() {
    let html = "<title>Old bridge opens after a year</title><h1>Aune Courier</h1><h1>Menu of the day</h1>\
                <h1>Old bridge<br>opens after a <em>long</em> year</h1>";
    assert_eq!(title(html), ("Old bridge opens after a long year".to_owned(), "heading"));
}

#[test]
fn a_heading_far_from_all_other_titles_is_not() {
    let html = "<title>Old bridge opens after a year</title><h1>Subscribe to our letters</h1>";
    assert_eq!(title(html), ("Old bridge opens after a year".to_owned(), "title-element"));
}

#[test]
fn a_line_without_class_names_an_author_beside_the_headline_only() {
    let line = "<p>By <a href=/x>Ana Lund</a></p>";
    let far = "<p>Words of the text of the article.</p>".repeat(100);
    assert_eq!(authors(&format!("<h1>Old bridge opens</h1>{line}{far}")), "Ana Lund");
    assert_eq!(authors(&format!("<h1>Old bridge opens</h1>{far}{line}")), "");
    assert_eq!(authors("<h1>Old bridge opens</h1><p>By noon the water had gone</p>"), "");
}

#[test]
fn the_line_below_the_headline_goes_before_what_the_head_says() {
    let html = |line: &str| {
        format!("<meta name=author content='Max Muster'><h1>Old bridge opens</h1><p>{line}</p><p>It opens.")
    };
    assert_eq!(authors(&html("By Ana Lund")), "Ana Lund");
    assert_eq!(
        authors(&html("By <a href=/a>Ana Lund</a> and <a href=/b>Eva Holm</a>")),
        "Ana Lund; Eva Holm"
    );
    assert_eq!(authors(&html("<a href=/r>Medically reviewed</a> by <a href=/a>Ana Lund</a>")), "Max Muster");
    assert_eq!(authors(&html("By popular demand")), "Max Muster");
}

#[test]
fn an_organisation_is_the_author_if_no_person_is() {
    let html = |line: &str| {
        format!(
            r#"<script type="application/ld+json">{{"@type":"Article","headline":"Old bridge opens",
            "author":{{"@type":"Organization","name":"Bridges of Aune, Inc."}}}}</script>
            <h1>Old bridge opens</h1>{line}"#
        )
    };
    assert_eq!(authors(&html("")), "Bridges of Aune, Inc");
    assert_eq!(authors(&html("<p class=author-name>Ana Lund</p>")), "Ana Lund");
}

#[test]
fn a_name_beside_a_date_or_a_portrait_is_the_author() {
    let html = |line: &str| format!("<h1>Old bridge opens</h1><div>{line}</div><p>It opens.");
    assert_eq!(authors(&html("<span>Ana Lund</span> · <span>5 March 2024</span>")), "Ana Lund");
    assert_eq!(authors(&html("<span>5 March 2024</span> · <span>Ana M. Lund</span>")), "Ana M. Lund");
    assert_eq!(authors(&html("<img class=avatar src=a.jpg> <b>Ana Lund</b>")), "Ana Lund");
    assert_eq!(authors(&html("<a href=/topics>Bridge Building</a> <span>5 March 2024</span>")), "");
    assert_eq!(authors(&html("<span>Ana Lund</span>")), "");
}

#[test]
fn a_box_below_the_article_names_its_author() {
    let far = "<p>Words of the text of the article.</p>".repeat(100);
    let below =
        "<div class=author-box><img class=avatar><h4 class=author-box__name>Ana Lund</h4>She writes.</div>";
    assert_eq!(authors(&format!("<h1>Old bridge opens</h1>{far}{below}")), "Ana Lund");
    let below = "<p>This post was written by Ana Lund, Head of Bridges.</p>";
    assert_eq!(authors(&format!("<h1>Old bridge opens</h1>{far}{below}")), "Ana Lund");
}

#[test]
fn labels_say_whose_name_and_which_date_follows() {
    let html = "<h1>Old bridge opens</h1><dl><dt>Author</dt>\n <dd>Ana Lund</dd>\n <dt>Published</dt>\n \
                <dd><time datetime=2024-03-04>4 March</time></dd><dt>Updated</dt><dd>6 March 2024</dd></dl>";
    assert_eq!(authors(html), "Ana Lund");
    assert_eq!(published(html).0, "2024-03-04");
    assert_eq!(metadata(html).modified.unwrap().value.to_string(), "2024-03-06");
}

#[test]
fn unknown_systems_are_understood_by_their_words() {
    let html = "<meta name=acme.publishDate content=2024-03-04><meta name=acme:author content='Ana Lund'>\
                <meta name=acme:author-image content=a.jpg><meta name=twitter:label1 content='Written by'>";
    assert_eq!((authors(html).as_str(), published(html).0.as_str()), ("Ana Lund", "2024-03-04"));
    let html = "<div property='schema:author'>Ana Lund</div><i data-testid=publish-date>4 March 2024</i>";
    assert_eq!((authors(html).as_str(), published(html).0.as_str()), ("Ana Lund", "2024-03-04"));
}

#[test]
fn statistics_of_readers_are_read() {
    let html = r#"<meta name=parsely-page content='{"title":"Old bridge opens","pub_date":"2024-03-04T10:00:00Z",
                  "author":["Ana Lund","Max Muster"]}'>"#;
    assert_eq!(title(html), ("Old bridge opens".to_owned(), "meta"));
    assert_eq!((authors(html).as_str(), published(html).1), ("Ana Lund; Max Muster", "meta"));
}

#[test]
fn the_site_is_no_author_beside_others() {
    let html = "<meta property=og:site_name content='The Aune'><meta name=author content='Ana Lund'>\
                <meta name=author content='The Aune'>";
    assert_eq!(authors(html), "Ana Lund");
    assert_eq!(
        authors("<meta property=og:site_name content='The Aune'><meta name=author content='The Aune'>"),
        "The Aune"
    );
}

#[test]
fn a_subheading_is_the_headline_where_the_heading_is_the_site() {
    let html =
        "<title>Old bridge opens | The Aune</title><h1>The Aune</h1><h2>Old bridge opens</h2><h2>More</h2>";
    assert_eq!(title(html), ("Old bridge opens".to_owned(), "heading"));
}

#[test]
fn the_site_is_named_behind_the_headline() {
    let html = "<title>Old bridge opens | Aune Courier</title><h1>Old bridge opens</h1>";
    let site = metadata(html).site.unwrap();
    assert_eq!((site.value.as_str(), site.source), ("Aune Courier", Source::TitleElement));
}

#[test]
fn hostile_pages_are_read_on_a_small_stack() {
    let read_all = || {
        for case in hostile::html::cases(hostile::Size::Small) {
            let page = parse(&case.files[0].bytes, &Options::default());
            assert_eq!(read(&page, &Context::default()), read(&page, &Context::default()), "{}", case.name);
        }
        let json = "<script type=application/ld+json>".to_owned() + &"[{\"author\":".repeat(50_000);
        assert_eq!(metadata_at(&json, "https://a.example/"), Metadata::default());
    };
    std::thread::Builder::new().stack_size(256 << 10).spawn(read_all).unwrap().join().unwrap();
}

#[test]
fn comments_are_not_by_the_author() {
    let html = "<h1>Old bridge opens</h1><div id=comments><p class=author>Troll Nilsson</p>\
                <time datetime=2024-03-09></time></div>";
    assert_eq!((authors(html).as_str(), published(html)), ("", ("2024-03-05".to_owned(), "url")));
}

#[test]
fn dates_have_an_order_of_trust() {
    let time = "<h1>Old bridge opens</h1><time datetime='2024-03-04T10:00+01:00'>yesterday</time>";
    assert_eq!(published(time), ("2024-03-04T10:00+01:00".to_owned(), "time-element"));
    let line = "<h1>Old bridge opens</h1><p>March 4, 2024</p>";
    assert_eq!(published(line), ("2024-03-04".to_owned(), "text"));
    let meta = "<meta property=article:published_time content=2024-03-03>";
    assert_eq!(
        published(&format!("{meta}<h1>Old bridge opens</h1>")),
        ("2024-03-03".to_owned(), "open-graph")
    );
}

#[test]
fn an_earlier_date_beside_the_headline_is_that_of_publication() {
    let html = |shown: &str| {
        format!(
            "<meta property=article:published_time content=2024-03-05><h1>Old bridge opens</h1><p>{shown}</p>"
        )
    };
    assert_eq!(published(&html("3 May 2016")), ("2016-05-03".to_owned(), "text"));
    assert_eq!(published(&html("3 May 2025")), ("2024-03-05".to_owned(), "open-graph"));
    assert_eq!(published(&html("Updated 3 May 2016")), ("2024-03-05".to_owned(), "open-graph"));
}

#[test]
fn a_change_is_no_publication() {
    let html = "<h1>Old bridge opens</h1><p>Updated: <time datetime=2024-04-01>1 April</time></p>";
    let metadata = metadata_at(html, "https://a.example/");
    assert_eq!(metadata.published, None);
    assert_eq!(metadata.modified.unwrap().value.to_string(), "2024-04-01");
}

#[test]
fn nothing_is_published_after_it_was_fetched() {
    let html = "<meta property=article:published_time content=2031-01-01><h1>Old bridge opens</h1><p>4 March 2024</p>";
    let page = parse(html.as_bytes(), &Options::default());
    let context = Context { url: None, crawled: Date::new(2024, 3, 6) };
    assert_eq!(read(&page, &context).published.unwrap().value.to_string(), "2024-03-04");
}

#[test]
fn day_and_month_are_told_by_another_date_of_the_page() {
    let html = "<html lang=en-US><h1>Old bridge opens</h1><p class=date>03/05/2024</p><p>on 3 May 2024</p>";
    assert_eq!(metadata_at(html, "https://a.example/").published.unwrap().value.to_string(), "2024-05-03");
}

#[test]
fn a_class_that_holds_a_person_goes_before_an_organisation() {
    let html = |line: &str| {
        format!(
            r#"<script type="application/ld+json">{{"@type":"Article","headline":"Old bridge opens",
            "author":{{"@type":"Organization","name":"Bridges of Aune"}}}}</script>
            <h1>Old bridge opens</h1>{line}<p>It opens."#
        )
    };
    assert_eq!(authors(&html("<div class=text__author>Ana Lund</div>")), "Ana Lund");
    assert_eq!(authors(&html("<div class=text__author>bridges</div>")), "Bridges of Aune");
    let far = "<p>Words of the text of the article.</p>".repeat(100);
    assert_eq!(authors(&html(&format!("{far}<div class=text__author>Ana Lund</div>"))), "Bridges of Aune");
}

#[test]
fn a_team_of_the_site_is_no_author_beside_a_person() {
    let html = |names: &str| {
        format!("<meta property=og:site_name content=Bridgeworks><meta name=author content='{names}'>")
    };
    assert_eq!(authors(&html("Ana Lund, Bridgeworks Staff")), "Ana Lund");
    assert_eq!(authors(&html("Ana Lund, Harbour Staff")), "Ana Lund; Harbour Staff");
    assert_eq!(authors(&html("Bridgeworks Staff")), "Bridgeworks Staff");
}

#[test]
fn more_authors_below_the_headline_are_told_whatever_they_are_addressed_with() {
    let html = |line: &str| {
        format!("<meta name=author content='Ana Lund'><h1>Old bridge opens</h1><p>{line}</p><p>It opens.")
    };
    assert_eq!(authors(&html("By Dr. Ana Lund and Prof. Max Muster")), "Dr. Ana Lund; Prof. Max Muster");
    assert_eq!(authors(&html("By Dr. Ana Lund")), "Ana Lund");
}

#[test]
fn a_portrait_has_the_name_that_stands_beside_it() {
    let html =
        |picture: &str| format!("<h1>Old bridge opens</h1><div>{picture}<b>Ana Lund</b></div><p>It opens.");
    assert_eq!(authors(&html("<img alt='Portrait of Ana Lund' src=a.jpg>")), "Ana Lund");
    assert_eq!(authors(&html("<img src=/pictures/Ana-Lund-2.jpg>")), "Ana Lund");
    assert_eq!(authors(&html("<img class='w-8 rounded-full' src=a.jpg>")), "Ana Lund");
    assert_eq!(authors(&html("<img alt=Bridge src=/Ana-Lund/bridge.jpg>")), "");
    let figure = "<figure><img alt='Ana Lund'><figcaption>Ana Lund</figcaption></figure>";
    assert_eq!(authors(&format!("<h1>Old bridge opens</h1>{figure}<p>It opens.")), "");
}

#[test]
fn what_leads_nowhere_is_no_topic() {
    let html = |link: &str| format!("<h1>Old bridge opens</h1><i>5 March 2024</i><i>·</i>{link}<p>It opens.");
    assert_eq!(authors(&html("<a title=Ana>Ana Lund</a>")), "Ana Lund");
    assert_eq!(authors(&html("<a href=/bridges>Ana Lund</a>")), "");
    assert_eq!(authors(&html("Ana Lund   \n  in <a href=/bridges>Bridges</a>")), "Ana Lund");
    assert_eq!(authors(&html("Ana Lund   at <a href=/bridges>Bridges</a>")), "");
}

#[test]
fn right_below_the_headline_stands_the_author_and_further_away_those_of_others() {
    let far = "<p>Words of the text of the article.</p>".repeat(30);
    let other = "<li class=author>Max Muster</li>";
    let line = "<b>Ana Lund</b><i>5 March 2024</i>";
    assert_eq!(authors(&format!("<h1>Old bridge opens</h1>{line}{far}{other}")), "Ana Lund");
    assert_eq!(authors(&format!("<h1>Old bridge opens</h1>{far}{other}")), "Max Muster");
}

#[test]
fn a_comment_between_by_and_the_name_says_nothing() {
    let html = |line: &str| format!("<h1>Old bridge opens</h1><p>{line}</p><p>Chief Engineer</p>");
    assert_eq!(authors(&html("By <!-- -->Ana Lund")), "Ana Lund");
    assert_eq!(authors(&html("By <!-- --> <a href=/a>Ana Lund</a>")), "Ana Lund");
}

#[test]
fn the_first_name_in_a_box_about_the_author_is_its_author() {
    let far = "<p>Words of the text of the article.</p>".repeat(100);
    let html = |text: &str| format!("<h1>Old bridge opens</h1>{far}<div class=blog_author-box>{text}</div>");
    assert_eq!(authors(&html("<img><p>Ana Lund</p><p>Ana Lund writes about bridges.</p>")), "Ana Lund");
    assert_eq!(authors(&html("<p>About us</p><p>Ana Lund</p>")), "");
}

#[test]
fn any_pair_of_a_label_and_its_value_may_name_the_author() {
    let html = "<meta name=twitter:label1 content='Est. reading time'><meta name=twitter:data1 content='Two minutes'>\
                <meta name=twitter:label2 content='Verfasst von'><meta name=twitter:data2 content='Ana Lund'>";
    assert_eq!(authors(html), "Ana Lund");
}

#[test]
fn a_heading_that_leads_to_another_page_is_not_the_headline() {
    let html = |address: &str| {
        format!(
            "<title>Where to ride your bike in Aune</title><h1>The best trails to ride in Aune</h1>\
             <h1><a href='{address}'>Where to ride your boat in Aune</a></h1>"
        )
    };
    assert_eq!(title(&html("/news/2024/boats")).0, "The best trails to ride in Aune");
    let itself = "https://www.aunecourier.example/news/2024/03/05/bridge#top";
    assert_eq!(title(&html(itself)).0, "Where to ride your boat in Aune");
}

#[test]
fn of_headings_that_agree_by_chance_the_first_is_the_headline() {
    let html = "<title>Where to ride in old Aune</title><h1>The best trails to ride in Aune</h1>\
                <h1>Next: what to do in old Aune</h1>";
    assert_eq!(title(html).0, "The best trails to ride in Aune");
}

/// Pieces that pages are made of; in any order they make hostile ones.
fn piece() -> impl Strategy<Value = String> {
    let pieces = [
        "<h1>",
        "</h1>",
        "<title>",
        "</title>",
        "<time datetime='",
        "'>",
        "<p class=author>",
        "<p class=date>",
        "By ",
        "Ana Lund",
        "5 March 2024",
        "<a rel=author href='/author/x'>",
        "<meta name=author content='",
        "</p>",
        "<script type='application/ld+json'>",
        "</script>",
        "{\"@type\":\"Article\",",
        "\"author\":",
        "[",
        "{",
        "}",
        "\"",
        "<div itemprop=author>",
        "<span itemprop=name>",
        "2024-",
        "\u{130}",
        "١٢",
        "年",
        " | ",
        "<body>",
        "é",
    ];
    prop_oneof![prop::sample::select(pieces.to_vec()).prop_map(str::to_owned), "\\PC{0,6}"]
}

proptest! {
    #[test]
    fn any_page_is_read_and_the_same_each_time(pieces in prop::collection::vec(piece(), 0..60)) {
        let html = pieces.concat();
        prop_assert_eq!(metadata(&html), metadata(&html));
    }
}
