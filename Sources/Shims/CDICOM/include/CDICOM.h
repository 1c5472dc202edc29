#ifndef STYLET_CDICOM_H
#define STYLET_CDICOM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// A narrow door to DCMTK and OpenJPEG. Every function may be called from any thread, a file from one thread at a time.
// No exception leaves it; every function says with its status whether it did its work.

enum {
    CDICOM_OK = 0,
    CDICOM_NOT_DICOM = 1,    // no DICOM file at all
    CDICOM_DAMAGED = 2,      // truncated, or entries that contradict one another
    CDICOM_NO_PIXELS = 3,    // DICOM, but no image
    CDICOM_UNSUPPORTED = 4,  // an image that this program does not read
    CDICOM_NO_MEMORY = 5,
    CDICOM_SYSTEM = 6,       // the system refused to open, read or write
    CDICOM_INTERNAL = 7,
};

/// An opened file.
typedef struct cdicom_file cdicom_file;

/// How pixels are stored.
typedef struct {
    int32_t rows, columns, frames, samples;
    int32_t bits_allocated, bits_stored, high_bit, is_signed;
} cdicom_pixels;

/// What the last failed call on this thread met, in a few words; never NULL.
const char *cdicom_reason(void);

/// Opens a file: its attributes alone with `header_only`, else everything. `*file` is NULL where the status is not 0.
int32_t cdicom_open(const char *path, int32_t header_only, cdicom_file **file);
void cdicom_close(cdicom_file *file);

/// Copies an attribute's text (several values with backslashes between) with a closing zero; returns its length, 0 where
/// it is missing. `tag` is group · 65536 + element. A text longer than the buffer is cut.
int32_t cdicom_text(cdicom_file *file, uint32_t tag, char *buffer, int32_t size);

/// Value number `index` of an attribute as a number; returns 1 where it is there and is one.
int32_t cdicom_number(cdicom_file *file, uint32_t tag, int32_t index, double *value);

/// The same inside a functional group of an enhanced multi-frame image: the frame's own, else the shared one.
int32_t cdicom_frame_number(
    cdicom_file *file, int32_t frame, uint32_t group, uint32_t tag, int32_t index, double *value);

int32_t cdicom_describe_pixels(cdicom_file *file, cdicom_pixels *pixels);

/// Decodes one frame (from 0) to stored values with their sign; `count` must be rows · columns.
int32_t cdicom_decode(cdicom_file *file, int32_t frame, int32_t *values, size_t count);

/// A CT slice to write; texts are UTF-8, decimal strings hold at most 16 characters a value.
typedef struct {
    const char *sop_instance_uid, *series_uid, *study_uid, *frame_of_reference_uid;
    const char *patient_name, *patient_id, *birth_date, *sex, *study_date;
    const char *study_description, *series_description, *manufacturer, *software_versions, *patient_position;
    const char *position, *orientation, *pixel_spacing, *slice_thickness, *slice_location;
    const char *slope, *intercept;
    int32_t instance_number, rows, columns;
    const int16_t *values;
} cdicom_slice;

/// Writes a CT Image Storage file, explicit VR little endian.
int32_t cdicom_write(const char *path, const cdicom_slice *slice);

#ifdef __cplusplus
}
#endif

#endif
