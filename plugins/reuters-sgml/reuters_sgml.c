/*
 * Extractor plugin: the SGML of the Reuters-21578 collection.
 *
 * A file holds about a thousand articles, each a REUTERS element. This reads it in one pass from
 * tag to tag. It knows the tags of the collection and takes every other `<` for text, so that a
 * missing end tag ends with the next tag that is known, and a file that was cut off gives what there
 * is. Nothing is looked at twice: the time is that of the length, whatever stands in the file.
 *
 * Emitted: title, dateline, byline and paragraphs, each on one line; `id` (NEWID), `date`,
 * `language`, the lists of topics, places, people, orgs, exchanges and companies, `lewis_split` and
 * `text_type`. Control characters go; the sign-off `Reuter` stays, as a paragraph of its own.
 */
#include <stdlib.h>
#include <string.h>

#include "copydesk_plugin.h"
#include "manifest.h" /* MANIFEST: the text of reuters-sgml.copydesk.toml, made by plugins/build */

/* ---- lent bytes ---- */

typedef struct range {
    const char *at;
    const char *end;
} range;

static size_t length(range text) { return (size_t)(text.end - text.at); }

static cd_slice slice(const char *text, size_t size)
{
    cd_slice lent;
    lent.ptr = (const uint8_t *)text;
    lent.len = size;
    return lent;
}

static cd_slice literal(const char *text) { return slice(text, strlen(text)); }

static int is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'; }

static char upper(char c) { return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c; }

/* Does a text begin with a word in capitals? */
static int begins(range text, const char *word)
{
    for (; *word; word++, text.at++) {
        if (text.at == text.end || upper(*text.at) != *word) {
            return 0;
        }
    }
    return 1;
}

static range trimmed(range text)
{
    while (text.at < text.end && is_space(*text.at)) {
        text.at++;
    }
    while (text.at < text.end && is_space(text.end[-1])) {
        text.end--;
    }
    return text;
}

static const char *find(range text, char c)
{
    return text.at < text.end ? (const char *)memchr(text.at, c, length(text)) : NULL;
}

/* ---- growing text ---- */

typedef struct buffer {
    char *bytes;
    size_t size;
    size_t room;
    int failed; /* there was no memory; what was put is lost */
} buffer;

static void put(buffer *out, char c)
{
    if (out->size == out->room) {
        size_t room = out->room ? out->room * 2 : 1024;
        char *bytes = room > out->room ? (char *)realloc(out->bytes, room) : NULL;
        if (!bytes) {
            out->failed = 1;
            return;
        }
        out->bytes = bytes;
        out->room = room;
    }
    out->bytes[out->size++] = c;
}

static void put_all(buffer *out, range text)
{
    for (; text.at < text.end; text.at++) {
        put(out, *text.at);
    }
}

static range whole(const buffer *text)
{
    range all;
    all.at = text->bytes;
    all.end = text->bytes ? text->bytes + text->size : NULL;
    return all;
}

/* A code point as UTF-8. What is no character, or one that controls a teleprinter, goes. */
static void put_character(buffer *out, unsigned long code)
{
    int control = (code < 0x20 && code != '\n' && code != '\t' && code != '\r') || (code >= 0x7f && code < 0xa0);
    if (control || (code >= 0xd800 && code < 0xe000) || code > 0x10ffff) {
        return;
    }
    if (code < 0x80) {
        put(out, (char)code);
    } else if (code < 0x800) {
        put(out, (char)(0xc0 | (code >> 6)));
        put(out, (char)(0x80 | (code & 0x3f)));
    } else if (code < 0x10000) {
        put(out, (char)(0xe0 | (code >> 12)));
        put(out, (char)(0x80 | ((code >> 6) & 0x3f)));
        put(out, (char)(0x80 | (code & 0x3f)));
    } else {
        put(out, (char)(0xf0 | (code >> 18)));
        put(out, (char)(0x80 | ((code >> 12) & 0x3f)));
        put(out, (char)(0x80 | ((code >> 6) & 0x3f)));
        put(out, (char)(0x80 | (code & 0x3f)));
    }
}

/* The number in `#123;`, or -1. */
static long reference(range text, const char **after)
{
    unsigned long code = 0;
    int digits = 0;
    for (text.at++; text.at < text.end && *text.at >= '0' && *text.at <= '9' && digits < 8; text.at++, digits++) {
        code = code * 10 + (unsigned long)(*text.at - '0');
    }
    if (digits == 0 || text.at == text.end || *text.at != ';') {
        return -1;
    }
    *after = text.at + 1;
    return (long)code;
}

