#include "internal.h"

namespace cdicom {

static void put(DcmItem &item, const DcmTagKey &tag, const char *text) {
    check(item.putAndInsertString(tag, text ? text : ""), CDICOM_INTERNAL);
}

static void mark(
    const char *path, const char *out, const char *method, const char *const *codes, const char *const *meanings,
    int32_t count) {
    DcmFileFormat format;
    check(format.loadFile(path), CDICOM_DAMAGED);
    check(format.loadAllDataIntoMemory(), CDICOM_DAMAGED);
    DcmDataset &data = *format.getDataset();
    // PS3.15 table E.1-1 has them removed (X), not emptied.
    for (const DcmTagKey &tag : {DCM_StudyDescription, DCM_SeriesDescription}) delete data.remove(tag);
    put(data, DCM_PatientIdentityRemoved, "YES");
    put(data, DCM_DeidentificationMethod, method);
    put(data, DCM_LongitudinalTemporalInformationModified, "MODIFIED");
    for (int32_t i = 0; i < count; ++i) {
        DcmItem *item = nullptr;
        check(data.findOrCreateSequenceItem(DCM_DeidentificationMethodCodeSequence, item, -2), CDICOM_INTERNAL);
        put(*item, DCM_CodeValue, codes[i]);
        put(*item, DCM_CodingSchemeDesignator, "DCM");
        put(*item, DCM_CodeMeaning, meanings[i]);
    }
    check(
        format.saveFile(out, EXS_LittleEndianExplicit, EET_ExplicitLength, EGL_recalcGL, EPD_withoutPadding),
        CDICOM_SYSTEM);
}

}  // namespace cdicom

int32_t cdicom_mark_deidentified(
    const char *path, const char *out, const char *method, const char *const *codes, const char *const *meanings,
    int32_t count) {
    return cdicom::guarded([&] { cdicom::mark(path, out, method, codes, meanings, count); });
}
