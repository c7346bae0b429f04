/*
 * copydesk_plugin.h: how a shared library becomes part of a copydesk run.
 *
 * A plugin is a shared library that exports one function, `copydesk_plugin_v1`. It answers with a
 * table: the plugin's manifest, what it provides, and four functions. C99, nothing but this header.
 *
 * The contract
 *
 *  1. Borrow in, emit out. Whatever a function is handed is lent for the time of the call. Results
 *     leave through the callbacks of `cd_sink`, which copy before they return. No memory is ever
 *     handed over, so nothing is freed across the boundary.
 *  2. The major version is in the symbol's name. Within it, structs only grow, at their end. A
 *     struct begins with `struct_size`, the size that its maker knew. All members of 1.0 are always
 *     present, and the callbacks among them are never NULL; a reader touches a later member only if
 *     it lies wholly within that size (CD_HAS), and calls a later function only if it is not NULL.
 *     Of the plugin's own functions only `flush` and `destroy` may be NULL.
 *  3. An array comes with its stride. Step by the stride, never by sizeof (CD_DOC_AT). Structs and
 *     arrays, `docs` among them, are aligned to 8, and so every stride is a multiple of 8.
 *  4. Text is UTF-8, lent as pointer and length, not ended by a NUL. The pointer may be NULL when
 *     the length is 0. The host checks what it is given, and so may the plugin rely on what it gets.
 *  5. One thread at a time uses an instance, not always the same one. The callbacks of `cd_sink`,
 *     and `scratch` of `cd_host`, may be called only by the thread that entered `run` or `flush`,
 *     and only until that call returns.
 *  6. Return codes tell of the instance, `outcome` of a document. 0 is success and a negative code
 *     failure; codes above 0 are reserved, and count as failure until they mean something. After a
 *     failure of `run` the host destroys the instance and makes a new one.
 *  7. Numbers that stand for names are uint32_t. Unknown ones in what the host gives are to be
 *     passed over; unknown ones in what the plugin gives make that document fail, with a message.
 *  8. A C++ exception, a panic or a longjmp must not leave a function of the plugin.
 *
 * The layouts below are those of 64-bit targets, and are checked at the end of this file.
 */
#ifndef COPYDESK_PLUGIN_H
#define COPYDESK_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CD_ABI_MAJOR 1
#define CD_ABI_MINOR 0

/* In front of `copydesk_plugin_v1`, so that it is seen although the rest is hidden. */
#if defined(_WIN32)
#define CD_EXPORT __declspec(dllexport)
#elif defined(__GNUC__)
#define CD_EXPORT __attribute__((visibility("default")))
#else
#define CD_EXPORT
#endif

/* Does what `pointer` points to, by its own `struct_size`, reach past `member`? */
#define CD_HAS(pointer, type, member) \
    ((pointer)->struct_size >= offsetof(type, member) + sizeof(((type *)0)->member))

/* What a plugin provides: `cd_provide.kind`. */
#define CD_KIND_EXTRACTOR 1u /* a payload becomes articles: article, text, field */
#define CD_KIND_FILTER 2u    /* a document is judged: score, outcome */
#define CD_KIND_TRANSFORM 3u /* parts of a document are struck or replaced: span */
#define CD_KIND_ENCODER 4u   /* a document becomes bytes: text with CD_ROLE_RAW */

/* What a block of text is to its article: `cd_sink.text`. */
#define CD_ROLE_TITLE 1u
#define CD_ROLE_BYLINE 2u
#define CD_ROLE_DATELINE 3u
#define CD_ROLE_HEADING 4u
#define CD_ROLE_PARAGRAPH 5u
#define CD_ROLE_LIST_ITEM 6u
#define CD_ROLE_QUOTE 7u
#define CD_ROLE_CAPTION 8u
#define CD_ROLE_TABLE 9u     /* a row or the whole of a table */
#define CD_ROLE_VERBATIM 10u /* line breaks matter */
#define CD_ROLE_RAW 100u     /* bytes of an encoder */

/* How it went with one document: `cd_sink.outcome`. A document of which nothing is said is OK. From a
   filter or a transform, CD_NOT_MINE leaves the document as it is, and CD_DROP drops it, with the reason
   in the trail. From an encoder, anything but CD_OK sets the document aside. */