/* What `&` stands for at the beginning of a text, and where it goes on; an `&` of its own is itself. */
static const char *put_entity(buffer *out, range text)
{
    static const struct { const char *name; char is; } known[] = {
        {"LT;", '<'}, {"GT;", '>'}, {"AMP;", '&'}, {"QUOT;", '"'}, {"APOS;", '\''},
    };
    const char *after = NULL;
    size_t i;
    text.at++;
    for (i = 0; i < sizeof known / sizeof *known; i++) {
        if (begins(text, known[i].name)) {
            put(out, known[i].is);
            return text.at + strlen(known[i].name);
        }
    }
    if (text.at < text.end && *text.at == '#') {
        long code = reference(text, &after);
        if (code >= 0) {
            put_character(out, (unsigned long)code);
            return after;
        }
    }
    put(out, '&');
    return text.at;
}

/* A text with its entities resolved and without control characters. */
static void decode(buffer *out, range text)
{
    out->size = 0;
    while (text.at < text.end) {
        unsigned char c = (unsigned char)*text.at;
        if (c == '&') {
            text.at = put_entity(out, text);
        } else if (c < 0x80) {
            put_character(out, c);
            text.at++;
        } else {
            put(out, (char)c);
            text.at++;
        }
    }
}

/* Appends a text with every run of white space as one space, and none at its ends. */
static void put_line(buffer *out, range text)
{
    int gap = 0;
    for (text = trimmed(text); text.at < text.end; text.at++) {
        if (is_space(*text.at)) {
            gap = 1;
            continue;
        }
        if (gap) {
            put(out, ' ');
        }
        gap = 0;
        put(out, *text.at);
    }
}

/* ---- tags ---- */

typedef enum tag {
    NO_TAG, REUTERS, DATE, TOPICS, PLACES, PEOPLE, ORGS, EXCHANGES, COMPANIES, ITEM,
    OTHER, TEXT, TITLE, DATELINE, AUTHOR, BODY
} tag;

static const struct { const char *name; tag is; } TAGS[] = {
    {"REUTERS", REUTERS}, {"DATE", DATE}, {"TOPICS", TOPICS}, {"PLACES", PLACES}, {"PEOPLE", PEOPLE},
    {"ORGS", ORGS}, {"EXCHANGES", EXCHANGES}, {"COMPANIES", COMPANIES}, {"D", ITEM}, {"UNKNOWN", OTHER},
    {"MKNOTE", OTHER}, {"TEXT", TEXT}, {"TITLE", TITLE}, {"DATELINE", DATELINE}, {"AUTHOR", AUTHOR}, {"BODY", BODY},
};

/* The name of the field that a list becomes. */
static const char *list_name(tag list)
{
    static const char *const names[] = {"topics", "places", "people", "orgs", "exchanges", "companies"};
    return list >= TOPICS && list <= COMPANIES ? names[list - TOPICS] : NULL;
}

typedef struct mark {
    tag is;
    int closes;
    range attributes;
    const char *after;
} mark;

/* The tag at a `<`, or NO_TAG: then the `<` is text. */
static mark mark_at(range text)
{
    mark found = {NO_TAG, 0, {NULL, NULL}, NULL};
    range name = text;
    size_t i;
    name.at++;
    if (name.at < name.end && *name.at == '/') {
        found.closes = 1;
        name.at++;
    }
    for (i = 0; i < sizeof TAGS / sizeof *TAGS; i++) {
        range rest = name;
        if (!begins(name, TAGS[i].name)) {
            continue;
        }
        rest.at += strlen(TAGS[i].name);
        if (rest.at == rest.end || !(is_space(*rest.at) || *rest.at == '>')) {
            continue;
        }
        /* no `>` before the next `<`: the tag is broken, and taken as it was meant */
        for (found.after = rest.at; found.after < text.end && *found.after != '>' && *found.after != '<';) {
            found.after++;
        }
        found.is = TAGS[i].is;
        found.attributes = rest;
        found.attributes.end = found.after;
        if (found.after < text.end && *found.after == '>') {
            found.after++;
        }
        break;
    }
    return found;
}

