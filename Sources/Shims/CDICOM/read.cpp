#include "internal.h"

#include <cstdio>
#include <cstring>
#include <algorithm>
#include <cerrno>
#include <memory>
#include <mutex>

#include <dcmtk/dcmdata/dcrledrg.h>
#include <dcmtk/dcmjpeg/djdecode.h>
#include <dcmtk/dcmjpls/djdecode.h>
#include <dcmtk/oflog/oflog.h>

namespace cdicom {

static thread_local std::string last_reason;

void remember(const char *reason) {
    try {
        last_reason = reason ? reason : "";
    } catch (...) {
        last_reason.clear();
    }
}

void prepare() {
    static std::once_flag once;
    std::call_once(once, [] {
        OFLog::configure(OFLogger::OFF_LOG_LEVEL);
        // Attributes that someone wrote as UN keep the meaning that the dictionary knows.
        dcmEnableUnknownVRConversion.set(OFTrue);
        DJDecoderRegistration::registerCodecs();
        DJLSDecoderRegistration::registerCodecs();
        DcmRLEDecoderRegistration::registerCodecs();
        if (!dcmDataDict.isDictionaryLoaded()) throw Failure(CDICOM_INTERNAL, "DCMTK's data dictionary is missing");
    });
}

/// Refuses early what cannot be DICOM: DCMTK's parser takes almost any bytes for a data set.
static void check_start(const char *path) {
    std::unique_ptr<FILE, int (*)(FILE *)> file(std::fopen(path, "rbe"), std::fclose);
    if (!file) throw Failure(CDICOM_SYSTEM, std::strerror(errno));
    unsigned char start[132] = {};
    const size_t found = std::fread(start, 1, sizeof start, file.get());
    if (found == sizeof start && std::memcmp(start + 128, "DICM", 4) == 0) return;
    const bool little = found >= 8 && start[1] == 0 && (start[0] == 2 || start[0] == 8);
    const bool big = found >= 8 && start[0] == 0 && start[1] == 8;
    if (!little && !big) throw Failure(CDICOM_NOT_DICOM, "no DICOM prefix");
}

static DcmTagKey key(uint32_t tag) { return DcmTagKey(uint16_t(tag >> 16), uint16_t(tag & 0xFFFF)); }

static int32_t integer(DcmItem &item, const DcmTagKey &tag, int32_t missing) {
    Uint16 small = 0;
    if (item.findAndGetUint16(tag, small).good()) return small;
    Sint32 number = 0;
    if (item.findAndGetSint32(tag, number).good()) return number;
    return missing;
}

cdicom_pixels describe(cdicom_file &file) {
    DcmDataset &data = *file.format.getDataset();
    cdicom_pixels p = {};
    p.rows = integer(data, DCM_Rows, 0);
    p.columns = integer(data, DCM_Columns, 0);
    if (p.rows <= 0 || p.columns <= 0) throw Failure(CDICOM_NO_PIXELS, "no Rows and Columns");
    p.frames = integer(data, DCM_NumberOfFrames, 1);
    p.samples = integer(data, DCM_SamplesPerPixel, 1);
    p.bits_allocated = integer(data, DCM_BitsAllocated, 0);
    p.bits_stored = integer(data, DCM_BitsStored, p.bits_allocated);
    p.high_bit = integer(data, DCM_HighBit, p.bits_stored - 1);
    p.is_signed = integer(data, DCM_PixelRepresentation, 0);
    if (p.frames < 1 || p.frames > 65535) throw Failure(CDICOM_DAMAGED, "NumberOfFrames");
    if (p.samples != 1) throw Failure(CDICOM_UNSUPPORTED, "more than one sample a pixel (a colour image)");
    OFString meaning;
    data.findAndGetOFString(DCM_PhotometricInterpretation, meaning);
    if (meaning == "PALETTE COLOR" || meaning == "MONOCHROME1")
        throw Failure(CDICOM_UNSUPPORTED, std::string("PhotometricInterpretation ") + meaning.c_str());
    const bool whole_bytes = p.bits_allocated == 8 || p.bits_allocated == 16 || p.bits_allocated == 32;
    if (!whole_bytes) throw Failure(CDICOM_UNSUPPORTED, "BitsAllocated " + std::to_string(p.bits_allocated));
    const bool fits = p.bits_stored >= 1 && p.bits_stored <= p.high_bit + 1 && p.high_bit < p.bits_allocated &&
                      (p.is_signed == 0 || p.is_signed == 1);
    if (!fits) throw Failure(CDICOM_DAMAGED, "BitsStored, HighBit and PixelRepresentation contradict one another");
    if (p.bits_stored > 31 && !p.is_signed) throw Failure(CDICOM_UNSUPPORTED, "unsigned pixels of 32 bits");
    return p;
}

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

static void decode(cdicom_file &file, int32_t frame, int32_t *values, size_t count) {
    const cdicom_pixels p = describe(file);
    if (frame < 0 || frame >= p.frames) throw Failure(CDICOM_DAMAGED, "no such frame");
    if (count != size_t(p.rows) * size_t(p.columns)) throw Failure(CDICOM_INTERNAL, "wrong buffer size");
    DcmDataset &data = *file.format.getDataset();
    DcmElement *element = nullptr;
    if (data.findAndGetElement(DCM_PixelData, element).bad()) throw Failure(CDICOM_NO_PIXELS, "no PixelData");
    auto *pixels = dynamic_cast<DcmPixelData *>(element);
    if (!pixels) throw Failure(CDICOM_DAMAGED, "PixelData of a wrong kind");

    E_TransferSyntax syntax = EXS_Unknown;
    const DcmRepresentationParameter *parameter = nullptr;
    pixels->getOriginalRepresentationKey(syntax, parameter);
    const DcmXfer transfer(syntax);
    const size_t word = size_t(p.bits_allocated / 8);
    Uint32 start = 0;
    if (transfer.isEncapsulated()) {
        DcmPixelSequence *sequence = nullptr;
        check(pixels->getEncapsulatedRepresentation(syntax, parameter, sequence), CDICOM_DAMAGED);
        const EncodedFrame encoded = encoded_frame(*sequence, frame, p.frames);
        if (syntax == EXS_JPEG2000 || syntax == EXS_JPEG2000LosslessOnly) {
            decode_jpeg2000(encoded.bytes, p, values);
            return;
        }
        if (syntax != EXS_RLELossless) check_jpeg(encoded.bytes, p);
        start = encoded.first_item;
    } else if (pixels->getLength(syntax) < uint64_t(p.frames) * count * word) {
        throw Failure(CDICOM_DAMAGED, "fewer pixels than the header names");
    }
    // DCMTK rounds frames of an odd number of bytes up.
    std::vector<uint8_t> bytes(count * word + (count * word & 1));
    OFString colours;
    check(
        pixels->getUncompressedFrame(&data, Uint32(frame), start, bytes.data(), Uint32(bytes.size()), colours, &file.cache),
        CDICOM_DAMAGED);
    if (word == 1) unpack<uint8_t>(bytes, p, values);
    if (word == 2) unpack<uint16_t>(bytes, p, values);
    if (word == 4) unpack<uint32_t>(bytes, p, values);
}

/// The item of a functional group that holds for a frame.
static DcmItem *functional_group(DcmDataset &data, int32_t frame, const DcmTagKey &group) {
    DcmItem *entry = nullptr, *item = nullptr;
    const bool own = data.findAndGetSequenceItem(DCM_PerFrameFunctionalGroupsSequence, entry, frame).good() &&
                     entry->findAndGetSequenceItem(group, item, 0).good();
    if (own) return item;
    const bool shared = data.findAndGetSequenceItem(DCM_SharedFunctionalGroupsSequence, entry, 0).good() &&
                        entry->findAndGetSequenceItem(group, item, 0).good();
    return shared ? item : nullptr;
}

static bool number(DcmItem &item, uint32_t tag, int32_t index, double *value) {
    if (index < 0) return false;
    Float64 real = 0;
    if (item.findAndGetFloat64(key(tag), real, index).good()) return *value = real, true;
    Uint16 small = 0;
    if (item.findAndGetUint16(key(tag), small, index).good()) return *value = small, true;
    Sint16 with_sign = 0;
    if (item.findAndGetSint16(key(tag), with_sign, index).good()) return *value = with_sign, true;
    Sint32 whole = 0;
    if (item.findAndGetSint32(key(tag), whole, index).good()) return *value = whole, true;
    return false;
}

}  // namespace cdicom

