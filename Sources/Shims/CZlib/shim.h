#ifndef STYLET_CZLIB_H
#define STYLET_CZLIB_H

#include <zlib.h>

// zlib's initialisers are macros, which Swift cannot see.

/// Inflates zlib or gzip data, whichever the first bytes say.
static inline int czlib_inflate_any(z_stream *stream) { return inflateInit2(stream, 15 + 32); }

/// Deflates without a header or a checksum.
static inline int czlib_deflate_raw(z_stream *stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
}

#endif