/* The value of an attribute, quotes taken off; empty when there is none. */
static range attribute(range tag_text, const char *name)
{
    range none = {NULL, NULL};
    size_t size = strlen(name);
    for (; tag_text.at < tag_text.end; tag_text.at++) {
        range value = tag_text;
        if (!is_space(*value.at)) {
            continue;
        }
        value.at++;
        if (!begins(value, name) || length(value) < size + 2 || value.at[size] != '=' || value.at[size + 1] != '"') {
            continue;
        }
        value.at += size + 2;
        value.end = find(value, '"');
        return value.end ? value : none;
    }
    return none;
}

/* ---- an article ---- */

typedef struct instance {
    const cd_host *host;
    int keeps_unprocessed;
    buffer decoded; /* a text without its entities */
    buffer line;    /* what is made of it */
    buffer list;    /* the JSON of a list */
} instance;

/* Where in a payload the reader is. */
typedef struct reader {
    instance *own;
    const cd_sink *sink;
    uint32_t doc;
    uint32_t articles;
    int inside;      /* of a REUTERS element */
    int unprocessed; /* of a TEXT that has no mark-up */
    tag list;        /* the list that is being filled */
    tag current;     /* the element whose text comes */
} reader;

static void say(reader *in, uint32_t role)
{
    if (in->own->line.size > 0) {
        in->sink->text(in->sink->ctx, in->doc, role, slice(in->own->line.bytes, in->own->line.size));
    }
    in->own->line.size = 0;
}

static void put_json(buffer *out, range text)
{
    put(out, '"');
    for (; text.at < text.end; text.at++) {
        if (*text.at == '"' || *text.at == '\\') {
            put(out, '\\');
        }
        put(out, *text.at);
    }
    put(out, '"');
}

/* A field whose value is the line that was made. */
static void say_line_as(reader *in, const char *key)
{
    instance *own = in->own;
    if (own->line.size > 0) {
        own->list.size = 0;
        put_json(&own->list, whole(&own->line));
        in->sink->field(in->sink->ctx, in->doc, literal(key), slice(own->list.bytes, own->list.size));
        own->list.size = 0;
    }
    own->line.size = 0;
}

/* A field whose value is a text, on one line. */
static void say_field(reader *in, const char *key, range text)
{
    decode(&in->own->decoded, text);
    in->own->line.size = 0;
    put_line(&in->own->line, whole(&in->own->decoded));
    say_line_as(in, key);
}

static int is_digit(char c) { return c >= '0' && c <= '9'; }

/* The number of a month from its three letters, or 0. */
static int month(range name)
{
    static const char *const names[] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                        "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
    int i;
    for (i = 0; i < 12; i++) {
        if (begins(name, names[i])) {
            return i + 1;
        }
    }
    return 0;
}

/* Writes `26-FEB-1987` as `1987-02-26`; gives the length of what it read, or 0. */
static size_t put_day(buffer *out, range text)
{
    char iso[] = "0000-00-00";
    size_t digits = length(text) > 1 && text.at[1] == '-' ? 1 : 2;
    range rest = text;
    size_t i;
    int number;
    if (length(text) < digits + 9 || text.at[digits] != '-' || text.at[digits + 4] != '-') {
        return 0;
    }
    rest.at += digits + 1;
    number = month(rest);
    iso[5] = (char)('0' + number / 10);
    iso[6] = (char)('0' + number % 10);
    memcpy(iso, rest.at + 4, 4);
    memcpy(iso + 10 - digits, text.at, digits);
    for (i = 0; i < 10; i++) {
        if (i != 4 && i != 7 && !is_digit(iso[i])) {
            return 0;
        }
    }
    for (i = 0; number && i < 10; i++) {
        put(out, iso[i]);
    }
    return number ? digits + 9 : 0;
}

/* `26-FEB-1987 15:01:01.79` as `1987-02-26T15:01:01.79`; anything else as it stands. */
static void say_date(reader *in, range text)
{
    buffer *line = &in->own->line;
    size_t day;
    text = trimmed(text);
    line->size = 0;
    day = put_day(line, text);
    if (day == 0) {
        say_field(in, "date", text);
        return;
    }
    text.at += day;
    text = trimmed(text);
    if (length(text) > 0) {
        put(line, 'T');
        put_line(line, text);
    }
    say_line_as(in, "date");
}

static void add_to_list(reader *in, range text)
{
    instance *own = in->own;
    decode(&own->decoded, text);
    own->line.size = 0;
    put_line(&own->line, whole(&own->decoded));
    if (own->line.size > 0) {
        put(&own->list, own->list.size ? ',' : '[');
        put_json(&own->list, whole(&own->line));
    }
    own->line.size = 0;
}

