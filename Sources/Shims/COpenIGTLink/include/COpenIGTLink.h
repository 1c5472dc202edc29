// Packing and unpacking of OpenIGTLink messages by the library's own C functions, which allocate nothing.
//
// Every function takes the count of the bytes that it may touch and answers 0, or 1 where they are too few or too many;
// it then has touched nothing. Sockets, limits and what a message may mean are the Swift side's.
#ifndef STYLET_COPENIGTLINK_H
#define STYLET_COPENIGTLINK_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// CRC-64 of ECMA-182, as the header carries it.
uint64_t stylet_igtl_checksum(const uint8_t *bytes, size_t count);

typedef struct {
    uint16_t version;
    uint64_t timestamp;
    uint64_t body_size;
    uint64_t checksum;
} stylet_igtl_header;

// 58 bytes; names end at their first zero, or at 12 and 20 bytes.
int stylet_igtl_unpack_header(
    const uint8_t *bytes, size_t count, stylet_igtl_header *header, char type[12], char device[20]);
int stylet_igtl_pack_header(
    const stylet_igtl_header *header, const char type[12], const char device[20], uint8_t *bytes, size_t count);

// 48 bytes: three columns of the rotation, then the translation.
int stylet_igtl_unpack_transform(const uint8_t *bytes, size_t count, float numbers[12]);
int stylet_igtl_pack_transform(const float numbers[12], uint8_t *bytes, size_t count);

// 12 bytes without a rotation, 24 with its first three numbers, 28 with all (x, y, z, w).
int stylet_igtl_unpack_position(const uint8_t *bytes, size_t count, float position[3], float quaternion[4]);

// One element of 70 bytes.
int stylet_igtl_unpack_tracking(const uint8_t *bytes, size_t count, char name[20], float numbers[12]);

// The 72 bytes before the voxels, which are little-endian; RAS, the whole volume.
int stylet_igtl_pack_image(
    int scalar_type, const uint16_t size[3], const float matrix[12], uint8_t *bytes, size_t count);

// One element of 150 bytes: entry and target, a colour, a radius.
int stylet_igtl_pack_trajectory(
    const char name[64], const char group[32], const uint8_t colour[4], const float entry[3], const float target[3],
    float radius, uint8_t *bytes, size_t count);

// Triangles without attributes: 40 bytes, 12 a point, 16 a triangle. The numbers are changed while they are packed.
int stylet_igtl_pack_triangles(
    float *points, uint32_t point_count, uint32_t *triangles, uint32_t triangle_count, uint8_t *bytes, size_t count);

#ifdef __cplusplus
}
#endif
#endif