using namespace cdicom;

const char *cdicom_reason(void) { return last_reason.c_str(); }

int32_t cdicom_open(const char *path, int32_t header_only, cdicom_file **file) {
    *file = nullptr;
    return guarded([&] {
        // DCMTK takes a lone hyphen for standard input.
        const std::string name = std::strcmp(path, "-") == 0 ? "./-" : path;
        check_start(name.c_str());
        auto opened = std::make_unique<cdicom_file>();
        const OFCondition result =
            header_only ? opened->format.loadFileUntilTag(name.c_str(), EXS_Unknown, EGL_noChange, DCM_MaxReadLength,
                                                          ERM_autoDetect, DCM_PixelData)
                        : opened->format.loadFile(name.c_str());
        check(result, CDICOM_DAMAGED);
        DcmDataset *data = opened->format.getDataset();
        if (!data || data->card() == 0) throw Failure(CDICOM_DAMAGED, "an empty data set");
        *file = opened.release();
    });
}

void cdicom_close(cdicom_file *file) { delete file; }

int32_t cdicom_text(cdicom_file *file, uint32_t tag, char *buffer, int32_t size) {
    int32_t length = 0;
    if (size <= 0) return 0;
    buffer[0] = 0;
    const int32_t status = guarded([&] {
        OFString text;
        DcmItem *place = file->format.getDataset();
        if ((tag >> 16) == 2) place = file->format.getMetaInfo();
        if (!place || place->findAndGetOFStringArray(key(tag), text).bad()) return;
        length = int32_t(std::min<size_t>(text.length(), size_t(size - 1)));
        std::memcpy(buffer, text.data(), size_t(length));
        buffer[length] = 0;
    });
    return status == CDICOM_OK ? length : 0;
}

int32_t cdicom_number(cdicom_file *file, uint32_t tag, int32_t index, double *value) {
    bool found = false;
    guarded([&] { found = number(*file->format.getDataset(), tag, index, value); });
    return found;
}

int32_t cdicom_frame_number(
    cdicom_file *file, int32_t frame, uint32_t group, uint32_t tag, int32_t index, double *value) {
    bool found = false;
    guarded([&] {
        DcmItem *item = functional_group(*file->format.getDataset(), frame, key(group));
        found = item && number(*item, tag, index, value);
    });
    return found;
}

int32_t cdicom_describe_pixels(cdicom_file *file, cdicom_pixels *pixels) {
    return guarded([&] { *pixels = describe(*file); });
}

int32_t cdicom_decode(cdicom_file *file, int32_t frame, int32_t *values, size_t count) {
    return guarded([&] { decode(*file, frame, values, count); });
}
