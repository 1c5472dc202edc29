// libpng's simplified interface alone: it catches its own long jumps, so none crosses into Swift.
#pragma once
#include <png.h>
#include <string.h>

// Writes width × height RGB bytes as PNG into `out` (`capacity` bytes; null to ask for the size).
// Returns the bytes written or needed, 0 where libpng refuses.
static inline size_t cpng_encode_rgb(
    const unsigned char *rgb, unsigned width, unsigned height, unsigned char *out, size_t capacity) {
    png_image image;
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    image.width = width;
    image.height = height;
    image.format = PNG_FORMAT_RGB;
    png_alloc_size_t bytes = capacity;
    int done = png_image_write_to_memory(&image, out, &bytes, 0, rgb, 0, NULL);
    png_image_free(&image);
    return done || out == NULL ? (size_t)bytes : 0;
}