#define CD_OK 0u
#define CD_NOT_MINE 1u /* the next extractor is asked; whatever was emitted is forgotten */
#define CD_DROP 2u     /* understood, and not an article: set aside with the reason */
#define CD_ERROR 3u    /* cannot be read: set aside with the reason */

/* What `create`, `run` and `flush` return. Codes above 0 are reserved, and count as failure. */
#define CD_SUCCESS 0
#define CD_FAILED_PANIC (-1)
#define CD_FAILED_FATAL (-2)
#define CD_FAILED_CONFIG (-3)
#define CD_FAILED_MEMORY (-4)

/* How much a message matters: `cd_host.log`. The text of errors becomes part of the host's own. */
#define CD_LOG_ERROR 1u
#define CD_LOG_WARN 2u
#define CD_LOG_INFO 3u
#define CD_LOG_DEBUG 4u

/* What a `cd_value` holds. */
#define CD_VALUE_NONE 0u
#define CD_VALUE_BOOL 1u   /* integer: 0 or 1 */
#define CD_VALUE_INT 2u    /* integer */
#define CD_VALUE_FLOAT 3u  /* number */
#define CD_VALUE_STRING 4u /* text */

/* What `span` does to a run of bytes. */
#define CD_SPAN_DELETE 1u
#define CD_SPAN_REPLACE 2u

/* A lent run of bytes. */
typedef struct cd_slice {
    const uint8_t *ptr;
    size_t len;
} cd_slice;

/* A payload that the host read: a record of a dump, or a whole file. */
typedef struct cd_doc {
    uint32_t struct_size;
    uint32_t flags;     /* none yet */
    cd_slice id;        /* of the payload, unique in a run */
    cd_slice url;       /* empty when it is not known, as are mime, lang and file */
    cd_slice mime;      /* "text/html" */
    cd_slice lang;      /* BCP 47 tag that came with the record */
    cd_slice file;      /* path of the dump, below the input folder */
    cd_slice body;      /* UTF-8, whatever it was before */
    cd_slice meta_json; /* a JSON object: whatever else came with the record */
} cd_doc;

/* Document number `n` of the array that `run` was given. */
#define CD_DOC_AT(docs, stride, n) ((const cd_doc *)(const void *)((const char *)(docs) + (stride) * (n)))

/* The value of an option. The plugin sets struct_size before it asks. */
typedef struct cd_value {
    uint32_t struct_size;
    uint32_t type;
    int64_t integer;
    double number;
    cd_slice text; /* lent until `destroy` */
} cd_value;

/* What the host does for an instance. Lent from `create` until `destroy` returns. */
typedef struct cd_host {
    uint32_t struct_size;
    uint16_t abi_major;
    uint16_t abi_minor;
    void *ctx; /* the first argument of every function here */
    /* The options of the plugin as a JSON object, checked against the manifest, defaults included. */
    cd_slice config_json;
    /* One of them by its name, so that a C plugin needs no JSON parser: 1 if it is set, else 0. */
    int32_t (*config)(void *ctx, cd_slice name, cd_value *value);
    /* A message for a person. `target` says what part of the plugin speaks, and may be empty. */
    void (*log)(void *ctx, uint32_t level, cd_slice target, cd_slice message);
    /* Memory until `run` or `flush` returns, zeroed; NULL when there is none to be had. `align` is a
       power of two, at most 16. */
    void *(*scratch)(void *ctx, size_t size, size_t align);
    /* 1 when the host has no more use for what `run` is doing: return soon. Cheap. */
    int32_t (*cancelled)(void *ctx);
} cd_host;

/* Where results go. `doc` is the number of the document in the call of `run`. */
typedef struct cd_sink {
    uint32_t struct_size;
    uint32_t reserved;
    void *ctx; /* the first argument of every function here */
    /* Begins an article. The first one need not be begun: text or a field does so. */
    void (*article)(void *ctx, uint32_t doc);
    /* A block of the article, in reading order. White space round it is cut off. From an encoder,
       which bytes the document is in its file: as they are, UTF-8 or not, one call behind the other. */
    void (*text)(void *ctx, uint32_t doc, uint32_t role, cd_slice text);
    /* Something known of the article, as a JSON value. `id`, `title`, `url`, `author`, `date` and
       `language` are the document's own and take a string; `author` takes a list of strings as well.
       An `id` need only be unique within its payload: the host numbers one that comes again.
       A key that comes again replaces what it said before. */
    void (*field)(void *ctx, uint32_t doc, cd_slice key, cd_slice json);
    /* For filters: a number that stays with the document, in its metadata. It is finite. */
    void (*score)(void *ctx, uint32_t doc, cd_slice name, double value);
    /* For transforms: bytes [start, end) of the body, in any order, at character boundaries; they do not
       overlap. The body is what is kept of the document, one block below the other: what is replaced lies
       in one block, what is struck may be several. A block of which nothing is left goes. */
    void (*span)(void *ctx, uint32_t doc, uint32_t op, uint64_t start, uint64_t end, cd_slice replacement);
    /* How it went; the last word counts. The reason is for a person. */
    void (*outcome)(void *ctx, uint32_t doc, uint32_t code, cd_slice reason);
} cd_sink;

