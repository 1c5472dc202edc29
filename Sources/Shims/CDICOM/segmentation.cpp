#include "internal.h"

#include <memory>

#include <dcmtk/dcmfg/fgderimg.h>
#include <dcmtk/dcmfg/fgfracon.h>
#include <dcmtk/dcmfg/fgpixmsr.h>
#include <dcmtk/dcmfg/fgplanor.h>
#include <dcmtk/dcmfg/fgplanpo.h>
#include <dcmtk/dcmseg/segdoc.h>
#include <dcmtk/dcmseg/segment.h>

struct cdicom_segmentation_writer {
    std::unique_ptr<DcmSegmentation> document;
    IODSeriesAndInstanceReferenceMacro::ReferencedSeriesItem *sources = nullptr;  // owned by the document
    std::string description, date, time;
    size_t pixels = 0, frames = 0;
    /// All frames' bits without a gap, the first pixel in the lowest bit (PS3.5 8.1.1).
    std::vector<Uint8> bits;
};

namespace cdicom {

static void put_identity(DcmSegmentation &document, const cdicom_segmentation &d) {
    check(document.importFromSourceImage(OFString(d.source_path)), CDICOM_DAMAGED);
    check(document.getSOPCommon().setSOPInstanceUID(d.sop_instance_uid), CDICOM_INTERNAL);
    check(document.getSeries().setSeriesInstanceUID(d.series_uid), CDICOM_INTERNAL);
    check(document.getSeries().setSeriesNumber("300"), CDICOM_INTERNAL);
    check(document.getSeries().setSeriesDescription(d.series_description, OFFalse), CDICOM_INTERNAL);
}

static void put_geometry(DcmSegmentation &document, const cdicom_segmentation &d) {
    FGPixelMeasures measures;
    check(measures.setPixelSpacing(d.pixel_spacing), CDICOM_INTERNAL);
    check(measures.setSliceThickness(d.slice_thickness), CDICOM_INTERNAL);
    check(measures.setSpacingBetweenSlices(d.slice_spacing), CDICOM_INTERNAL);
    check(document.addForAllFrames(measures), CDICOM_INTERNAL);
    const auto &o = d.orientation;
    std::unique_ptr<FGPlaneOrientationPatient> orientation(
        FGPlaneOrientationPatient::createMinimal(o[0], o[1], o[2], o[3], o[4], o[5]));
    if (!orientation) throw Failure(CDICOM_INTERNAL, "orientation");
    check(document.addForAllFrames(*orientation), CDICOM_INTERNAL);
    IODMultiframeDimensionModule &dimensions = document.getDimensions();
    check(
        dimensions.addDimensionIndex(
            DCM_ReferencedSegmentNumber, d.dimension_uid, DCM_SegmentIdentificationSequence, "Segment"),
        CDICOM_INTERNAL);
    check(
        dimensions.addDimensionIndex(
            DCM_ImagePositionPatient, d.dimension_uid, DCM_PlanePositionSequence, "Position"),
        CDICOM_INTERNAL);
}

static std::unique_ptr<cdicom_segmentation_writer> begin(const cdicom_segmentation &d) {
    auto writer = std::make_unique<cdicom_segmentation_writer>();
    const IODGeneralEquipmentModule::EquipmentInfo equipment("Stylet", "stylet", "none", d.software_versions);
    const ContentIdentificationMacro content("1", "LABELS", "Labels of bones and other structures", "Stylet^");
    DcmSegmentation *document = nullptr;
    const OFCondition made = DcmSegmentation::createBinarySegmentation(
        document, Uint16(d.rows), Uint16(d.columns), equipment, content);
    writer->document.reset(document);
    check(made, CDICOM_INTERNAL);
    put_identity(*document, d);
    put_geometry(*document, d);
    auto sources = std::make_unique<IODSeriesAndInstanceReferenceMacro::ReferencedSeriesItem>();
    check(sources->setSeriesInstanceUID(d.source_series_uid), CDICOM_INTERNAL);
    writer->sources = sources.get();
    document->getCommonInstanceReference().getReferencedSeriesItems().push_back(sources.release());
    writer->description = d.series_description;
    writer->date = d.date;
    writer->time = d.time;
    writer->pixels = size_t(d.rows) * size_t(d.columns);
    return writer;
}

static void add_segment(cdicom_segmentation_writer &writer, const cdicom_segment &s) {
    const CodeSequenceMacro category(s.category_code, "SCT", s.category_meaning);
    const CodeSequenceMacro type(s.type_code, "SCT", s.type_meaning);
    DcmSegment *segment = nullptr;
    check(
        DcmSegment::create(segment, s.label, category, type, DcmSegTypes::SAT_AUTOMATIC, s.algorithm), CDICOM_INTERNAL);
    std::unique_ptr<DcmSegment> owned(segment);
    Uint16 number = 0;
    check(writer.document->addSegment(segment, number), CDICOM_INTERNAL);
    owned.release();
}

static void add_source(cdicom_segmentation_writer &writer, const char *class_uid, const char *instance_uid) {
    auto reference = std::make_unique<SOPInstanceReferenceMacro>();
    check(reference->setReferencedSOPClassUID(class_uid), CDICOM_DAMAGED);
    check(reference->setReferencedSOPInstanceUID(instance_uid), CDICOM_DAMAGED);
    writer.sources->getReferencedInstanceItems().push_back(reference.release());
}

static void put_source(FGDerivationImage &derivation, const char *class_uid, const char *instance_uid, int32_t frame) {
    DerivationImageItem *item = nullptr;
    const CodeSequenceMacro segmentation("113076", "DCM", "Segmentation");
    check(derivation.addDerivationImageItem(segmentation, "", item), CDICOM_INTERNAL);
    auto source = std::make_unique<SourceImageItem>();
    ImageSOPInstanceReferenceMacro &reference = source->getImageSOPInstanceReference();
    check(reference.setReferencedSOPClassUID(class_uid), CDICOM_DAMAGED);
    check(reference.setReferencedSOPInstanceUID(instance_uid), CDICOM_DAMAGED);
    if (frame > 0) check(reference.addReferencedFrameNumber(Uint16(frame)), CDICOM_INTERNAL);
    check(
        source->getPurposeOfReferenceCode().set("121322", "DCM", "Source image for image processing operation"),
        CDICOM_INTERNAL);
    item->getSourceImageItems().push_back(source.release());
}

static void add_frame(
    cdicom_segmentation_writer &writer, int32_t segment, int32_t plane, const char *const position[3],
    const uint8_t *values, const char *class_uid, const char *instance_uid, int32_t source_frame) {
    FGFrameContent content;
    check(content.setDimensionIndexValues(Uint32(segment), 0), CDICOM_INTERNAL);
    check(content.setDimensionIndexValues(Uint32(plane), 1), CDICOM_INTERNAL);
    FGPlanePosPatient place;
    check(place.setImagePositionPatient(position[0], position[1], position[2]), CDICOM_INTERNAL);
    FGDerivationImage derivation;
    OFVector<FGBase *> groups;
    groups.push_back(&content);
    groups.push_back(&place);
    if (class_uid && instance_uid) {
        put_source(derivation, class_uid, instance_uid, source_frame);
        groups.push_back(&derivation);
    }
    // dcmseg 3.6.7 joins frames wrongly where their bits do not fill whole bytes, so it gets empty ones, and the bits are
    // put in by `save`.
    std::vector<Uint8> empty(writer.pixels, 0);
    check(writer.document->addFrame(empty.data(), Uint16(segment), groups), CDICOM_INTERNAL);
    const size_t first = writer.frames * writer.pixels;
    writer.bits.resize((first + writer.pixels + 7) / 8, 0);
    for (size_t i = 0; i < writer.pixels; ++i)
        if (values[i]) writer.bits[(first + i) >> 3] |= Uint8(1u << ((first + i) & 7));
    ++writer.frames;
}

static void save(cdicom_segmentation_writer &writer, const char *path) {
    DcmFileFormat format;
    DcmDataset &data = *format.getDataset();
    check(writer.document->writeDataset(data), CDICOM_INTERNAL);
    if (writer.bits.size() & 1) writer.bits.push_back(0);
    check(
        data.putAndInsertUint8Array(DCM_PixelData, writer.bits.data(), (unsigned long)(writer.bits.size())),
        CDICOM_INTERNAL);
    // The same labels give the same bytes, whatever the clock says.
    for (const DcmTagKey &tag : {DCM_ContentDate, DCM_SeriesDate, DCM_InstanceCreationDate})
        if (tag == DCM_ContentDate || data.tagExists(tag))
            check(data.putAndInsertString(tag, writer.date.c_str()), CDICOM_INTERNAL);
    for (const DcmTagKey &tag : {DCM_ContentTime, DCM_SeriesTime, DCM_InstanceCreationTime})
        if (tag == DCM_ContentTime || data.tagExists(tag))
            check(data.putAndInsertString(tag, writer.time.c_str()), CDICOM_INTERNAL);
    check(
        format.saveFile(path, EXS_LittleEndianExplicit, EET_ExplicitLength, EGL_recalcGL, EPD_withoutPadding),
        CDICOM_SYSTEM);
}

}  // namespace cdicom

