#include "internal.h"

#include <initializer_list>
#include <memory>

namespace cdicom {

namespace {

void put(DcmItem &item, const DcmTagKey &tag, const char *text) {
    check(item.putAndInsertString(tag, text ? text : ""), CDICOM_INTERNAL);
}

/// A code sequence of one item, after `owner` has none of it.
void put_code(DcmItem &owner, const DcmTagKey &sequence, const char *code, const char *scheme, const char *meaning) {
    DcmItem *item = nullptr;
    check(owner.findOrCreateSequenceItem(sequence, item, -2), CDICOM_INTERNAL);
    put(*item, DCM_CodeValue, code);
    put(*item, DCM_CodingSchemeDesignator, scheme);
    put(*item, DCM_CodeMeaning, meaning);
}

/// Patient, study and, for a mesh, frame of reference stay those of the image that the document was made from.
void put_patient(DcmDataset &data, const char *source_path, bool is_mesh) {
    DcmFileFormat source;
    check(
        source.loadFileUntilTag(source_path, EXS_Unknown, EGL_noChange, DCM_MaxReadLength, ERM_autoDetect, DCM_PixelData),
        CDICOM_DAMAGED);
    DcmDataset &from = *source.getDataset();
    const std::initializer_list<DcmTagKey> kept = {
        DCM_SpecificCharacterSet, DCM_PatientName, DCM_PatientID, DCM_PatientBirthDate, DCM_PatientSex,
        DCM_StudyInstanceUID, DCM_StudyDate, DCM_StudyTime, DCM_StudyID, DCM_AccessionNumber, DCM_StudyDescription,
        DCM_ReferringPhysicianName, DCM_FrameOfReferenceUID, DCM_PositionReferenceIndicator};
    for (const DcmTagKey &tag : kept) {
        const bool is_place = tag == DCM_FrameOfReferenceUID || tag == DCM_PositionReferenceIndicator;
        if (is_place && !is_mesh) continue;
        DcmElement *element = nullptr;
        if (from.findAndGetElement(tag, element).good() && element) {
            std::unique_ptr<DcmElement> copy(OFstatic_cast(DcmElement *, element->clone()));
            check(data.insert(copy.get(), OFTrue), CDICOM_INTERNAL);
            copy.release();
        } else if (tag != DCM_SpecificCharacterSet && tag != DCM_StudyDescription) {
            check(data.insertEmptyElement(tag), CDICOM_INTERNAL);
        }
    }
}

void put_identity(DcmDataset &data, const cdicom_document &m) {
    put(data, DCM_SOPInstanceUID, m.sop_instance_uid);
    put(data, DCM_SeriesInstanceUID, m.series_uid);
    put(data, DCM_SeriesDescription, m.series_description);
    put(data, DCM_Manufacturer, "Stylet");
    put(data, DCM_ManufacturerModelName, "stylet");
    put(data, DCM_DeviceSerialNumber, "none");
    put(data, DCM_SoftwareVersions, m.software_versions);
    put(data, DCM_InstanceNumber, std::to_string(m.instance_number).c_str());
    put(data, DCM_ContentDate, m.date);
    put(data, DCM_ContentTime, m.time);
    put(data, DCM_AcquisitionDateTime, "");
    put(data, DCM_DocumentTitle, m.title);
}

/// PS3.3 A.85.1.
void put_mesh(DcmDataset &data) {
    put(data, DCM_SOPClassUID, UID_EncapsulatedSTLStorage);
    put(data, DCM_SeriesNumber, "301");
    put(data, DCM_Modality, "M3D");
    put(data, DCM_ImageLaterality, "");
    put(data, DCM_BurnedInAnnotation, "NO");
    put(data, DCM_MIMETypeOfEncapsulatedDocument, "model/stl");
    put_code(data, DCM_ConceptNameCodeSequence, "85040-5", "LN", "3D modeling");
    put_code(data, DCM_MeasurementUnitsCodeSequence, "mm", "UCUM", "mm");
}

/// PS3.3 A.45.1. The pages name the patient, so annotation is burned in.
void put_pdf(DcmDataset &data) {
    put(data, DCM_SOPClassUID, UID_EncapsulatedPDFStorage);
    put(data, DCM_SeriesNumber, "302");
    put(data, DCM_Modality, "DOC");
    put(data, DCM_ConversionType, "WSD");
    put(data, DCM_BurnedInAnnotation, "YES");
    put(data, DCM_MIMETypeOfEncapsulatedDocument, "application/pdf");
    put_code(data, DCM_ConceptNameCodeSequence, "18748-4", "LN", "Diagnostic imaging study");
}

/// The images that the document was made from, one by one, and for a mesh by their series too.
void put_sources(DcmDataset &data, const cdicom_document &m, bool is_mesh) {
    DcmItem *series = nullptr;
    if (is_mesh) {
        check(data.findOrCreateSequenceItem(DCM_ReferencedSeriesSequence, series, -2), CDICOM_INTERNAL);
        put(*series, DCM_SeriesInstanceUID, m.source_series_uid);
    }
    for (int32_t i = 0; i < m.sources; ++i) {
        DcmItem *source = nullptr, *listed = nullptr;
        check(data.findOrCreateSequenceItem(DCM_SourceInstanceSequence, source, -2), CDICOM_INTERNAL);
        if (series) check(series->findOrCreateSequenceItem(DCM_ReferencedInstanceSequence, listed, -2), CDICOM_INTERNAL);
        for (DcmItem *item : {source, listed}) {
            if (!item) continue;
            put(*item, DCM_ReferencedSOPClassUID, m.source_classes[i]);
            put(*item, DCM_ReferencedSOPInstanceUID, m.source_instances[i]);
        }
    }
}

void write(const char *path, const cdicom_document &m, bool is_mesh) {
    DcmFileFormat format;
    DcmDataset &data = *format.getDataset();
    put_patient(data, m.source_path, is_mesh);
    put_identity(data, m);
    if (is_mesh) put_mesh(data);
    else put_pdf(data);
    put_sources(data, m, is_mesh);
    if (m.size > 0xFFFFFFF0u) throw Failure(CDICOM_UNSUPPORTED, "a document of more than 4 GB");
    // An odd number of bytes is padded, and the length says what is the document (PS3.3 C.24.2).
    std::vector<uint8_t> padded(m.bytes, m.bytes + m.size);
    if (padded.size() & 1) padded.push_back(0);
    check(
        data.putAndInsertUint8Array(DCM_EncapsulatedDocument, padded.data(), (unsigned long)(padded.size())),
        CDICOM_INTERNAL);
    check(data.putAndInsertUint32(DCM_EncapsulatedDocumentLength, Uint32(m.size)), CDICOM_INTERNAL);
    check(
        format.saveFile(path, EXS_LittleEndianExplicit, EET_ExplicitLength, EGL_recalcGL, EPD_withoutPadding),
        CDICOM_SYSTEM);
}

}  // namespace

}  // namespace cdicom

int32_t cdicom_write_mesh(const char *path, const cdicom_document *mesh) {
    return cdicom::guarded([&] { cdicom::write(path, *mesh, true); });
}

int32_t cdicom_write_pdf(const char *path, const cdicom_document *pdf) {
    return cdicom::guarded([&] { cdicom::write(path, *pdf, false); });
}
