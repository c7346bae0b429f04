/* A plugin as somebody may write it for a later 1.x: its structs have grown at their ends. */
#include "copydesk_plugin.h"

#ifndef NEEDS_MINOR
#define NEEDS_MINOR 0
#endif
#ifndef ROLE
#define ROLE CD_ROLE_PARAGRAPH
#endif
#ifndef KIND
#define KIND CD_KIND_EXTRACTOR
#endif

#define MANIFEST                                                                                                       \
    "[plugin]\nname = \"future\"\nversion = \"9.0.0\"\nabi = \"1\"\n"                                                  \
    "[[provides]]\nid = \"future\"\nkind = \"extractor\"\nclaims = { extension = [\"wire\"] }\n"

struct future_provide {
    cd_provide known;
    uint64_t more[3];
};

struct future_plugin {
    cd_plugin known;
    void (*more[5])(void);
};

static int32_t create(uint32_t provide, const cd_host *host, void **out)
{
    static int instance;
    (void)provide;
    /* a later host has more members; this one says that it has not */
    if (host->struct_size >= 128) return CD_FAILED_FATAL;
    *out = &instance;
    return CD_SUCCESS;
}

static int32_t run(void *own, const cd_doc *docs, size_t stride, size_t count, const cd_sink *sink)
{
    size_t n;
    (void)own;
    for (n = 0; n < count; n++) sink->text(sink->ctx, (uint32_t)n, ROLE, CD_DOC_AT(docs, stride, n)->body);
    return CD_SUCCESS;
}

static const struct future_provide provides[] = {{{KIND, 0x80, CD_TEXT_INIT("future")}, {1, 2, 3}}};
static const struct future_plugin plugin = {
    {sizeof plugin, CD_ABI_MAJOR, NEEDS_MINOR, CD_TEXT_INIT(MANIFEST), 1, sizeof *provides, &provides[0].known, create,
     run, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

#ifdef NEXT_MAJOR
CD_EXPORT const void *copydesk_plugin_v2(const void *host);
const void *copydesk_plugin_v2(const void *host)
{
    (void)host;
    return &plugin;
}
#else
const cd_plugin *copydesk_plugin_v1(const cd_host_info *info)
{
    (void)info;
    return &plugin.known;
}
#endif
