#include "COpenIGTLink.h"

#include <string.h>

#include <openigtlink/igtl_header.h>
#include <openigtlink/igtl_image.h>
#include <openigtlink/igtl_polydata.h>
#include <openigtlink/igtl_position.h>
#include <openigtlink/igtl_tdata.h>
#include <openigtlink/igtl_trajectory.h>
#include <openigtlink/igtl_transform.h>
#include <openigtlink/igtl_util.h>

_Static_assert(sizeof(igtl_header) == IGTL_HEADER_SIZE, "the header is packed");
_Static_assert(sizeof(igtl_image_header) == IGTL_IMAGE_HEADER_SIZE, "the image's header is packed");
_Static_assert(sizeof(igtl_tdata_element) == IGTL_TDATA_ELEMENT_SIZE, "an element is packed");
_Static_assert(sizeof(igtl_trajectory_element) == IGTL_TRAJECTORY_ELEMENT_SIZE, "an element is packed");
_Static_assert(sizeof(igtl_polydata_header) == 40, "the mesh's header is packed");

uint64_t stylet_igtl_checksum(const uint8_t *bytes, size_t count) {
    // the library takes the bytes as changeable and does not change them
    return crc64((unsigned char *)bytes, count, 0);
}

int stylet_igtl_unpack_header(
    const uint8_t *bytes, size_t count, stylet_igtl_header *header, char type[12], char device[20]) {
    igtl_header packed;
    if (count != sizeof packed) return 1;
    memcpy(&packed, bytes, sizeof packed);
    igtl_header_convert_byte_order(&packed);
    header->version = packed.version;
    header->timestamp = packed.timestamp;
    header->body_size = packed.body_size;
    header->checksum = packed.crc;
    memcpy(type, packed.name, sizeof packed.name);
    memcpy(device, packed.device_name, sizeof packed.device_name);
    return 0;
}

int stylet_igtl_pack_header(
    const stylet_igtl_header *header, const char type[12], const char device[20], uint8_t *bytes, size_t count) {
    igtl_header packed;
    if (count != sizeof packed) return 1;
    packed.version = header->version;
    packed.timestamp = header->timestamp;
    packed.body_size = header->body_size;
    packed.crc = header->checksum;
    memcpy(packed.name, type, sizeof packed.name);
    memcpy(packed.device_name, device, sizeof packed.device_name);
    igtl_header_convert_byte_order(&packed);
    memcpy(bytes, &packed, sizeof packed);
    return 0;
}

int stylet_igtl_unpack_transform(const uint8_t *bytes, size_t count, float numbers[12]) {
    if (count != IGTL_TRANSFORM_SIZE) return 1;
    memcpy(numbers, bytes, IGTL_TRANSFORM_SIZE);
    igtl_transform_convert_byte_order(numbers);
    return 0;
}

int stylet_igtl_pack_transform(const float numbers[12], uint8_t *bytes, size_t count) {
    float copy[12];
    if (count != sizeof copy) return 1;
    memcpy(copy, numbers, sizeof copy);
    igtl_transform_convert_byte_order(copy);
    memcpy(bytes, copy, sizeof copy);
    return 0;
}

int stylet_igtl_unpack_position(const uint8_t *bytes, size_t count, float position[3], float quaternion[4]) {
    igtl_position packed = {{0, 0, 0}, {0, 0, 0, 1}};
    if (count != 12 && count != 24 && count != 28) return 1;
    memcpy(&packed, bytes, count);
    if (count == 12)
        igtl_position_convert_byte_order_position_only(&packed);
    else if (count == 24)
        igtl_position_convert_byte_order_quaternion3(&packed);
    else
        igtl_position_convert_byte_order(&packed);
    memcpy(position, packed.position, sizeof packed.position);
    memcpy(quaternion, packed.quaternion, sizeof packed.quaternion);
    return 0;
}

int stylet_igtl_unpack_tracking(const uint8_t *bytes, size_t count, char name[20], float numbers[12]) {
    igtl_tdata_element packed;
    if (count != sizeof packed) return 1;
    memcpy(&packed, bytes, sizeof packed);
    igtl_tdata_convert_byte_order(&packed, 1);
    memcpy(name, packed.name, sizeof packed.name);
    memcpy(numbers, packed.transform, sizeof packed.transform);
    return 0;
}

int stylet_igtl_pack_image(
    int scalar_type, const uint16_t size[3], const float matrix[12], uint8_t *bytes, size_t count) {
    igtl_image_header packed;
    if (count != sizeof packed) return 1;
    memset(&packed, 0, sizeof packed);
    packed.version = IGTL_IMAGE_HEADER_VERSION;
    packed.num_components = 1;
    packed.scalar_type = (igtl_uint8)scalar_type;
    packed.endian = IGTL_IMAGE_ENDIAN_LITTLE;
    packed.coord = IGTL_IMAGE_COORD_RAS;
    memcpy(packed.size, size, sizeof packed.size);
    memcpy(packed.subvol_size, size, sizeof packed.subvol_size);
    memcpy(packed.matrix, matrix, sizeof packed.matrix);
    igtl_image_convert_byte_order(&packed);
    memcpy(bytes, &packed, sizeof packed);
    return 0;
}

int stylet_igtl_pack_trajectory(
    const char name[64], const char group[32], const uint8_t colour[4], const float entry[3], const float target[3],
    float radius, uint8_t *bytes, size_t count) {
    igtl_trajectory_element packed;
    if (count != sizeof packed) return 1;
    memset(&packed, 0, sizeof packed);
    memcpy(packed.name, name, sizeof packed.name);
    memcpy(packed.group_name, group, sizeof packed.group_name);
    packed.type = IGTL_TRAJECTORY_TYPE_ENTRY_TARGET;
    memcpy(packed.rgba, colour, sizeof packed.rgba);
    memcpy(packed.entry_pos, entry, sizeof packed.entry_pos);
    memcpy(packed.target_pos, target, sizeof packed.target_pos);
    packed.radius = radius;
    igtl_trajectory_convert_byte_order(&packed, 1);
    memcpy(bytes, &packed, sizeof packed);
    return 0;
}

int stylet_igtl_pack_triangles(
    float *points, uint32_t point_count, uint32_t *triangles, uint32_t triangle_count, uint8_t *bytes, size_t count) {
    igtl_polydata_info info;
    if (count != 40 + 12 * (size_t)point_count + 16 * (size_t)triangle_count) return 1;
    if (triangle_count > UINT32_MAX / 16) return 1;
    igtl_polydata_init_info(&info);
    info.header.npoints = point_count;
    info.header.npolygons = triangle_count;
    info.header.size_polygons = 16 * triangle_count;
    info.points = points;
    info.polygons = triangles;
    if (igtl_polydata_get_size(&info, IGTL_TYPE_PREFIX_NONE) != count) return 1;
    return igtl_polydata_pack(&info, bytes, IGTL_TYPE_PREFIX_NONE) == 1 ? 0 : 1;
}
