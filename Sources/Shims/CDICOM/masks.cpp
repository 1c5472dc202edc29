#include "internal.h"

#include <algorithm>
#include <cstring>

namespace cdicom {

static DcmTagKey key(uint32_t tag) { return DcmTagKey(uint16_t(tag >> 16), uint16_t(tag & 0xFFFF)); }

/// The item in question, or nothing.
static DcmItem *item(DcmDataset &data, uint32_t sequence, int32_t index, uint32_t inner) {
    DcmItem *found = nullptr, *nested = nullptr;
    if (index < 0 || data.findAndGetSequenceItem(key(sequence), found, index).bad()) return nullptr;
    if (inner == 0) return found;
    return found->findAndGetSequenceItem(key(inner), nested, 0).good() ? nested : nullptr;
}

static int32_t whole(DcmItem &data, const DcmTagKey &tag, int32_t missing) {
    Uint16 small = 0;
    if (data.findAndGetUint16(tag, small).good()) return small;
    Sint32 number = 0;
    return data.findAndGetSint32(tag, number).good() ? number : missing;
}

static cdicom_pixels describe_masks(DcmDataset &data) {
    cdicom_pixels p = {};
    p.rows = whole(data, DCM_Rows, 0);
    p.columns = whole(data, DCM_Columns, 0);
    if (p.rows <= 0 || p.columns <= 0) throw Failure(CDICOM_NO_PIXELS, "no Rows and Columns");
    p.frames = whole(data, DCM_NumberOfFrames, 0);
    p.samples = whole(data, DCM_SamplesPerPixel, 1);
    p.bits_allocated = whole(data, DCM_BitsAllocated, 0);
    if (p.frames < 1 || p.frames > 1000000) throw Failure(CDICOM_DAMAGED, "NumberOfFrames");
    if (p.samples != 1) throw Failure(CDICOM_UNSUPPORTED, "more than one sample a pixel");
    if (p.bits_allocated != 1 && p.bits_allocated != 8 && p.bits_allocated != 16)
        throw Failure(CDICOM_UNSUPPORTED, "BitsAllocated " + std::to_string(p.bits_allocated));
    return p;
}

/// Frames of one bit a pixel follow one another without a gap, the first pixel in the lowest bit (PS3.5 8.1.1).
static void unpack_mask(DcmDataset &data, int32_t frame, uint8_t *values, size_t count) {
    const cdicom_pixels p = describe_masks(data);
    if (p.bits_allocated != 1 || frame < 0 || frame >= p.frames) throw Failure(CDICOM_DAMAGED, "no such frame");
    if (count != size_t(p.rows) * size_t(p.columns)) throw Failure(CDICOM_INTERNAL, "wrong buffer size");
    DcmElement *element = nullptr;
    if (data.findAndGetElement(DCM_PixelData, element).bad()) throw Failure(CDICOM_NO_PIXELS, "no PixelData");
    if (DcmXfer(data.getOriginalXfer()).isEncapsulated())
        throw Failure(CDICOM_UNSUPPORTED, "compressed pixels of one bit");
    Uint8 *bytes = nullptr;
    check(element->getUint8Array(bytes), CDICOM_DAMAGED);
    const uint64_t first = uint64_t(frame) * count;
    if (!bytes || uint64_t(element->getLength()) * 8 < first + count)
        throw Failure(CDICOM_DAMAGED, "fewer pixels than the header names");
    for (size_t i = 0; i < count; ++i) values[i] = (bytes[(first + i) >> 3] >> ((first + i) & 7)) & 1;
}

}  // namespace cdicom

using namespace cdicom;

int32_t cdicom_nested_text(
    cdicom_file *file, uint32_t sequence, int32_t index, uint32_t inner, uint32_t tag, char *buffer, int32_t size) {
    int32_t length = 0;
    if (size <= 0) return 0;
    buffer[0] = 0;
    const int32_t status = guarded([&] {
        DcmItem *place = item(*file->format.getDataset(), sequence, index, inner);
        OFString text;
        if (!place || place->findAndGetOFStringArray(key(tag), text).bad()) return;
        length = int32_t(std::min<size_t>(text.length(), size_t(size - 1)));
        std::memcpy(buffer, text.data(), size_t(length));
        buffer[length] = 0;
    });
    return status == CDICOM_OK ? length : 0;
}

int32_t cdicom_item_number(cdicom_file *file, uint32_t sequence, int32_t index, uint32_t tag, double *value) {
    bool found = false;
    guarded([&] {
        DcmItem *place = item(*file->format.getDataset(), sequence, index, 0);
        Uint16 small = 0;
        Float64 real = 0;
        if (place && place->findAndGetUint16(key(tag), small).good()) {
            *value = small;
            found = true;
        } else if (place && place->findAndGetFloat64(key(tag), real).good()) {
            *value = real;
            found = true;
        }
    });
    return found;
}

int32_t cdicom_describe_masks(cdicom_file *file, cdicom_pixels *pixels) {
    return guarded([&] { *pixels = describe_masks(*file->format.getDataset()); });
}

int32_t cdicom_unpack_mask(cdicom_file *file, int32_t frame, uint8_t *values, size_t count) {
    return guarded([&] { unpack_mask(*file->format.getDataset(), frame, values, count); });
}
