//! Hostile pages at one size and at ten times that: time, memory, and whether the text is still there.

use copydesk_html::{Document, Options, parse};

use crate::memory;
use crate::speed::cpu;

/// The sentence that must not be lost.
pub(crate) const SENTENCE: &str =
    "The bridge over the river will be closed for repairs until the end of May.";

/// A page: its name, and what it consists of at a number.
type Generator = (&'static str, fn(usize) -> String, Place);

/// Where the sentence stands.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Behind,
    Before,
}
use Place::{Before, Behind};

fn same(text: &'static str) -> impl Fn(usize) -> String {
    move |_| text.to_owned()
}

const GENERATORS: &[Generator] = &[
    ("nested div", |n| same("<div>")(n), Behind),
    ("nested div with text", |n| same("<div>x")(n), Behind),
    ("nested b", |n| same("<b>")(n), Behind),
    ("nested font, each of its own", |n| format!("<font a{n}=1>"), Behind),
    ("font, each of its own, and p", |n| format!("<font a{n}=1><p>"), Behind),
    ("font, long values", |n| format!("<font a=\"{}{n}\">", "x".repeat(900)), Behind),
    ("nested a", |n| same("<a href=x>y")(n), Behind),
    ("a and div", |n| same("<a><div>")(n), Behind),
    ("b and p, crossed", |n| same("<b><p></b></p>")(n), Behind),
    (
        "b, many span, a block, the end",
        |n| match n % 402 {
            0 => "<b>".into(),
            401 => "<div>x</b></div>".into(),
            _ => "<span>".into(),
        },
        Behind,
    ),
    (
        "b, many i, a block, the end",
        |n| match n % 62 {
            0 => "<b>".into(),
            61 => "<div>x</b></div>".into(),
            n => format!("<i a{n}>"),
        },
        Behind,
    ),
    ("x and p", |n| same("x<p>")(n), Behind),
    ("four formats and p", |n| if n == 0 { "<b><i><u><s>".into() } else { "<p>x".into() }, Behind),
    (
        "sixty formats and p",
        |n| if n == 0 { (0..60).map(|i| format!("<font a{i}>")).collect() } else { "<p>x".into() },
        Behind,
    ),
    (
        "eight formats, blocks, ends",
        |n| match n % 3 {
            0 => "<b><i><u><s>".into(),
            1 => "<div><p>x".into(),
            _ => "</b></i></u></s>".to_owned(),
        },
        Behind,
    ),
    ("ol li", |n| same("<ol><li>x")(n), Behind),
    ("ul li p", |n| same("<ul><li><p>x")(n), Behind),
    ("dl dt dd", |n| same("<dl><dt>x<dd>y")(n), Behind),
    ("blockquote p", |n| same("<blockquote><p>")(n), Behind),
    ("nested table", |n| same("<table><tr><td>")(n), Behind),
    ("foster parents", |n| same("<table><b>x")(n), Behind),
    ("text in a table", |n| if n == 0 { "<table>".into() } else { "x<tr>".into() }, Behind),
    (
        "text in a table beside references",
        |n| if n == 0 { "<table>".into() } else { "x<tr><td>&amp;</td>".into() },
        Behind,
    ),
    ("rows", |n| if n == 0 { "<table>".into() } else { "<tr><td>x<td>y".into() }, Behind),
    ("captions and columns", |n| if n == 0 { "<table>".into() } else { "<caption>x<col>".into() }, Behind),
    (
        "many tables below 500 div",
        |n| if n == 0 { "<div>".repeat(500) } else { "<table></table>".into() },
        Behind,
    ),
    ("svg foreignObject", |n| same("<svg><foreignObject>")(n), Behind),
    ("nested svg g", |n| if n == 0 { "<svg>".into() } else { "<g>".into() }, Behind),
    (
        "svg with unknown ends",
        |n| if n == 0 { format!("<svg>{}", "<g>".repeat(500)) } else { "</x>".into() },
        Behind,
    ),
    ("math mtext", |n| same("<math><mtext>")(n), Behind),
    ("templates", |n| same("<template>")(n), Behind),
    ("templates, closed", |n| same("<template><td>x</template>")(n), Behind),
    ("select option", |n| if n == 0 { "<select>".into() } else { "<option>x".into() }, Behind),
    (
        "nested option",
        |n| {
            if n == 0 {
                "<select><button><selectedcontent></button>".into()
            } else {
                "<option selected><div>x".into()
            }
        },
        Behind,
    ),
    ("buttons", |n| same("<button><div>")(n), Behind),
    ("forms", |n| same("<form><div>")(n), Behind),
    ("form ends", |n| same("<form></form>")(n), Behind),
    ("end tags of nothing", |n| same("</div></p></b>")(n), Behind),
    (
        "unknown end tags below 500 span",
        |n| if n == 0 { "<span>".repeat(500) } else { "</x>".into() },
        Behind,
    ),
    (
        "hidden end tags below 500 span",
        |n| if n == 0 { format!("<x><div>{}", "<span>".repeat(500)) } else { "</x>".into() },
        Behind,
    ),
    (
        "b in front of a table below 500 i",
        |n| if n == 0 { format!("<b><table>{}", "<u>".repeat(500)) } else { "</b>".into() },
        Behind,
    ),
    ("li below 500 div", |n| if n == 0 { "<div>".repeat(500) } else { "<li></li>".into() }, Behind),
    ("framesets", |n| same("<frameset>")(n), Before),
    ("body again", |n| format!("<body a{n}=x>"), Behind),
    (
        "body again, 900 attributes",
        |n| {
            if n == 0 {
                format!("<body{}>", (0..900).map(|i| format!(" b{i}")).collect::<String>())
            } else {
                format!("<body a{n}><p a>")
            }
        },
        Behind,
    ),
    ("html again", |n| format!("<html a{n}=x><p>"), Behind),
    ("many attributes", |n| if n == 0 { "<div".into() } else { format!(" a{n}=1") }, Before),
    ("many attributes, closed", |n| if n % 5000 == 0 { "><div".into() } else { format!(" a{n}=1") }, Before),
    ("the same attribute", |n| if n == 0 { "<div".into() } else { " a=1".into() }, Before),
    (
        "attributes of one letter",
        |n| {
            if n % 60 == 0 {
                "><i".into()
            } else {
                format!(" {}", char::from(33 + (n * 7 % 90) as u8).to_ascii_lowercase())
            }
        },
        Before,
    ),
    ("names, each of its own", |n| format!("<x{n}>"), Behind),
    ("long name", |n| if n == 0 { "<x".into() } else { "x".into() }, Before),
    ("references in values", |n| same("<a href='&amp;&notit;&copy=1'>")(n), Behind),
    ("less than", |n| same("< ")(n), Behind),
    ("ampersands", |n| same("&")(n), Behind),
    ("references", |n| same("&amp;")(n), Behind),
    ("references without end", |n| same("&notit")(n), Behind),
    ("references of large numbers", |n| same("&#99999999999;")(n), Behind),
    ("references of long names", |n| same("&CounterClockwiseContourIntegra")(n), Behind),
    ("digits without end", |n| if n == 0 { "&#".into() } else { "9".into() }, Behind),
    ("dashes in a comment", |n| if n == 0 { "<!--".into() } else { "-".into() }, Before),
    ("marks in a comment", |n| if n == 0 { "<!--".into() } else { "--!".into() }, Before),
    ("comments", |n| same("<!-- x -->")(n), Behind),
    ("comments of >", |n| if n == 0 { "<!--".into() } else { ">".into() }, Before),
    ("brackets in CDATA", |n| if n == 0 { "<svg><![CDATA[".into() } else { "]".into() }, Before),
    ("CDATA sections", |n| if n == 0 { "<svg>".into() } else { "<![CDATA[x]]>".into() }, Behind),
    ("CDATA never closed", |n| if n == 0 { "<svg>".into() } else { "<![CDATA[".into() }, Before),
    (
        "scripts in scripts",
        |n| if n == 0 { "<script><!--".into() } else { "<script></script>".into() },
        Before,
    ),
    ("script of <!--", |n| if n == 0 { "<script>".into() } else { "<!-- -->".into() }, Before),
    ("script of </", |n| if n == 0 { "<script>".into() } else { "</scrip".into() }, Before),
    ("scripts", |n| same("<script>a</script>")(n), Behind),
    ("titles", |n| same("<title>&amp</title>")(n), Behind),
    ("textarea", |n| if n == 0 { "<textarea>".into() } else { "<p>x".into() }, Before),
    ("plaintext", |n| if n == 0 { "<plaintext>".into() } else { "<p>x".into() }, Before),
    ("NUL", |n| same("\0")(n), Behind),
    ("NUL and text", |n| same("x\0")(n), Behind),
    ("NUL in svg", |n| if n == 0 { "<svg>".into() } else { "\0".into() }, Behind),
    ("NUL in values", |n| same("<i a=\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0>")(n), Behind),
    ("carriage returns", |n| same("\r")(n), Behind),
    ("empty end tags", |n| same("x</>")(n), Behind),
    ("quotes that open", |n| same("<a href=\"x>y")(n), Before),
    ("br", |n| same("x<br>")(n), Behind),
    ("ends of br and p", |n| same("</br></p>")(n), Behind),
    ("headings", |n| format!("<h{}>x", 1 + n % 6), Behind),
    ("ruby", |n| same("<ruby><rt>x<rp>y")(n), Behind),
    ("marquee", |n| same("<marquee><b>")(n), Behind),
    ("nobr", |n| same("<nobr>x")(n), Behind),
    ("nobr and div", |n| same("<nobr><div>")(n), Behind),
    ("doctypes", |n| same("<!doctype html>")(n), Behind),
    ("metas", |n| format!("<meta property=\"og:{n}\" content=\"x\">"), Behind),
    ("siblings", |n| same("<div>x</div>")(n), Behind),
    ("one long word", |n| same("x")(n), Behind),
    ("plain text", |n| same("a word and another ")(n), Behind),
];

