#ifndef STYLET_CDICOM_STREAM_H
#define STYLET_CDICOM_STREAM_H

#include "internal.h"

#include <dcmtk/dcmdata/dcistrmf.h>

namespace cdicom {

/// A file as DCMTK's parser reads it, ended early where it would take the program's stack or memory: the parser follows
/// nested sequences by recursion without end, and inflates whatever it is given.
class GuardedStream : public DcmInputFileStream {
public:
    explicit GuardedStream(const std::string &path, uint64_t file_size)
        : DcmInputFileStream(OFFilename(path.c_str())),
          most_bytes_(most_inflation * file_size + free_bytes),
          base_(reinterpret_cast<uintptr_t>(__builtin_frame_address(0))) {}

    offile_off_t read(void *buffer, offile_off_t length) override {
        const uintptr_t here = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
        const uintptr_t depth = here < base_ ? base_ - here : here - base_;
        if (depth > deepest) reason_ = "sequences nested too deeply";
        return pass(length, [&] { return DcmInputFileStream::read(buffer, length); });
    }

    offile_off_t skip(offile_off_t length) override {
        return pass(length, [&] { return DcmInputFileStream::skip(length); });
    }

    OFBool good() const override { return !reason_ && DcmInputFileStream::good(); }
    OFCondition status() const override { return reason_ ? EC_CorruptedData : DcmInputFileStream::status(); }
    OFBool eos() override { return reason_ || DcmInputFileStream::eos(); }

    /// Throws where the stream was ended early.
    void check_guard() const {
        if (reason_) throw Failure(CDICOM_DAMAGED, reason_);
    }

private:
    /// Real images nest five sequences or so, each a few kilobytes of stack.
    static constexpr uintptr_t deepest = 192 * 1024;
    /// Images shrink 64 times at most, unless they are small and empty.
    static constexpr uint64_t most_inflation = 64, free_bytes = uint64_t(64) << 20;

    template <class Step> offile_off_t pass(offile_off_t length, Step step) {
        const uint64_t left = bytes_ < most_bytes_ ? most_bytes_ - bytes_ : 0;
        if (length > 0 && uint64_t(length) > left) reason_ = "values out of all proportion to the file";
        if (reason_) return 0;
        const offile_off_t found = step();
        if (found > 0) bytes_ += uint64_t(found);
        return found;
    }

    uint64_t bytes_ = 0;
    const uint64_t most_bytes_;
    const uintptr_t base_;
    const char *reason_ = nullptr;
};

}  // namespace cdicom

#endif
