#include "internal.h"

namespace cdicom {

static void put(DcmDataset &data, const DcmTagKey &tag, const char *text) {
    check(data.putAndInsertString(tag, text ? text : ""), CDICOM_INTERNAL);
}

static void put(DcmDataset &data, const DcmTagKey &tag, int value) {
    check(data.putAndInsertUint16(tag, Uint16(value)), CDICOM_INTERNAL);
}

static void put_identity(DcmDataset &data, const cdicom_slice &s) {
    put(data, DCM_SpecificCharacterSet, "ISO_IR 192");
    put(data, DCM_ImageType, "DERIVED\\SECONDARY\\AXIAL");
    put(data, DCM_SOPClassUID, UID_CTImageStorage);
    put(data, DCM_SOPInstanceUID, s.sop_instance_uid);
    put(data, DCM_StudyDate, s.study_date);
    put(data, DCM_StudyTime, "");
    put(data, DCM_AccessionNumber, "");
    put(data, DCM_Modality, "CT");
    put(data, DCM_Manufacturer, s.manufacturer);
    put(data, DCM_ReferringPhysicianName, "");
    put(data, DCM_StudyDescription, s.study_description);
    put(data, DCM_SeriesDescription, s.series_description);
    put(data, DCM_PatientName, s.patient_name);
    put(data, DCM_PatientID, s.patient_id);
    put(data, DCM_PatientBirthDate, s.birth_date);
    put(data, DCM_PatientSex, s.sex);
    put(data, DCM_StudyInstanceUID, s.study_uid);
    put(data, DCM_SeriesInstanceUID, s.series_uid);
    put(data, DCM_StudyID, "1");
    put(data, DCM_SeriesNumber, "1");
    put(data, DCM_AcquisitionNumber, "1");
    put(data, DCM_InstanceNumber, std::to_string(s.instance_number).c_str());
}

static void put_geometry(DcmDataset &data, const cdicom_slice &s) {
    put(data, DCM_KVP, "");
    put(data, DCM_SliceThickness, s.slice_thickness);
    put(data, DCM_SoftwareVersions, s.software_versions);
    put(data, DCM_GantryDetectorTilt, s.gantry_tilt);
    put(data, DCM_PatientPosition, s.patient_position);
    put(data, DCM_ImagePositionPatient, s.position);
    put(data, DCM_ImageOrientationPatient, s.orientation);
    put(data, DCM_FrameOfReferenceUID, s.frame_of_reference_uid);
    put(data, DCM_PositionReferenceIndicator, "");
    put(data, DCM_SliceLocation, s.slice_location);
    put(data, DCM_PixelSpacing, s.pixel_spacing);
}

static void put_pixels(DcmDataset &data, const cdicom_slice &s) {
    put(data, DCM_SamplesPerPixel, 1);
    put(data, DCM_PhotometricInterpretation, "MONOCHROME2");
    put(data, DCM_Rows, s.rows);
    put(data, DCM_Columns, s.columns);
    put(data, DCM_BitsAllocated, 16);
    put(data, DCM_BitsStored, 16);
    put(data, DCM_HighBit, 15);
    put(data, DCM_PixelRepresentation, 1);
    put(data, DCM_WindowCenter, "40");
    put(data, DCM_WindowWidth, "400");
    put(data, DCM_RescaleIntercept, s.intercept);
    put(data, DCM_RescaleSlope, s.slope);
    put(data, DCM_RescaleType, "HU");
    const auto *words = reinterpret_cast<const Uint16 *>(s.values);
    const auto count = static_cast<unsigned long>(s.rows) * static_cast<unsigned long>(s.columns);
    check(data.putAndInsertUint16Array(DCM_PixelData, words, count), CDICOM_INTERNAL);
}

static void write(const char *path, const cdicom_slice &slice) {
    DcmFileFormat format;
    DcmDataset &data = *format.getDataset();
    put_identity(data, slice);
    put_geometry(data, slice);
    put_pixels(data, slice);
    check(
        format.saveFile(path, EXS_LittleEndianExplicit, EET_ExplicitLength, EGL_recalcGL, EPD_withoutPadding),
        CDICOM_SYSTEM);
}

}  // namespace cdicom

int32_t cdicom_write(const char *path, const cdicom_slice *slice) {
    return cdicom::guarded([&] { cdicom::write(path, *slice); });
}
