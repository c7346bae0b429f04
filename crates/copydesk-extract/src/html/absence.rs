//! Pages that have text and no article: an error, a wall of consent, a login, a search that found nothing.
//!
//! Only what says plainly that it is one of these is taken for it, by its title and headings, by the names
//! of the elements around all its text or by its form, and only if what would be kept is short. A list of stories, a shop, a
//! short notice are pages with content, and none of these. What scores too low to be kept at all is not known here.

use copydesk_html::{Document, Node, names};

use super::layout::{Page, Run, flag};
use super::lines::Line;
use super::select::Verdict;
use super::shape::Shape;

/// Longer texts are articles, whatever the title says, in words. Of the 1,178 labelled pages, 24 of which keep
/// fewer than 100 words, the rules of this file take none for a page without an article.
const LONG: u32 = 120;

/// What a login or a search has to say is shorter.
const SHORT: u32 = 60;

/// A wall of consent may be longer: it is told by where all its text stands.
const LONG_CONSENT: u32 = 600;

/// Headings and titles of more words are sentences of an article.
const LONG_HEADING: usize = 12;

/// Words for a page, as errors call it.
const PAGE: [&str; 25] = [
    "page",
    "url",
    "address",
    "seite",
    "página",
    "pagina",
    "sidan",
    "siden",
    "side",
    "sivua",
    "strona",
    "strony",
    "stránka",
    "stranica",
    "страница",
    "страницы",
    "сторінка",
    "сторінку",
    "sayfa",
    "页面",
    "頁面",
    "ページ",
    "페이지",
    "الصفحة",
    "halaman",
];

/// What errors say of it.
const MISSING: [&str; 45] = [
    "not found",
    "not be found",
    "cannot find",
    "can t find",
    "can t be found",
    "couldn t find",
    "could not find",
    "doesn t exist",
    "does not exist",
    "no longer exists",
    "isn t available",
    "not available",
    "unavailable",
    "is missing",
    "nicht gefunden",
    "existiert nicht",
    "nicht verfügbar",
    "introuvable",
    "non trouvée",
    "n existe pas",
    "no encontrada",
    "no existe",
    "não encontrada",
    "não existe",
    "non trovata",
    "non esiste",
    "niet gevonden",
    "bestaat niet",
    "hittades inte",
    "kunde inte hittas",
    "ikke funnet",
    "finnes ikke",
    "ikke fundet",
    "ei löytynyt",
    "nie znaleziono",
    "nie istnieje",
    "nenalezena",
    "не найдена",
    "не существует",
    "не знайдено",
    "bulunamadı",
    "不存在",
    "見つかりません",
    "찾을 수 없습니다",
    "غير موجودة",
];

/// Titles and headings of errors and of guards against programs, as a whole.
const ERRORS: [&str; 22] = [
    "not found",
    "forbidden",
    "access denied",
    "access to this page has been denied",
    "unauthorized",
    "internal server error",
    "server error",
    "bad gateway",
    "gateway timeout",
    "service unavailable",
    "service temporarily unavailable",
    "bad request",
    "too many requests",
    "just a moment",
    "attention required",
    "checking your browser",
    "are you a robot",
    "are you human",
    "robot or human",
    "pardon our interruption",
    "nicht gefunden",
    "introuvable",
];

/// What searches without a result say.
const NO_RESULTS: [&str; 24] = [
    "no results",
    "no result",
    "0 results",
    "nothing found",
    "no matches",
    "did not match any",
    "keine ergebnisse",
    "keine treffer",
    "0 ergebnisse",
    "aucun résultat",
    "sin resultados",
    "no se encontraron resultados",
    "no se han encontrado resultados",
    "nenhum resultado",
    "nessun risultato",
    "geen resultaten",
    "inga träffar",
    "ingen treff",
    "ingen resultater",
    "brak wyników",
    "ничего не найдено",
    "sonuç bulunamadı",
    "没有找到",
    "검색 결과가 없습니다",
];

/// Words in the names of elements that ask for consent, and the names of those who make them.
const CONSENT: [&str; 14] = [
    "cookie",
    "cookies",
    "cookiebanner",
    "cookieconsent",
    "consent",
    "gdpr",
    "dsgvo",
    "rgpd",
    "onetrust",
    "didomi",
    "usercentrics",
    "cookiebot",
    "cmpbox",
    "truste",
];

/// What they ask for: whole pages are named after their banners at times.
const CONSENT_WORDS: [&str; 16] = [
    "cookie",
    "consent",
    "privacy",
    "gdpr",
    "rgpd",
    "dsgvo",
    "datenschutz",
    "einwilligung",
    "toestemming",
    "personvern",
    "согласи",
    "çerez",
    "クッキー",
    "同意",
    "쿠키",
    "동의",
];

