#include "stream.h"

#include <cstdio>
#include <cstring>
#include <algorithm>
#include <cerrno>
#include <memory>
#include <mutex>

#include <sys/stat.h>

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
    if (meaning == "PALETTE COLOR") throw Failure(CDICOM_UNSUPPORTED, "PhotometricInterpretation PALETTE COLOR");
    p.is_inverted = meaning == "MONOCHROME1";
    const bool whole_bytes = p.bits_allocated == 8 || p.bits_allocated == 16 || p.bits_allocated == 32;
    if (!whole_bytes) throw Failure(CDICOM_UNSUPPORTED, "BitsAllocated " + std::to_string(p.bits_allocated));
    const bool fits = p.bits_stored >= 1 && p.bits_stored <= p.high_bit + 1 && p.high_bit < p.bits_allocated &&
                      (p.is_signed == 0 || p.is_signed == 1);
    if (!fits) throw Failure(CDICOM_DAMAGED, "BitsStored, HighBit and PixelRepresentation contradict one another");
    if (p.bits_stored > 31 && !p.is_signed) throw Failure(CDICOM_UNSUPPORTED, "unsigned pixels of 32 bits");
    if (data.tagExists(DCM_ModalityLUTSequence))
        throw Failure(CDICOM_UNSUPPORTED, "a table of values (ModalityLUTSequence)");
    const uint64_t needed = uint64_t(p.rows) * uint64_t(p.columns) * uint64_t(p.frames) * 2;
    const bool plain = file.plain_offset >= 0 && p.bits_allocated == 16 && file.plain_length >= needed;
    p.plain_offset = plain ? file.plain_offset : -1;
    p.plain_big_endian = plain && file.plain_big_endian;
    return p;
}

/// Notes the value of PixelData where its header stands just before `end` and its value lies whole in the file.
static void note_plain_pixels(cdicom_file &file, const std::string &path, int64_t end) {
    const E_TransferSyntax syntax = file.format.getDataset()->getOriginalXfer();
    const bool implicit = syntax == EXS_LittleEndianImplicit, big = syntax == EXS_BigEndianExplicit;
    if (!implicit && !big && syntax != EXS_LittleEndianExplicit) return;
    const int64_t size = implicit ? 8 : 12;
    std::unique_ptr<FILE, int (*)(FILE *)> stream(std::fopen(path.c_str(), "rbe"), std::fclose);
    unsigned char b[12] = {};
    if (!stream || end < size || std::fseek(stream.get(), end - size, SEEK_SET) != 0) return;
    if (std::fread(b, 1, size_t(size), stream.get()) != size_t(size)) return;
    const unsigned char little_tag[] = {0xE0, 0x7F, 0x10, 0}, big_tag[] = {0x7F, 0xE0, 0, 0x10};
    if (std::memcmp(b, big ? big_tag : little_tag, 4) != 0) return;
    // Bytes of OB are no words to swap, and other kinds of value are not plain.
    if (!implicit && (b[4] != 'O' || (b[5] != 'W' && (big || b[5] != 'B')))) return;
    const unsigned char *l = b + size - 4;
    const uint64_t length = big ? (uint64_t(l[0]) << 24 | l[1] << 16 | l[2] << 8 | l[3])
                                : (uint64_t(l[3]) << 24 | l[2] << 16 | l[1] << 8 | l[0]);
    if (length == 0xFFFFFFFF || std::fseek(stream.get(), 0, SEEK_END) != 0) return;
    if (uint64_t(end) + length > uint64_t(std::ftell(stream.get()))) return;
    file.plain_offset = end;
    file.plain_length = length;
    file.plain_big_endian = big;
}

/// DCMTK guesses where it does not know a transfer syntax; its guess of the pixels' order could be wrong.
static void check_syntax(DcmMetaInfo &meta) {
    OFString uid;
    if (meta.findAndGetOFString(DCM_TransferSyntaxUID, uid).bad() || uid.empty()) return;
    if (DcmXfer(uid.c_str()).getXfer() == EXS_Unknown)
        throw Failure(CDICOM_UNSUPPORTED, std::string("transfer syntax ") + uid.c_str());
}