int32_t cdicom_segmentation_begin(const cdicom_segmentation *description, cdicom_segmentation_writer **writer) {
    *writer = nullptr;
    return cdicom::guarded([&] { *writer = cdicom::begin(*description).release(); });
}

void cdicom_segmentation_end(cdicom_segmentation_writer *writer) { delete writer; }

int32_t cdicom_segmentation_add_segment(cdicom_segmentation_writer *writer, const cdicom_segment *segment) {
    return cdicom::guarded([&] { cdicom::add_segment(*writer, *segment); });
}

int32_t cdicom_segmentation_add_source(
    cdicom_segmentation_writer *writer, const char *class_uid, const char *instance_uid) {
    return cdicom::guarded([&] { cdicom::add_source(*writer, class_uid, instance_uid); });
}

int32_t cdicom_segmentation_add_frame(
    cdicom_segmentation_writer *writer, int32_t segment, int32_t plane, const char *const position[3],
    const uint8_t *values, const char *class_uid, const char *instance_uid, int32_t source_frame) {
    return cdicom::guarded(
        [&] { cdicom::add_frame(*writer, segment, plane, position, values, class_uid, instance_uid, source_frame); });
}

int32_t cdicom_segmentation_save(cdicom_segmentation_writer *writer, const char *path) {
    return cdicom::guarded([&] { cdicom::save(*writer, path); });
}
