#include "internal.h"

namespace cdicom {

static void append(DcmPixelSequence &sequence, unsigned long item, std::vector<uint8_t> &bytes) {
    DcmPixelItem *fragment = nullptr;
    check(sequence.getItem(fragment, item), CDICOM_DAMAGED);
    Uint8 *data = nullptr;
    const Uint32 length = fragment->getLength();
    check(fragment->getUint8Array(data), CDICOM_DAMAGED);
    if (data && length) bytes.insert(bytes.end(), data, data + length);
}

/// Whether a fragment opens a stream: JPEG's or JPEG 2000's start marker, or the signature box of a JP2 file.
static bool opens_stream(DcmPixelSequence &sequence, unsigned long item) {
    DcmPixelItem *fragment = nullptr;
    if (sequence.getItem(fragment, item).bad()) return false;
    Uint8 *data = nullptr;
    if (fragment->getLength() < 4 || fragment->getUint8Array(data).bad() || !data) return false;
    const bool jpeg = data[0] == 0xFF && (data[1] == 0xD8 || data[1] == 0x4F);
    const bool jp2 = data[0] == 0 && data[1] == 0 && data[2] == 0 && data[3] == 12;
    return jpeg || jp2;
}

EncodedFrame encoded_frame(DcmPixelSequence &sequence, int32_t frame, int32_t frames) {
    const unsigned long items = sequence.card();  // the first is the offset table
    if (items < 2) throw Failure(CDICOM_DAMAGED, "no compressed pixels");
    EncodedFrame result;
    unsigned long first = 1, end = items;
    if (frames > 1 && items - 1 == static_cast<unsigned long>(frames)) {
        first = static_cast<unsigned long>(frame) + 1;
        end = first + 1;
    } else if (frames > 1) {
        // Offset tables are often missing or wrong: frames are told apart by the markers that open them.
        std::vector<unsigned long> starts;
        for (unsigned long i = 1; i < items; ++i)
            if (opens_stream(sequence, i)) starts.push_back(i);
        if (starts.size() != size_t(frames)) throw Failure(CDICOM_DAMAGED, "frames cannot be told apart");
        first = starts[size_t(frame)];
        end = frame + 1 < frames ? starts[size_t(frame) + 1] : items;
    }
    result.first_item = uint32_t(first);
    for (unsigned long i = first; i < end; ++i) append(sequence, i, result.bytes);
    return result;
}

/// Whether a stream ends with its end marker, padding aside; the decoders fill up a stream that stops early.
static bool is_complete(const std::vector<uint8_t> &b) {
    size_t end = b.size();
    while (end > 2 && (b[end - 1] == 0 || b[end - 1] == 0xFF)) --end;
    return end > 2 && b[end - 1] == 0xD9 && b[end - 2] == 0xFF;
}

void check_jpeg(const std::vector<uint8_t> &b, const cdicom_pixels &p) {
    size_t at = 2;
    if (!is_complete(b)) throw Failure(CDICOM_DAMAGED, "the compressed image ends too early");
    if (b.size() < 4 || b[0] != 0xFF || b[1] != 0xD8) throw Failure(CDICOM_DAMAGED, "no JPEG stream");
    while (at + 9 < b.size()) {
        if (b[at] != 0xFF) throw Failure(CDICOM_DAMAGED, "damaged JPEG header");
        const uint8_t marker = b[at + 1];
        if (marker == 0xFF) {
            ++at;
            continue;
        }
        const bool is_frame = (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC) ||
                              marker == 0xF7;
        if (is_frame) {
            const int precision = b[at + 4], rows = b[at + 5] * 256 + b[at + 6], columns = b[at + 7] * 256 + b[at + 8];
            if (rows != p.rows || columns != p.columns || b[at + 9] != 1)
                throw Failure(CDICOM_DAMAGED, "the compressed image has another size than the header");
            if (precision > p.bits_allocated || (precision <= 8) != (p.bits_allocated == 8))
                throw Failure(CDICOM_DAMAGED, "the compressed image has another depth than the header");
            return;
        }
        at += 2 + size_t(b[at + 2]) * 256 + b[at + 3];
    }
    throw Failure(CDICOM_DAMAGED, "damaged JPEG header");
}

}  // namespace cdicom