void open_file(cdicom_file &file, const std::string &path, bool header_only) {
    struct stat info = {};
    if (stat(path.c_str(), &info) != 0) throw Failure(CDICOM_SYSTEM, std::strerror(errno));
    GuardedStream stream(path, uint64_t(info.st_size));
    check(stream.status(), CDICOM_SYSTEM);
    file.format.transferInit();
    const OFCondition read =
        header_only ? file.format.readUntilTag(stream, EXS_Unknown, EGL_noChange, DCM_MaxReadLength, DCM_PixelData)
                    : file.format.read(stream);
    file.format.transferEnd();
    stream.check_guard();
    check(read, CDICOM_DAMAGED);
    check_syntax(*file.format.getMetaInfo());
    if (header_only && stream.good()) note_plain_pixels(file, path, int64_t(stream.tell()));
}

/// The items of a sequence, listed once.
static const std::vector<DcmItem *> &items(DcmDataset &data, const DcmTagKey &sequence, cdicom_items &list) {
    if (list.known) return list.items;
    list.known = true;
    DcmSequenceOfItems *found = nullptr;
    if (data.findAndGetSequence(sequence, found).bad() || !found) return list.items;
    DcmObject *item = nullptr;
    while ((item = found->nextInContainer(item)) != nullptr)
        if (auto *entry = dynamic_cast<DcmItem *>(item)) list.items.push_back(entry);
    return list.items;
}

/// The item of a functional group that holds for a frame.
static DcmItem *functional_group(cdicom_file &file, int32_t frame, const DcmTagKey &group) {
    DcmDataset &data = *file.format.getDataset();
    const auto &frames = items(data, DCM_PerFrameFunctionalGroupsSequence, file.frames);
    DcmItem *item = nullptr;
    if (frame >= 0 && size_t(frame) < frames.size() && frames[size_t(frame)]->findAndGetSequenceItem(group, item).good())
        return item;
    const auto &shared = items(data, DCM_SharedFunctionalGroupsSequence, file.shared);
    if (!shared.empty() && shared[0]->findAndGetSequenceItem(group, item).good()) return item;
    return nullptr;
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
        open_file(*opened, name, header_only != 0);
        DcmDataset *data = opened->format.getDataset();
        if (!data || data->card() == 0) throw Failure(CDICOM_DAMAGED, "an empty data set");
        *file = opened.release();
    });
}

void cdicom_close(cdicom_file *file) { delete file; }

/// Copies the text of an attribute of the item that `find` gives; 0 where either is missing.
template <class Find> static int32_t copy_text(uint32_t tag, char *buffer, int32_t size, Find find) {
    int32_t length = 0;
    if (size <= 0) return 0;
    buffer[0] = 0;
    const int32_t status = guarded([&] {
        OFString text;
        DcmItem *place = find();
        if (!place || place->findAndGetOFStringArray(key(tag), text).bad()) return;
        length = int32_t(std::min<size_t>(text.length(), size_t(size - 1)));
        std::memcpy(buffer, text.data(), size_t(length));
        buffer[length] = 0;
    });
    return status == CDICOM_OK ? length : 0;
}

int32_t cdicom_text(cdicom_file *file, uint32_t tag, char *buffer, int32_t size) {
    return copy_text(tag, buffer, size, [&]() -> DcmItem * {
        if ((tag >> 16) == 2) return file->format.getMetaInfo();
        return file->format.getDataset();
    });
}

int32_t cdicom_frame_text(
    cdicom_file *file, int32_t frame, uint32_t group, uint32_t tag, char *buffer, int32_t size) {
    return copy_text(tag, buffer, size, [&] { return functional_group(*file, frame, key(group)); });
}

/// The items of the sequence that the caller walks through just now.
static const std::vector<DcmItem *> &listed(cdicom_file &file, uint32_t sequence) {
    if (file.listed_tag != sequence) file.listed = cdicom_items();
    file.listed_tag = sequence;
    return items(*file.format.getDataset(), key(sequence), file.listed);
}

int32_t cdicom_item_count(cdicom_file *file, uint32_t sequence) {
    size_t count = 0;
    guarded([&] { count = listed(*file, sequence).size(); });
    return int32_t(std::min<size_t>(count, INT32_MAX));
}

int32_t cdicom_item_text(
    cdicom_file *file, uint32_t sequence, int32_t index, uint32_t tag, char *buffer, int32_t size) {
    return copy_text(tag, buffer, size, [&]() -> DcmItem * {
        const auto &found = listed(*file, sequence);
        return index >= 0 && size_t(index) < found.size() ? found[size_t(index)] : nullptr;
    });
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
        DcmItem *item = functional_group(*file, frame, key(group));
        found = item && number(*item, tag, index, value);
    });
    return found;
}

int32_t cdicom_describe_pixels(cdicom_file *file, cdicom_pixels *pixels) {
    return guarded([&] { *pixels = describe(*file); });
}
