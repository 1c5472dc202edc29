#include "internal.h"

#include <algorithm>

namespace cdicom {

/// Unpacks one segment (PackBits, PS3.5 G.3.2) into every `step`th byte of `out`; a segment that stops early or runs out of
/// `in` is damaged, one that has more than fits is cut (encoders pad to an even length).
static void unpack_segment(const uint8_t *in, const uint8_t *end, uint8_t *out, size_t count, size_t step) {
    size_t done = 0;
    while (done < count) {
        if (end - in < 2) throw Failure(CDICOM_DAMAGED, "the compressed image ends too early");
        const int code = int8_t(*in++);
        if (code == -128) continue;
        const size_t wanted = size_t(code >= 0 ? code + 1 : 1 - code), left = std::min(wanted, count - done);
        if (code >= 0) {
            if (size_t(end - in) < left) throw Failure(CDICOM_DAMAGED, "the compressed image ends too early");
            for (size_t i = 0; i < left; ++i) out[(done + i) * step] = in[i];
            in += std::min(wanted, size_t(end - in));
        } else {
            for (size_t i = 0; i < left; ++i) out[(done + i) * step] = *in;
            ++in;
        }
        done += left;
    }
}

void decode_rle(const std::vector<uint8_t> &bytes, size_t word, std::vector<uint8_t> &out) {
    constexpr size_t header = 64;
    if (bytes.size() < header) throw Failure(CDICOM_DAMAGED, "the compressed image ends too early");
    const auto number = [&](size_t i) {
        const uint8_t *b = bytes.data() + 4 * i;
        return size_t(b[0]) | size_t(b[1]) << 8 | size_t(b[2]) << 16 | size_t(b[3]) << 24;
    };
    // One segment a byte of the pixel, the highest first.
    if (number(0) != word) throw Failure(CDICOM_DAMAGED, "the compressed image has another depth than the header");
    const size_t count = out.size() / word;
    for (size_t segment = 0; segment < word; ++segment) {
        const size_t start = number(segment + 1), end = segment + 1 < word ? number(segment + 2) : bytes.size();
        if (start < header || start > end || end > bytes.size()) throw Failure(CDICOM_DAMAGED, "damaged RLE header");
        unpack_segment(bytes.data() + start, bytes.data() + end, out.data() + (word - 1 - segment), count, word);
    }
}

}  // namespace cdicom