fn page(generator: &Generator, size: usize) -> String {
    let (_, piece, place) = generator;
    let mut page = String::with_capacity(size + 4096);
    page.push_str("<!DOCTYPE html><body>");
    let sentence = format!("<p>{SENTENCE}</p>");
    if *place == Before {
        page.push_str(&sentence);
    }
    let mut number = 0;
    while page.len() < size {
        page.push_str(&piece(number));
        number += 1;
    }
    if *place == Behind {
        page.push_str(&sentence);
    }
    page
}

fn has_sentence(page: &str) -> bool {
    has_text(&parse(page.as_bytes(), &Options::default()), SENTENCE)
}

/// Whether a sentence is in the tree, in a template perhaps.
pub(crate) fn has_text(document: &Document<'_>, sentence: &str) -> bool {
    let mut roots = vec![document.root()];
    while let Some(root) = roots.pop() {
        if root.texts().any(|text| text.contains(sentence)) {
            return true;
        }
        roots.extend(root.descendants().filter_map(|node| node.content()));
    }
    false
}

fn seconds(page: &str) -> f64 {
    (0..3)
        .map(|_| {
            let start = cpu();
            std::hint::black_box(parse(page.as_bytes(), &Options::default()));
            cpu() - start
        })
        .fold(f64::INFINITY, f64::min)
}

