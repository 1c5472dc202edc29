#include "internal.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include <openjpeg-2.5/openjpeg.h>

namespace cdicom {

namespace {

/// Bytes in memory as OpenJPEG reads them.
struct Source {
    const std::vector<uint8_t> &bytes;
    size_t position;
};

OPJ_SIZE_T read_some(void *buffer, OPJ_SIZE_T wanted, void *user) {
    auto &source = *static_cast<Source *>(user);
    const size_t left = source.bytes.size() - source.position;
    if (left == 0) return OPJ_SIZE_T(-1);
    const size_t given = std::min<size_t>(wanted, left);
    std::memcpy(buffer, source.bytes.data() + source.position, given);
    source.position += given;
    return given;
}

OPJ_OFF_T skip_some(OPJ_OFF_T count, void *user) {
    auto &source = *static_cast<Source *>(user);
    if (count < 0) return -1;
    const size_t given = std::min<size_t>(size_t(count), source.bytes.size() - source.position);
    source.position += given;
    return OPJ_OFF_T(given);
}

OPJ_BOOL seek_to(OPJ_OFF_T place, void *user) {
    auto &source = *static_cast<Source *>(user);
    if (place < 0 || size_t(place) > source.bytes.size()) return OPJ_FALSE;
    source.position = size_t(place);
    return OPJ_TRUE;
}

void quiet(const char *, void *) {}

using Codec = std::unique_ptr<opj_codec_t, void (*)(opj_codec_t *)>;
using Stream = std::unique_ptr<opj_stream_t, void (*)(opj_stream_t *)>;
using Image = std::unique_ptr<opj_image_t, void (*)(opj_image_t *)>;

Codec make_codec(const std::vector<uint8_t> &bytes) {
    if (bytes.size() < 12) throw Failure(CDICOM_DAMAGED, "no JPEG 2000 stream");
    const bool raw = bytes[0] == 0xFF && bytes[1] == 0x4F;
    Codec codec(opj_create_decompress(raw ? OPJ_CODEC_J2K : OPJ_CODEC_JP2), opj_destroy_codec);
    if (!codec) throw std::bad_alloc();
    opj_set_info_handler(codec.get(), quiet, nullptr);
    opj_set_warning_handler(codec.get(), quiet, nullptr);
    opj_set_error_handler(codec.get(), quiet, nullptr);
    opj_dparameters_t parameters;
    opj_set_default_decoder_parameters(&parameters);
    if (!opj_setup_decoder(codec.get(), &parameters)) throw Failure(CDICOM_INTERNAL, "OpenJPEG");
    return codec;
}

void check_size(const opj_image_t &image, const cdicom_pixels &p) {
    const bool same = image.numcomps == 1 && image.x1 - image.x0 == OPJ_UINT32(p.columns) &&
                      image.y1 - image.y0 == OPJ_UINT32(p.rows) && image.comps[0].dx == 1 && image.comps[0].dy == 1;
    if (!same) throw Failure(CDICOM_DAMAGED, "the compressed image has another size than the header");
    if (image.comps[0].prec > OPJ_UINT32(p.bits_allocated) || image.comps[0].prec < 1)
        throw Failure(CDICOM_DAMAGED, "the compressed image has another depth than the header");
}

}  // namespace

void decode_jpeg2000(const std::vector<uint8_t> &bytes, const cdicom_pixels &p, int32_t *values) {
    Codec codec = make_codec(bytes);
    Source source{bytes, 0};
    Stream stream(opj_stream_create(1 << 16, OPJ_TRUE), opj_stream_destroy);
    if (!stream) throw std::bad_alloc();
    opj_stream_set_user_data(stream.get(), &source, nullptr);
    opj_stream_set_user_data_length(stream.get(), bytes.size());
    opj_stream_set_read_function(stream.get(), read_some);
    opj_stream_set_skip_function(stream.get(), skip_some);
    opj_stream_set_seek_function(stream.get(), seek_to);

    opj_image_t *read = nullptr;
    const bool header = opj_read_header(stream.get(), codec.get(), &read);
    Image image(read, opj_image_destroy);
    if (!header || !image) throw Failure(CDICOM_DAMAGED, "damaged JPEG 2000 header");
    check_size(*image, p);
    if (!opj_decode(codec.get(), stream.get(), image.get()) || !opj_end_decompress(codec.get(), stream.get()))
        throw Failure(CDICOM_DAMAGED, "damaged JPEG 2000 data");
    const opj_image_comp_t &plane = image->comps[0];
    if (!plane.data || plane.w != OPJ_UINT32(p.columns) || plane.h != OPJ_UINT32(p.rows))
        throw Failure(CDICOM_DAMAGED, "damaged JPEG 2000 data");

    // The stream's own sign is often wrong: its bits count, and the header says what they mean.
    const int bits = std::max(p.bits_stored, int(plane.prec));
    const uint64_t mask = (uint64_t(1) << bits) - 1;
    const int64_t sign = p.is_signed ? int64_t(1) << (bits - 1) : 0;
    const size_t count = size_t(p.rows) * size_t(p.columns);
    for (size_t i = 0; i < count; ++i) {
        if (plane.data[i] < 0 && !p.is_signed)
            throw Failure(CDICOM_DAMAGED, "negative pixels where the header says that there are none");
        const int64_t stored = int64_t(uint64_t(int64_t(plane.data[i])) & mask);
        values[i] = int32_t((stored ^ sign) - sign);
    }
}

}  // namespace cdicom
