/* Notes: a line `From: SENDER`, then paragraphs with a blank line between them. */
#include "copydesk_plugin.h"
#include "manifest.h"

#include <stdlib.h>
#include <string.h>

struct notes {
    const cd_host *host;
    int64_t keep_sender;
};

static int32_t create(uint32_t provide, const cd_host *host, void **out)
{
    struct notes *notes = calloc(1, sizeof *notes);
    cd_value value;
    (void)provide;
    if (!notes) return CD_FAILED_MEMORY;
    notes->host = host;
    value.struct_size = sizeof value;
    if (host->config(host->ctx, CD_TEXT("keep-sender"), &value)) notes->keep_sender = value.integer;
    *out = notes;
    return CD_SUCCESS;
}

static void destroy(void *own)
{
    free(own);
}

static cd_slice part(const uint8_t *from, const uint8_t *to)
{
    cd_slice slice;
    slice.ptr = from;
    slice.len = (size_t)(to - from);
    return slice;
}

/* A text as JSON, in memory that copydesk takes back. */
static cd_slice json(const cd_host *host, cd_slice text)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t *out = host->scratch(host->ctx, text.len * 6 + 2, 1), *at = out;
    size_t n;
    if (!out) return CD_TEXT("null");
    *at++ = '"';
    for (n = 0; n < text.len; n++) {
        uint8_t byte = text.ptr[n];
        if (byte == '"' || byte == '\\') {
            *at++ = '\\';
            *at++ = byte;
        } else if (byte < 32) {
            memcpy(at, "\\u00", 4);
            at[4] = (uint8_t)digits[byte >> 4];
            at[5] = (uint8_t)digits[byte & 15];
            at += 6;
        } else {
            *at++ = byte;
        }
    }
    *at++ = '"';
    return part(out, at);
}

static void read_note(const struct notes *notes, const cd_doc *doc, uint32_t n, const cd_sink *sink)
{
    const uint8_t *at = doc->body.ptr, *end = at + doc->body.len, *line;
    if (doc->body.len < 6 || memcmp(at, "From: ", 6) != 0 || !(line = memchr(at, '\n', doc->body.len))) {
        sink->outcome(sink->ctx, n, CD_NOT_MINE, CD_TEXT(""));
        return;
    }
    if (notes->keep_sender) sink->field(sink->ctx, n, CD_TEXT("author"), json(notes->host, part(at + 6, line)));
    for (at = line + 1; at < end; at = line) {
        for (line = at; line < end && !(line[0] == '\n' && line + 1 < end && line[1] == '\n'); line++) {
        }
        sink->text(sink->ctx, n, CD_ROLE_PARAGRAPH, part(at, line));
        if (line < end) line += 2;
    }
}

static int32_t run(void *own, const cd_doc *docs, size_t stride, size_t count, const cd_sink *sink)
{
    size_t n;
    for (n = 0; n < count; n++) read_note(own, CD_DOC_AT(docs, stride, n), (uint32_t)n, sink);
    return CD_SUCCESS;
}

static const cd_provide provides[] = {{CD_KIND_EXTRACTOR, 0, CD_TEXT_INIT("NAME")}};
static const cd_plugin plugin = {
    sizeof plugin, CD_ABI_MAJOR, 0, CD_TEXT_INIT(MANIFEST), 1, sizeof *provides, provides, create, run, NULL,
    destroy,
};

const cd_plugin *copydesk_plugin_v1(const cd_host_info *info)
{
    (void)info;
    return &plugin;
}