/// Why the kept runs of a page are no article, if that is plain.
pub(super) fn reason(
    document: &Document<'_>,
    page: &Page,
    lines: &[Line],
    verdicts: &[Verdict],
) -> Option<String> {
    let all: Vec<usize> = (0..verdicts.len()).filter(|at| verdicts[*at] == Verdict::Kept).collect();
    let kept = || all.iter().copied();
    let words: u32 = kept().map(|at| lines[at].words).sum();
    if words == 0 || words > LONG_CONSENT {
        return None;
    }
    if all_ask_for_consent(document, page, &all) {
        return Some("all its text asks for consent".into());
    }
    if words > LONG {
        return None;
    }
    let flags = |at: usize| page.elements[page.runs[at].element as usize].flags;
    if kept().all(|at| flags(at) & flag::NOSCRIPT != 0) {
        return Some("all its text is for browsers without scripts".into());
    }
    let texts = titles(document, page);
    let titles: Vec<String> = texts.iter().flat_map(|title| segments(title)).collect();
    if let Some(title) = titles.iter().find(|title| is_error(title)) {
        return Some(format!("an error: its title or heading says `{title}`"));
    }
    if words > SHORT || kept().any(|at| lines[at].is_prose()) {
        return None;
    }
    let kept_texts = kept().map(|at| folded(&page.text[page.runs[at].range()]));
    let said = titles.into_iter().chain(kept_texts).find(|text| says(text, &NO_RESULTS, 2 * LONG_HEADING));
    if let Some(said) = said.filter(|_| inputs(document).any(is_search)) {
        return Some(format!("a search without a result: it says `{said}`"));
    }
    let is_login = !kept().any(|at| lines[at].is_price) && is_form_for_password(document, page, &all);
    is_login.then(|| "a login: it is a form that asks for a password".into())
}

/// The title of the page and its greatest headings.
fn titles(document: &Document<'_>, page: &Page) -> Vec<String> {
    let title = document.head().and_then(|head| head.children().find(|node| node.is(names::TITLE)));
    let is_heading = |run: &&Run| {
        let element = &page.elements[run.element as usize];
        matches!(element.shape, Shape::H1 | Shape::H2) && element.flags & (flag::UNSEEN | flag::NOSCRIPT) == 0
    };
    let headings = page.runs.iter().filter(is_heading).take(10).map(|run| page.text[run.range()].to_owned());
    title.map(Node::all_text).into_iter().chain(headings).collect()
}

/// The parts of a title that signs divide, folded.
fn segments(title: &str) -> impl Iterator<Item = String> {
    let title = &title[..title.floor_char_boundary(300)];
    title
        .split(['|', '–', '—', '·', ':', '»', '«', '!', '?', '.', '…', '/', '。', '，', '、'])
        .flat_map(|part| part.split(" - "))
        .map(folded)
}

/// Words in small letters, divided by spaces.
fn folded(text: &str) -> String {
    let text = text.to_lowercase();
    let words = text
        .split(|letter: char| !letter.is_alphanumeric() && !is_mark(letter))
        .filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// A sign that belongs to a letter, as in Turkish and Hindi.
fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{93c}'..='\u{94d}')
}

fn says(text: &str, phrases: &[&str], most: usize) -> bool {
    let words = text.split(' ').count();
    words <= most && phrases.iter().any(|phrase| has_phrase(text, phrase))
}

/// Is the phrase in the text, as words? Scripts that write without spaces have it anywhere.
fn has_phrase(text: &str, phrase: &str) -> bool {
    let is_unspaced = phrase.chars().any(copydesk_core::prose::is_unspaced);
    text.match_indices(phrase).any(|(at, _)| {
        let (before, behind) = (&text[..at], &text[at + phrase.len()..]);
        is_unspaced
            || (before.is_empty() || before.ends_with(' ')) && (behind.is_empty() || behind.starts_with(' '))
    })
}