/// Runs on a thread with 256 KiB of stack. Whether all is as it should be.
pub(crate) fn run(megabytes: usize) -> bool {
    std::thread::Builder::new()
        .stack_size(256 * 1024)
        .spawn(move || measure(megabytes))
        .expect("a thread can be made")
        .join()
        .expect("no page ends it")
}

fn measure(megabytes: usize) -> bool {
    let size = megabytes * 1_000_000;
    println!("{:40} {:>9} {:>9} {:>6} {:>7} {:>7}  text", "", "s", "s, x 10", "ratio", "memory", "peak");
    let (mut slowest, mut steepest, mut largest, mut lost) = (0.0_f64, 0.0_f64, 0.0_f64, 0);
    for generator in GENERATORS {
        let (small, large) = (page(generator, size), page(generator, size * 10));
        let (one, ten) = (seconds(&small), seconds(&large));
        let (live, peak) = memory::of(large.as_bytes());
        let is_kept = has_sentence(&small) && has_sentence(&large);
        let share = |bytes: usize| bytes as f64 / large.len() as f64;
        println!(
            "{:40} {one:9.4} {ten:9.4} {:6.1} {:7.2} {:7.2}  {}",
            generator.0,
            ten / one,
            share(live),
            share(peak),
            if is_kept { "kept" } else { "LOST" }
        );
        slowest = slowest.max(ten / (10 * megabytes) as f64 * 10.0);
        steepest = steepest.max(ten / one);
        largest = largest.max(share(live));
        lost += usize::from(!is_kept);
    }
    println!(
        "{} pages: slowest {slowest:.3} s for 10 MB, steepest {steepest:.1} times, largest {largest:.2} times the page, {lost} lost",
        GENERATORS.len()
    );
    // twice the steepness that is promised: a clock is no judge of small differences
    let is_linear = slowest <= 1.0 && steepest <= 24.0 && largest <= 16.0;
    cases() && is_linear && lost == 0
}

/// The pages of the crate `hostile`, at full size. Whether the text of all is there.
fn cases() -> bool {
    let (mut slowest, mut lost, mut count) = ((0.0, String::new()), Vec::new(), 0);
    for case in hostile::html::cases(hostile::Size::Full) {
        // others have good files beside them, which are no pages
        for file in case.files.iter().filter(|_| case.files.len() == 1) {
            count += 1;
            let start = cpu();
            let document = parse(&file.bytes, &Options::default());
            let time = cpu() - start;
            if time > slowest.0 {
                slowest = (time, case.name.to_string());
            }
            if !case.expect.sentences.iter().all(|sentence| has_text(&document, sentence)) {
                lost.push(case.name.to_string());
            }
        }
    }
    println!("hostile: {count} pages, slowest {:.3} s ({}), lost: {lost:?}", slowest.0, slowest.1);
    lost.is_empty()
}
