//! Bytes to tree: MB of HTML for each second of CPU time, one thread, every parser in turn in the same run.

use std::hint::black_box;

use html5ever::tendril::TendrilSink;
use markup5ever_rcdom::RcDom;
use rustix::time::{ClockId, clock_gettime};

use crate::pages::Page;

/// Seconds of CPU time that this thread has used.
pub(crate) fn cpu() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

type Parser = (&'static str, fn(&[u8]));

const PARSERS: &[Parser] = &[
    ("memchr for `<`", count_tags),
    ("copydesk-html", ours),
    ("copydesk-html, all text", ours_and_text),
    ("tl (no tree of the standard)", tl),
    ("lol_html (no tree)", lol),
    ("html5ever, tokens only", html5ever_tokens),
    ("html5ever + RcDom", html5ever_rcdom),
    ("scraper", scraper),
];

pub(crate) fn run(pages: &[Page], rounds: usize) {
    let collections = ["aeb", "fundus", "wcxb", ""];
    println!("MB of HTML a second of CPU time, best of {rounds}; one thread");
    println!("{:30} {:>9} {:>9} {:>9} {:>9}", "", "aeb", "fundus", "wcxb", "all");
    let mut best = vec![[f64::INFINITY; 4]; PARSERS.len()];
    for _ in 0..rounds {
        for (number, (_, parse)) in PARSERS.iter().enumerate() {
            let mut all = 0.0;
            for (place, collection) in collections[..3].iter().enumerate() {
                let seconds = time(pages, collection, *parse);
                best[number][place] = best[number][place].min(seconds);
                all += seconds;
            }
            best[number][3] = best[number][3].min(all);
        }
    }
    let size = |collection: &&str| -> f64 {
        let of = pages.iter().filter(|page| page.name.starts_with(*collection));
        of.map(|page| page.html.len() as f64).sum::<f64>() / 1e6
    };
    for ((name, _), seconds) in PARSERS.iter().zip(&best) {
        let figures: Vec<String> = collections
            .iter()
            .zip(seconds)
            .map(|(one, seconds)| format!("{:9.1}", size(one) / seconds))
            .collect();
        println!("{name:30} {}", figures.join(" "));
    }
    let ratio = |one: usize, other: usize| best[other][3] / best[one][3];
    println!(
        "copydesk-html: {:.2} times html5ever + RcDom, {:.1} % of memchr",
        ratio(1, 6),
        100.0 * ratio(1, 0)
    );
}

fn time(pages: &[Page], collection: &str, parse: fn(&[u8])) -> f64 {
    let start = cpu();
    for page in pages.iter().filter(|page| page.name.starts_with(collection)) {
        parse(&page.html);
    }
    cpu() - start
}

fn count_tags(html: &[u8]) {
    black_box(memchr::memchr_iter(b'<', html).count());
}

fn ours(html: &[u8]) {
    black_box(copydesk_html::parse(html, &copydesk_html::Options::default()));
}

fn ours_and_text(html: &[u8]) {
    let page = copydesk_html::parse(html, &copydesk_html::Options::default());
    black_box(page.root().texts().map(str::len).sum::<usize>());
}

fn tl(html: &[u8]) {
    let html = String::from_utf8_lossy(html);
    black_box(
        tl::parse(&html, tl::ParserOptions::default()).map(|dom| dom.nodes().len()).unwrap_or_default(),
    );
}

fn lol(html: &[u8]) {
    let mut count = 0_usize;
    let settings = lol_html::Settings::new().append_element_content_handler(lol_html::element!("p", |_| {
        count += 1;
        Ok(())
    }));
    let mut rewriter = lol_html::HtmlRewriter::new(settings, |_: &[u8]| {});
    rewriter.write(html).expect("it takes any bytes");
    rewriter.end().expect("it takes any bytes");
    black_box(count);
}

struct Nothing;

impl html5ever::tokenizer::TokenSink for Nothing {
    type Handle = ();

    fn process_token(
        &self,
        token: html5ever::tokenizer::Token,
        _: u64,
    ) -> html5ever::tokenizer::TokenSinkResult<()> {
        black_box(&token);
        html5ever::tokenizer::TokenSinkResult::Continue
    }
}

fn html5ever_tokens(html: &[u8]) {
    use html5ever::tokenizer::{BufferQueue, Tokenizer};
    let tokenizer = Tokenizer::new(Nothing, Default::default());
    let queue = BufferQueue::default();
    queue.push_back(String::from_utf8_lossy(html).into_owned().into());
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
}

pub(crate) fn rcdom(html: &[u8]) -> RcDom {
    let options = html5ever::ParseOpts {
        tree_builder: html5ever::tree_builder::TreeBuilderOpts {
            scripting_enabled: false,
            ..Default::default()
        },
        ..Default::default()
    };
    html5ever::parse_document(RcDom::default(), options).from_utf8().one(html)
}

fn html5ever_rcdom(html: &[u8]) {
    black_box(rcdom(html));
}

fn scraper(html: &[u8]) {
    black_box(scraper::Html::parse_document(&String::from_utf8_lossy(html)));
}
