/* Feeds every beginning and every end of a file to the plugin, each in memory that ends with its
   last byte. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "copydesk_plugin.h"

static size_t seen;

static void look(cd_slice lent)
{
    size_t i;
    for (i = 0; i < lent.len; i++) {
        seen += lent.ptr[i];
    }
}

static int32_t config(void *ctx, cd_slice name, cd_value *value) { (void)ctx; (void)value; look(name); return 0; }
static void log_(void *ctx, uint32_t level, cd_slice a, cd_slice b) { (void)ctx; (void)level; look(a); look(b); }
static void article(void *ctx, uint32_t doc) { (void)ctx; (void)doc; }
static void text(void *ctx, uint32_t doc, uint32_t role, cd_slice s) { (void)ctx; (void)doc; (void)role; look(s); }
static void field(void *ctx, uint32_t doc, cd_slice k, cd_slice v) { (void)ctx; (void)doc; look(k); look(v); }
static void outcome(void *ctx, uint32_t doc, uint32_t code, cd_slice s) { (void)ctx; (void)doc; (void)code; look(s); }

static int fed(const cd_plugin *plugin, void *own, const cd_sink *sink, const char *bytes, size_t size)
{
    char *copy = (char *)malloc(size ? size : 1);
    char *start = copy + (size ? 0 : 1);
    cd_doc doc;
    int32_t code;
    memset(&doc, 0, sizeof doc);
    memcpy(start, bytes, size);
    doc.struct_size = sizeof doc;
    doc.body.ptr = (const uint8_t *)start;
    doc.body.len = size;
    code = plugin->run(own, &doc, sizeof doc, 1, sink);
    free(copy);
    return code == CD_SUCCESS;
}

int main(int argc, char **argv)
{
    static char whole[1 << 16];
    FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;
    size_t size = file ? fread(whole, 1, sizeof whole, file) : 0;
    const cd_plugin *plugin = copydesk_plugin_v1(NULL);
    cd_host host;
    cd_sink sink;
    size_t end;
    void *own = NULL;
    if (size == 0) {
        return 2;
    }
    memset(&host, 0, sizeof host);
    memset(&sink, 0, sizeof sink);
    host.struct_size = sizeof host;
    host.config = config;
    host.log = log_;
    sink.struct_size = sizeof sink;
    sink.article = article;
    sink.text = text;
    sink.field = field;
    sink.outcome = outcome;
    if (plugin->create(0, &host, &own) != CD_SUCCESS) {
        return 3;
    }
    for (end = 0; end <= size; end++) {
        if (!fed(plugin, own, &sink, whole, end) || !fed(plugin, own, &sink, whole + end, size - end)) {
            return 4;
        }
    }
    plugin->destroy(own);
    fclose(file);
    return seen == 0;
}