static void end_list(reader *in)
{
    buffer *list = &in->own->list;
    const char *name = list_name(in->list);
    if (name && list->size > 0) {
        put(list, ']');
        in->sink->field(in->sink->ctx, in->doc, literal(name), slice(list->bytes, list->size));
    }
    list->size = 0;
    in->list = NO_TAG;
}

static range next_line(range *text)
{
    range line = *text;
    const char *end = find(line, '\n');
    line.end = end ? end : text->end;
    text->at = end ? end + 1 : text->end;
    return line;
}

static int is_sign_off(range line)
{
    line = trimmed(line);
    return length(line) == 6 && begins(line, "REUTER");
}

/* `******` above the title of a brief. */
static int is_rule(range line)
{
    for (line = trimmed(line); line.at < line.end; line.at++) {
        if (*line.at != '*') {
            return 0;
        }
    }
    return 1;
}

/* Paragraphs begin with a space; their other lines are filled up to the width of a teleprinter. */
static void say_paragraphs(reader *in, range text)
{
    instance *own = in->own;
    decode(&own->decoded, text);
    own->line.size = 0;
    text = whole(&own->decoded);
    while (text.at < text.end) {
        range line = next_line(&text);
        int sign_off = is_sign_off(line);
        if (length(trimmed(line)) == 0 || is_space(*line.at) || sign_off) {
            say(in, CD_ROLE_PARAGRAPH);
        }
        if (is_rule(line)) {
            continue;
        }
        if (own->line.size > 0) {
            put(&own->line, ' ');
        }
        put_line(&own->line, line);
        if (sign_off) {
            say(in, CD_ROLE_PARAGRAPH);
        }
    }
    say(in, CD_ROLE_PARAGRAPH);
}

/* Text without mark-up: every line for itself, its columns as they are. */
static void say_rows(reader *in, range text)
{
    decode(&in->own->decoded, text);
    in->own->line.size = 0;
    text = whole(&in->own->decoded);
    while (text.at < text.end) {
        range line = trimmed(next_line(&text));
        if (!is_rule(line)) {
            put_all(&in->own->line, line);
            say(in, CD_ROLE_TABLE);
        }
    }
}

static void say_running_text(reader *in, range text)
{
    if (!in->unprocessed) {
        say_paragraphs(in, text);
    } else if (in->own->keeps_unprocessed) {
        say_rows(in, text);
    }
}

static void say_line(reader *in, uint32_t role, range text)
{
    decode(&in->own->decoded, text);
    in->own->line.size = 0;
    put_line(&in->own->line, whole(&in->own->decoded));
    say(in, role);
}

/* `    SALVADOR, Feb 26 - ` without the dash that leads over to the body. */
static void say_dateline(reader *in, range text)
{
    text = trimmed(text);
    while (text.at < text.end && (text.end[-1] == '-' || is_space(text.end[-1]))) {
        text.end--;
    }
    say_line(in, CD_ROLE_DATELINE, text);
}

/* `    by Ann Example, Reuters`: the line, and the name in it. */
static void say_author(reader *in, range text)
{
    static const char agency[] = ", REUTERS";
    range name = trimmed(text);
    range tail = name;
    say_line(in, CD_ROLE_BYLINE, text);
    if (begins(name, "BY ")) {
        name.at += 3;
    }
    if (length(name) > strlen(agency)) {
        tail.at = name.end - strlen(agency);
        if (begins(tail, agency)) {
            name.end = tail.at;
        }
    }
    say_field(in, "author", name);
}

/* The text between two tags belongs to the element that is open. */
static void take_text(reader *in, range text)
{
    switch (in->current) {
    case DATE: say_date(in, text); break;
    case ITEM: add_to_list(in, text); break;
    case TITLE: say_line(in, CD_ROLE_TITLE, text); break;
    case DATELINE: say_dateline(in, text); break;
    case AUTHOR: say_author(in, text); break;
    case BODY:
    case TEXT: say_running_text(in, text); break;
    default: break;
    }
}

static void begin_article(reader *in, range attributes)
{
    range english = {"en", NULL};
    english.end = english.at + 2;
    in->inside = 1;
    in->unprocessed = 0;
    in->articles++;
    in->sink->article(in->sink->ctx, in->doc);
    say_field(in, "id", attribute(attributes, "NEWID"));
    say_field(in, "language", english);
    say_field(in, "lewis_split", attribute(attributes, "LEWISSPLIT"));
}