/* One thing that a plugin provides, in the order of the manifest's [[provides]]. */
typedef struct cd_provide {
    uint32_t kind;  /* CD_KIND_... */
    uint32_t flags; /* none yet: 0 */
    cd_slice id;    /* as in the manifest, or empty */
} cd_provide;

/* The plugin. Lives as long as the process. */
typedef struct cd_plugin {
    uint32_t struct_size;
    uint16_t abi_major;     /* CD_ABI_MAJOR */
    uint16_t abi_minor_min; /* the oldest host that will do: 0 */
    cd_slice manifest_toml; /* what the file beside the library says */
    uint32_t provide_count;
    uint32_t provide_stride; /* sizeof(cd_provide) */
    const cd_provide *provides;
    /* A new instance of provides[provide]. May be called by several threads at once. `*instance` may
       be NULL only when it fails; an instance without a state of its own is any other address. */
    int32_t (*create)(uint32_t provide, const cd_host *host, void **instance);
    int32_t (*run)(void *instance, const cd_doc *docs, size_t doc_stride, size_t doc_count, const cd_sink *sink);
    /* Not called yet; NULL will do. What stands in a file round an encoder's documents is in the manifest,
       so that it is the same for any number of threads. */
    int32_t (*flush)(void *instance, const cd_sink *sink);
    /* NULL will do for an instance that owns nothing. */
    void (*destroy)(void *instance);
} cd_plugin;

/* Who asks. */
typedef struct cd_host_info {
    uint32_t struct_size;
    uint16_t abi_major;
    uint16_t abi_minor;
    cd_slice version; /* of copydesk: "0.1.0" */
} cd_host_info;

/* The only symbol that a plugin exports. NULL when it does not want to work with this host. */
CD_EXPORT const cd_plugin *copydesk_plugin_v1(const cd_host_info *host);

/* A slice of a string literal: cd_slice reason = CD_TEXT("not a wire story"); */
#define CD_TEXT_INIT(literal) {(const uint8_t *)("" literal), sizeof(literal) - 1}
#ifdef __cplusplus
#define CD_TEXT(literal) (cd_slice CD_TEXT_INIT(literal))
#else
#define CD_TEXT(literal) ((cd_slice)CD_TEXT_INIT(literal))
#endif

/* The layouts, as they were when version 1.0 was frozen. A typedef of a negative size is how C99
   says that something is not so. */
#if defined(__cplusplus)
#define CD_LAYOUT_(condition, name) static_assert(condition, #name)
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define CD_LAYOUT_(condition, name) _Static_assert(condition, #name)
#else
#define CD_LAYOUT_(condition, name) typedef char cd_layout_##name[(condition) ? 1 : -1]
#endif
#if UINTPTR_MAX == 0xffffffffffffffffu
CD_LAYOUT_(sizeof(cd_slice) == 16, slice);
CD_LAYOUT_(sizeof(cd_doc) == 120 && offsetof(cd_doc, body) == 88, doc);
CD_LAYOUT_(sizeof(cd_value) == 40 && offsetof(cd_value, text) == 24, value);
CD_LAYOUT_(sizeof(cd_host) == 64 && offsetof(cd_host, config) == 32, host);
CD_LAYOUT_(sizeof(cd_sink) == 64 && offsetof(cd_sink, article) == 16, sink);
CD_LAYOUT_(sizeof(cd_provide) == 24, provide);
CD_LAYOUT_(sizeof(cd_plugin) == 72 && offsetof(cd_plugin, run) == 48, plugin);
CD_LAYOUT_(sizeof(cd_host_info) == 24, host_info);
#endif

#ifdef __cplusplus
}
#endif

#endif
