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
    /// Where the file holds the pixels of all frames, one after the other, as plain words of 16 bits; -1 where they are
    /// compressed, of another width or otherwise not plain. Known for files opened with `header_only`.
    int64_t plain_offset;
    /// Whether those words have their high byte first.
    int32_t plain_big_endian;
    /// Whether the least value is the brightest (MONOCHROME1).
    int32_t is_inverted;
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

/// The same as text; its length, 0 where it is missing.
int32_t cdicom_frame_text(
    cdicom_file *file, int32_t frame, uint32_t group, uint32_t tag, char *buffer, int32_t size);

/// Items of a sequence of the data set; 0 where it is missing.
int32_t cdicom_item_count(cdicom_file *file, uint32_t sequence);

/// Copies the text of an attribute in item `index` (from 0) of a sequence; its length, 0 where it is missing.
int32_t cdicom_item_text(
    cdicom_file *file, uint32_t sequence, int32_t index, uint32_t tag, char *buffer, int32_t size);

int32_t cdicom_describe_pixels(cdicom_file *file, cdicom_pixels *pixels);

/// Decodes one frame (from 0) to stored values with their sign; `count` must be rows · columns.
int32_t cdicom_decode(cdicom_file *file, int32_t frame, int32_t *values, size_t count);

/// A CT slice to write; texts are UTF-8, decimal strings hold at most 16 characters a value.
typedef struct {
    const char *sop_instance_uid, *series_uid, *study_uid, *frame_of_reference_uid;
    const char *patient_name, *patient_id, *birth_date, *sex, *study_date;
    const char *study_description, *series_description, *manufacturer, *software_versions, *patient_position;
    const char *position, *orientation, *pixel_spacing, *slice_thickness, *slice_location;
    const char *slope, *intercept, *gantry_tilt;
    int32_t instance_number, rows, columns;
    const int16_t *values;
} cdicom_slice;

/// Writes a CT Image Storage file, explicit VR little endian.
int32_t cdicom_write(const char *path, const cdicom_slice *slice);

/// As `cdicom_item_text`, within the first item of the sequence `inner` of that item, and with 0 for `inner` in the item itself.
int32_t cdicom_nested_text(
    cdicom_file *file, uint32_t sequence, int32_t index, uint32_t inner, uint32_t tag, char *buffer, int32_t size);
/// The first value of an attribute in item `index` (from 0) of a sequence; returns 1 where it is there and is a number.
int32_t cdicom_item_number(cdicom_file *file, uint32_t sequence, int32_t index, uint32_t tag, double *value);

/// Size of a segmentation object's frames; `bits_allocated` is 1, 8 or 16.
int32_t cdicom_describe_masks(cdicom_file *file, cdicom_pixels *pixels);

/// Unpacks one frame of one bit a pixel to 0 and 1; `count` must be rows · columns.
int32_t cdicom_unpack_mask(cdicom_file *file, int32_t frame, uint8_t *values, size_t count);

/// What a segmentation object shares over all its frames. `source_path` is a file of the series that it belongs to: patient,
/// study and frame of reference are taken from there.
typedef struct {
    const char *source_path, *source_series_uid, *sop_instance_uid, *series_uid, *dimension_uid;
    const char *series_description, *software_versions, *date, *time;
    const char *pixel_spacing, *slice_thickness, *slice_spacing;
    const char *orientation[6];
    int32_t rows, columns;
} cdicom_segmentation;

/// One segment: its label, and what it is in SNOMED CT.
typedef struct {
    const char *label, *algorithm;
    const char *category_code, *category_meaning, *type_code, *type_meaning;
} cdicom_segment;

/// A segmentation object that is being put together.
typedef struct cdicom_segmentation_writer cdicom_segmentation_writer;

int32_t cdicom_segmentation_begin(const cdicom_segmentation *description, cdicom_segmentation_writer **writer);
void cdicom_segmentation_end(cdicom_segmentation_writer *writer);

/// Segments get the numbers 1, 2, … in the order of these calls.
int32_t cdicom_segmentation_add_segment(cdicom_segmentation_writer *writer, const cdicom_segment *segment);

/// Names an image of the source series that the labels were made from.
int32_t cdicom_segmentation_add_source(cdicom_segmentation_writer *writer, const char *class_uid, const char *instance_uid);

/// Adds a frame of 0 and 1. `plane` counts from 1; `class_uid` and `instance_uid` name the source image of that plane, NULL
/// where there is none; `source_frame` is its frame there, 0 where it has one only.
int32_t cdicom_segmentation_add_frame(
    cdicom_segmentation_writer *writer, int32_t segment, int32_t plane, const char *const position[3],
    const uint8_t *values, const char *class_uid, const char *instance_uid, int32_t source_frame);

int32_t cdicom_segmentation_save(cdicom_segmentation_writer *writer, const char *path);

/// A document (a triangle mesh in binary STL in CT coordinates, or a PDF) to be wrapped into a DICOM object of the study of
/// `source_path`.
typedef struct {
    const char *source_path, *source_series_uid, *sop_instance_uid, *series_uid;
    const char *title, *series_description, *software_versions, *date, *time;
    int32_t instance_number;
    const uint8_t *bytes;
    size_t size;
    const char *const *source_classes;
    const char *const *source_instances;
    int32_t sources;
} cdicom_document;

/// Writes an Encapsulated STL Storage file.
int32_t cdicom_write_mesh(const char *path, const cdicom_document *mesh);

/// Writes an Encapsulated PDF Storage file.
int32_t cdicom_write_pdf(const char *path, const cdicom_document *pdf);

/// Says in a file that its patient cannot be told from it: PatientIdentityRemoved, the method as text and as codes of DCM
/// (PS3.16 CID 7050), and that dates were moved. The file is read whole and written to `out`, another path.
int32_t cdicom_mark_deidentified(
    const char *path, const char *out, const char *method, const char *const *codes, const char *const *meanings,
    int32_t count);

#ifdef __cplusplus
}
#endif

#endif