static void begin_text(reader *in, range attributes)
{
    range type = attribute(attributes, "TYPE");
    in->unprocessed = begins(type, "UNPROC");
    say_field(in, "text_type", type);
}

/* What a tag changes. */
static void take_mark(reader *in, mark found)
{
    if (found.is != ITEM) {
        end_list(in);
    }
    if (found.is == REUTERS) {
        in->current = NO_TAG;
        in->inside = 0;
        if (!found.closes) {
            begin_article(in, found.attributes);
        }
    } else if (!found.closes) {
        in->current = found.is;
        if (list_name(found.is)) {
            in->list = found.is;
        } else if (found.is == TEXT) {
            begin_text(in, found.attributes);
        }
    } else {
        /* behind the title of a brief there is text that stands in no element but TEXT */
        in->current = found.is == TITLE || found.is == DATELINE || found.is == AUTHOR ? TEXT : NO_TAG;
    }
}

static void read_all(reader *in, range text)
{
    const char *begun = text.at; /* of the text that no known tag interrupts */
    for (;;) {
        const char *bracket = find(text, '<');
        mark found;
        range before;
        before.at = begun;
        before.end = bracket ? bracket : text.end;
        if (!bracket) {
            if (in->inside) {
                take_text(in, before);
            }
            break;
        }
        text.at = bracket;
        found = mark_at(text);
        if (found.is == NO_TAG) {
            text.at++;
            continue;
        }
        if (in->inside) {
            take_text(in, before);
        }
        if (in->inside || found.is == REUTERS) {
            take_mark(in, found);
        }
        text.at = begun = found.after;
    }
    end_list(in);
}

/* The collection's own DOCTYPE, or its first element. */
static int is_ours(range text)
{
    if (begins(text, "\xef\xbb\xbf")) {
        text.at += 3;
    }
    while (text.at < text.end && (is_space(*text.at) || *text.at == '\0')) {
        text.at++;
    }
    return begins(text, "<!DOCTYPE LEWIS") || (begins(text, "<") && mark_at(text).is == REUTERS);
}

/* ---- what the host calls ---- */

static int32_t create(uint32_t provide, const cd_host *host, void **out)
{
    instance *own = (instance *)calloc(1, sizeof *own);
    cd_value value;
    (void)provide;
    if (!own) {
        return CD_FAILED_MEMORY;
    }
    own->host = host;
    own->keeps_unprocessed = 1;
    value.struct_size = sizeof value;
    if (host->config(host->ctx, CD_TEXT("unprocessed"), &value) && value.type == CD_VALUE_BOOL) {
        own->keeps_unprocessed = value.integer != 0;
    }
    *out = own;
    return CD_SUCCESS;
}

static int32_t run(void *opaque, const cd_doc *docs, size_t stride, size_t count, const cd_sink *sink)
{
    instance *own = (instance *)opaque;
    size_t n;
    for (n = 0; n < count; n++) {
        const cd_doc *doc = CD_DOC_AT(docs, stride, n);
        reader in;
        range body;
        body.at = (const char *)doc->body.ptr;
        body.end = body.at ? body.at + doc->body.len : NULL;
        if (!body.at || !is_ours(body)) {
            sink->outcome(sink->ctx, (uint32_t)n, CD_NOT_MINE, CD_TEXT(""));
            continue;
        }
        memset(&in, 0, sizeof in);
        in.own = own;
        in.sink = sink;
        in.doc = (uint32_t)n;
        read_all(&in, body);
        if (in.inside) {
            own->host->log(own->host->ctx, CD_LOG_WARN, doc->file, CD_TEXT("the last article is cut off"));
        }
        if (own->decoded.failed || own->line.failed || own->list.failed) {
            return CD_FAILED_MEMORY;
        }
    }
    return CD_SUCCESS;
}

static void destroy(void *opaque)
{
    instance *own = (instance *)opaque;
    free(own->decoded.bytes);
    free(own->line.bytes);
    free(own->list.bytes);
    free(own);
}

static const cd_provide provides[] = {{CD_KIND_EXTRACTOR, 0, CD_TEXT_INIT("reuters-sgml")}};

static const cd_plugin plugin = {
    sizeof plugin, CD_ABI_MAJOR, 0, CD_TEXT_INIT(MANIFEST), 1, sizeof *provides, provides, create, run, NULL, destroy,
};

const cd_plugin *copydesk_plugin_v1(const cd_host_info *host)
{
    (void)host;
    return &plugin;
}
