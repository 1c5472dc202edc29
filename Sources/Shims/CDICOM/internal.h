#ifndef STYLET_CDICOM_INTERNAL_H
#define STYLET_CDICOM_INTERNAL_H

#include "CDICOM.h"

#include <cstdint>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <dcmtk/dcmdata/dcfcache.h>

/// The items of a sequence in order: DCMTK walks its lists from their start for each of them.
struct cdicom_items {
    bool known = false;
    std::vector<DcmItem *> items;
};

struct cdicom_file {
    DcmFileFormat format;
    DcmFileCache cache;
    /// Where the value of PixelData starts and how long it is, where it is plain; -1 otherwise.
    int64_t plain_offset = -1;
    uint64_t plain_length = 0;
    bool plain_big_endian = false;
    cdicom_items frames, shared, listed;
    uint32_t listed_tag = 0;
};

namespace cdicom {

/// What goes wrong inside, with the status that the caller gets.
struct Failure : std::runtime_error {
    int32_t status;
    Failure(int32_t status, const std::string &reason) : std::runtime_error(reason), status(status) {}
};

void remember(const char *reason);

/// Registers the decoders and silences the console, once.
void prepare();

/// Runs `body` so that no exception leaves it.
template <class Body> int32_t guarded(Body body) {
    try {
        prepare();
        body();
        return CDICOM_OK;
    } catch (const Failure &failure) {
        remember(failure.what());
        return failure.status;
    } catch (const std::bad_alloc &) {
        remember("not enough memory");
        return CDICOM_NO_MEMORY;
    } catch (const std::exception &other) {
        remember(other.what());
        return CDICOM_INTERNAL;
    } catch (...) {
        remember("unknown error");
        return CDICOM_INTERNAL;
    }
}

inline void check(const OFCondition &condition, int32_t status) {
    if (condition.good()) return;
    const bool early = condition == EC_StreamNotifyClient || condition == EC_EndOfStream || condition == EC_InvalidStream;
    throw Failure(status, early ? "the file ends too early" : condition.text());
}

cdicom_pixels describe(cdicom_file &file);

/// Reads all attributes, or those before PixelData and where plain pixels lie in the file.
void open_file(cdicom_file &file, const std::string &path, bool header_only);

/// Decodes one frame to stored values with their sign.
void decode(cdicom_file &file, int32_t frame, int32_t *values, size_t count);

/// The compressed bytes of one frame and the item where they start.
struct EncodedFrame {
    std::vector<uint8_t> bytes;
    uint32_t first_item;
};
EncodedFrame encoded_frame(DcmPixelSequence &sequence, int32_t frame, int32_t frames);

/// Throws where a JPEG or JPEG-LS stream holds another image than its file's attributes say.
void check_jpeg(const std::vector<uint8_t> &bytes, const cdicom_pixels &pixels);

/// Decodes an RLE frame (PS3.5 G) of `word` bytes a pixel into little-endian words that fill `out`. DCMTK's own decoder
/// reads beyond its input where a header lies.
void decode_rle(const std::vector<uint8_t> &bytes, size_t word, std::vector<uint8_t> &out);

/// Decodes a JPEG 2000 stream to values with their sign.
void decode_jpeg2000(const std::vector<uint8_t> &bytes, const cdicom_pixels &pixels, int32_t *values);

}  // namespace cdicom

#endif