/// `404`, `error 404 page not found`, `the page you are looking for does not exist`.
fn is_error(segment: &str) -> bool {
    const CODES: [&str; 11] = ["400", "401", "403", "404", "410", "429", "451", "500", "502", "503", "504"];
    const CRIES: [&str; 10] =
        ["error", "http", "oops", "sorry", "fehler", "erreur", "fel", "errore", "code", "status"];
    let words: Vec<&str> = segment.split(' ').collect();
    if words.len() > LONG_HEADING {
        return false;
    }
    let has_code = words.iter().any(|word| CODES.contains(word));
    let rest: Vec<&str> =
        words.iter().copied().filter(|word| !CODES.contains(word) && !CRIES.contains(word)).collect();
    let rest = rest.join(" ");
    let says_missing = says(&rest, &MISSING, LONG_HEADING);
    ERRORS.contains(&rest.as_str())
        || has_code && (rest.is_empty() && words.len() <= 3 || says_missing)
        || says_missing && says(&rest, &PAGE, LONG_HEADING)
}

fn all_ask_for_consent(document: &Document<'_>, page: &Page, kept: &[usize]) -> bool {
    let is_within = |at: usize| around(document, page, at).any(asks_for_consent);
    let says_so = |at: usize| {
        let text = page.text[page.runs[at].range()].to_lowercase();
        CONSENT_WORDS.iter().any(|word| text.contains(word))
    };
    kept.iter().copied().all(is_within) && kept.iter().copied().any(says_so)
}

/// The elements around a run, from the inside, up to the body of the page.
fn around<'d>(document: &'d Document<'_>, page: &Page, at: usize) -> impl Iterator<Item = Node<'d>> {
    let node = document.node(page.elements[page.runs[at].element as usize].node);
    let all = std::iter::once(node).chain(node.ancestors());
    all.take_while(|node| !node.is_any(&[names::BODY, names::HTML]))
}

fn asks_for_consent(node: Node<'_>) -> bool {
    [names::ID, names::CLASS]
        .iter()
        .filter_map(|name| node.attribute(*name))
        .flat_map(|value| value.split(|letter: char| !letter.is_ascii_alphanumeric()))
        .any(|word| CONSENT.iter().any(|name| word.eq_ignore_ascii_case(name)))
}

fn inputs<'d>(document: &'d Document<'_>) -> impl Iterator<Item = Node<'d>> {
    document.root().descendants().filter(|node| node.is(names::INPUT))
}

/// Does most of what is kept stand in the form of a password?
fn is_form_for_password(document: &Document<'_>, page: &Page, kept: &[usize]) -> bool {
    let form_of = |node: Node<'_>| node.ancestors().find(|node| node.is(names::FORM)).map(Node::id);
    let Some(form) = inputs(document).filter(|input| is_password(*input)).find_map(form_of) else {
        return false;
    };
    let (mut within, mut all) = (0, 0);
    for &at in kept {
        let bytes = page.runs[at].bytes();
        all += bytes;
        within += if around(document, page, at).any(|node| node.id() == form) { bytes } else { 0 };
    }
    within * 2 > all
}

fn is_password(input: Node<'_>) -> bool {
    input.attribute(names::TYPE).is_some_and(|kind| kind.eq_ignore_ascii_case("password"))
}

fn is_search(input: Node<'_>) -> bool {
    const NAMES: [&str; 7] = ["q", "s", "query", "search", "keyword", "keywords", "suche"];
    input.attribute(names::TYPE).is_some_and(|kind| kind.eq_ignore_ascii_case("search"))
        || input.attribute(names::NAME).is_some_and(|name| NAMES.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_error_title(title: &str) -> bool {
        segments(title).any(|segment| is_error(&segment))
    }

    #[test]
    fn errors_say_so_in_their_titles() {
        for title in [
            "404",
            "Error 404 | Aune Courier",
            "404 Not Found",
            "Page not found - Aune Courier",
            "Sorry, the page you are looking for could not be found",
            "Oops! That page can’t be found.",
            "Seite nicht gefunden – Aune Bote",
            "Página no encontrada",
            "Страница не найдена",
            "ページが見つかりません",
            "Just a moment...",
            "Access Denied",
            "403 Forbidden",
        ] {
            assert!(is_error_title(title), "{title}");
        }
    }

    #[test]
    fn stories_about_missing_things_are_none() {
        for title in [
            "Missing boat not found after a week",
            "Bridge could not be found on any map",
            "Rooms 404 and 405 to be rebuilt",
            "Bus 500 runs again",
            "Access denied to fans at the regatta",
            "Why the town hall puts a poem on every page that could not be found by its readers",
            "Nicht gefunden, nicht gesucht",
        ] {
            assert!(!is_error_title(title), "{title}");
        }
    }

    #[test]
    fn phrases_are_words() {
        assert!(has_phrase("your search has no results", "no results"));
        assert!(!has_phrase("no resultset", "no results"));
        assert!(!has_phrase("10 results", "0 results"));
        assert!(has_phrase("抱歉没有找到您要的", "没有找到"));
    }
}
