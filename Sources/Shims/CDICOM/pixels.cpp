#include "internal.h"

#include <cstring>

namespace cdicom {

/// Takes the stored bits out of their words and gives them their sign.
template <class Word> static void unpack(const std::vector<uint8_t> &bytes, const cdicom_pixels &p, int32_t *values) {
    const size_t count = size_t(p.rows) * size_t(p.columns);
    const int shift = p.high_bit + 1 - p.bits_stored;
    const uint64_t mask = (uint64_t(1) << p.bits_stored) - 1;
    const int64_t sign = p.is_signed ? int64_t(1) << (p.bits_stored - 1) : 0;
    for (size_t i = 0; i < count; ++i) {
        Word word;
        std::memcpy(&word, bytes.data() + i * sizeof(Word), sizeof(Word));
        const int64_t stored = int64_t((uint64_t(word) >> shift) & mask);
        values[i] = int32_t((stored ^ sign) - sign);
    }
}

static void unpack(const std::vector<uint8_t> &bytes, const cdicom_pixels &p, int32_t *values) {
    if (p.bits_allocated == 8) unpack<uint8_t>(bytes, p, values);
    if (p.bits_allocated == 16) unpack<uint16_t>(bytes, p, values);
    if (p.bits_allocated == 32) unpack<uint32_t>(bytes, p, values);
}

static DcmPixelData &pixel_data(DcmDataset &data) {
    DcmElement *element = nullptr;
    if (data.findAndGetElement(DCM_PixelData, element).bad()) throw Failure(CDICOM_NO_PIXELS, "no PixelData");
    auto *pixels = dynamic_cast<DcmPixelData *>(element);
    if (!pixels) throw Failure(CDICOM_DAMAGED, "PixelData of a wrong kind");
    return *pixels;
}

void decode(cdicom_file &file, int32_t frame, int32_t *values, size_t count) {
    const cdicom_pixels p = describe(file);
    if (frame < 0 || frame >= p.frames) throw Failure(CDICOM_DAMAGED, "no such frame");
    if (count != size_t(p.rows) * size_t(p.columns)) throw Failure(CDICOM_INTERNAL, "wrong buffer size");
    DcmDataset &data = *file.format.getDataset();
    DcmPixelData &pixels = pixel_data(data);
    E_TransferSyntax syntax = EXS_Unknown;
    const DcmRepresentationParameter *parameter = nullptr;
    pixels.getOriginalRepresentationKey(syntax, parameter);
    const size_t word = size_t(p.bits_allocated / 8);
    // DCMTK rounds frames of an odd number of bytes up.
    std::vector<uint8_t> bytes;
    Uint32 start = 0;
    if (DcmXfer(syntax).isEncapsulated()) {
        DcmPixelSequence *sequence = nullptr;
        check(pixels.getEncapsulatedRepresentation(syntax, parameter, sequence), CDICOM_DAMAGED);
        const EncodedFrame encoded = encoded_frame(*sequence, frame, p.frames);
        if (syntax == EXS_JPEG2000 || syntax == EXS_JPEG2000LosslessOnly)
            return decode_jpeg2000(encoded.bytes, p, values);
        if (syntax == EXS_RLELossless) {
            bytes.resize(count * word);
            decode_rle(encoded.bytes, word, bytes);
            return unpack(bytes, p, values);
        }
        check_jpeg(encoded.bytes, p);
        start = encoded.first_item;
    } else if (pixels.getLength(syntax) < uint64_t(p.frames) * count * word) {
        throw Failure(CDICOM_DAMAGED, "fewer pixels than the header names");
    }
    bytes.resize(count * word + (count * word & 1));
    const auto size = Uint32(bytes.size());
    OFString colours;
    check(
        pixels.getUncompressedFrame(&data, Uint32(frame), start, bytes.data(), size, colours, &file.cache),
        CDICOM_DAMAGED);
    unpack(bytes, p, values);
}

}  // namespace cdicom

using namespace cdicom;

int32_t cdicom_decode(cdicom_file *file, int32_t frame, int32_t *values, size_t count) {
    return guarded([&] { decode(*file, frame, values, count); });
}
