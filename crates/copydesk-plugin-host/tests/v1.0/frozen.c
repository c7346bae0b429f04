/* A plugin as it was written for version 1.0. Never changed: what loads today loads with every 1.x. */
#include "copydesk_plugin.h"

#include <string.h>

#define MANIFEST                                                                                                       \
    "[plugin]\nname = \"frozen\"\nversion = \"1.0.0\"\nabi = \"1\"\n"                                                  \
    "[[provides]]\nid = \"frozen\"\nkind = \"extractor\"\nclaims = { extension = [\"wire\"] }\n"                       \
    "[options.prefix]\ntype = \"string\"\ndefault = \"> \"\n"

static const cd_host *the_host;

static int32_t create(uint32_t provide, const cd_host *host, void **out)
{
    cd_value value;
    if (provide != 0 || host->abi_major != 1 || host->struct_size < 64) return CD_FAILED_FATAL;
    value.struct_size = sizeof value;
    if (!host->config(host->ctx, CD_TEXT("prefix"), &value) || value.type != CD_VALUE_STRING) return CD_FAILED_CONFIG;
    if (value.text.len != 2 || memcmp(value.text.ptr, "> ", 2) != 0) return CD_FAILED_CONFIG;
    host->log(host->ctx, CD_LOG_INFO, CD_TEXT("frozen"), CD_TEXT("started"));
    the_host = host;
    *out = &the_host;
    return CD_SUCCESS;
}

static int32_t run(void *own, const cd_doc *docs, size_t stride, size_t count, const cd_sink *sink)
{
    size_t n;
    (void)own;
    for (n = 0; n < count; n++) {
        const cd_doc *doc = CD_DOC_AT(docs, stride, n);
        uint8_t *copy = the_host->scratch(the_host->ctx, doc->body.len, 16);
        cd_slice text;
        if (!copy || the_host->cancelled(the_host->ctx)) return CD_FAILED_MEMORY;
        memcpy(copy, doc->body.ptr, doc->body.len);
        text.ptr = copy;
        text.len = doc->body.len;
        sink->article(sink->ctx, (uint32_t)n);
        sink->text(sink->ctx, (uint32_t)n, CD_ROLE_TITLE, CD_TEXT("Frozen"));
        sink->text(sink->ctx, (uint32_t)n, CD_ROLE_PARAGRAPH, text);
        sink->field(sink->ctx, (uint32_t)n, CD_TEXT("bytes"), CD_TEXT("3"));
        sink->outcome(sink->ctx, (uint32_t)n, CD_OK, CD_TEXT(""));
    }
    return CD_SUCCESS;
}

static const cd_provide provides[] = {{CD_KIND_EXTRACTOR, 0, CD_TEXT_INIT("frozen")}};
static const cd_plugin plugin = {
    sizeof plugin, CD_ABI_MAJOR, 0, CD_TEXT_INIT(MANIFEST), 1, sizeof *provides, provides, create, run, NULL, NULL,
};

const cd_plugin *copydesk_plugin_v1(const cd_host_info *info)
{
    return info->abi_major == 1 ? &plugin : NULL;
}
