//! Laws that hold for any article, checked on articles made at random from prose, page furniture,
//! repeated headlines and noise of every script.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod support;

use std::sync::LazyLock;

use copydesk::{Document, Plan};
use proptest::prelude::*;

static PLAN: LazyLock<Plan> = LazyLock::new(|| copydesk::plan(copydesk::DEFAULT_CONFIG).unwrap());

/// The same stages in another order, and nothing goes by its score: a score, and what is taken for a copy of the headline, depend on
/// what stands round a line, and that changes when lines go.
static BY_PHRASES: LazyLock<Plan> = LazyLock::new(|| {
    let stages = ["extract", "boilerplate\"\nmode = \"phrases", "headline"];
    copydesk::plan(&stages.map(|stage| format!("[[stage]]\nuse = \"{stage}\"\n")).concat()).unwrap()
});

/// Lines that make the stages do something.
fn line() -> impl Strategy<Value = String> {
    let furniture = prop::sample::select(vec![
        "Share",
        "Advertisement",
        "Anzeige",
        "Реклама",
        "广告",
        "Facebook Twitter WhatsApp",
        "12 comments",
        "3 min read",
        "Read more: Ten bridges to cross",
        "Related articles",
        "By Ana Lund",
        "Updated 10:32 AM, 5 April 2016",
        "Loading...",
        "© 2016 The Courier. All rights reserved.",
        "Leave a reply",
        "Photo: Getty Images",
        "Sign up for our newsletter",
    ]);
    let headline = prop::sample::select(vec![
        "Bridge over the Aune reopens after eleven months",
        "BRIDGE OVER THE AUNE REOPENS AFTER ELEVEN MONTHS",
        "Bridge over the Aune reopens after eleven months | The Courier",
        "Bridge over the Aune reopens after…",
        "Opinion | Bridge over the Aune reopens after eleven months",
    ]);
    let prose = prop::sample::select(vec![
        "The bridge over the Aune reopens on Monday after eleven months of repairs, the council said on Friday.",
        "Lorries of more than seven tonnes stay banned until the spring, when the second bearing is replaced and tested.",
        "Shopkeepers on the north bank, who lost a third of their trade, welcomed the news and hung out their flags.",
        "该市议会周五表示，横跨奥讷河的大桥将于周一重新开放，此前进行了十一个月的维修，商店老板对此表示欢迎。",
    ]);
    prop_oneof![
        3 => furniture.prop_map(str::to_owned),
        2 => headline.prop_map(str::to_owned),
        3 => prose.prop_map(str::to_owned),
        1 => "\\PC{0,60}",
        1 => "[ a-zA-Z0-9.,|:-]{0,90}",
    ]
}

fn article() -> impl Strategy<Value = String> {
    let gap = prop::sample::select(vec!["\n", "\n\n", "\r\n"]);
    (prop::collection::vec(line(), 0..24), gap).prop_map(|(lines, gap)| lines.join(gap))
}

fn text_of(document: &Document) -> String {
    let mut text = String::new();
    document.write_kept("\n", &mut text);
    text
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1500) })]

    /// Kept and removed together are the input in order; marking never edits the text.
    #[test]
    fn nothing_is_lost_or_edited(text in article()) {
        let document = support::cleaned(&PLAN, Document::from_text(text.clone()));
        prop_assert_eq!(&document.text, &text);
        let blocks: String = document.blocks.iter().map(|block| document.slice(block)).collect();
        let visible = |text: &str| text.chars().filter(|c| !c.is_whitespace() && !is_invisible(*c)).collect::<String>();
        prop_assert_eq!(visible(&blocks), visible(&text));
        prop_assert!(document.blocks.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start));
    }

    /// What was cleaned, with the title that was found, has nothing left that a phrase, a shape or a place names.
    #[test]
    fn cleaning_twice_changes_nothing(text in article()) {
        let once = support::cleaned(&BY_PHRASES, Document::from_text(text));
        let mut again = Document::from_text(text_of(&once));
        again.title = once.title.clone();
        let twice = support::cleaned(&BY_PHRASES, again);
        prop_assert_eq!(text_of(&once), text_of(&twice));
    }

    /// The same article gives the same marks, alone or after others.
    #[test]
    fn stages_remember_nothing(text in article(), other in article()) {
        let alone = support::cleaned(&PLAN, Document::from_text(text.clone()));
        support::cleaned(&PLAN, Document::from_text(other));
        prop_assert_eq!(alone, support::cleaned(&PLAN, Document::from_text(text)));
    }

    /// The headline, once found, is never struck.
    #[test]
    fn the_headline_stays(text in article()) {
        let document = support::cleaned(&PLAN, Document::from_text(text));
        let titles = document.blocks.iter().filter(|block| block.kind == copydesk::BlockKind::Title);
        prop_assert!(titles.into_iter().all(copydesk::Block::is_kept));
    }
}

/// Short lines below the last paragraph go by their score in plain text; where markup says that they are a list, they are
/// the article's, and only what a phrase names goes.
#[test]
fn what_markup_says_is_an_item_goes_by_no_score() {
    let text = "Teilen\n\nDie Seilbahn von Oberklamm fährt rückwärts\n\n\
        Seit Montag fährt die Seilbahn von Oberklamm rückwärts, weil der Monteur den Schaltplan von der falschen Seite gelesen hat.\n\n\
        Die Gäste merken es kaum, sagt die Kassiererin, denn sie schauen ohnehin immer in die andere Richtung.\n\n\
        Im Herbst soll der Plan umgedreht werden. Bis dahin beginnt jede Fahrt am Gipfel und endet mit der Begrüßung.\n\n\
        Seilbahn\n\nOberklamm\n\nVerkehr\n\nKurioses";
    let struck = |level: u8| {
        let mut document = copydesk::clean(&PLAN, Document::from_text(text)).unwrap().remove(0);
        for block in &mut document.blocks {
            (block.removal, block.level) = (None, level);
        }
        support::removed(&copydesk::clean(&PLAN, document).unwrap()[0])
    };
    let tags =
        ["Seilbahn", "Oberklamm", "Verkehr", "Kurioses"].map(|tag| format!("boilerplate/navigation: {tag}"));
    let label = "boilerplate/share-bar: Teilen".to_owned();
    assert_eq!(struck(1), std::slice::from_ref(&label));
    assert_eq!(struck(0), [vec![label], tags.to_vec()].concat());
}

fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2060}' | '\u{feff}')
}
