// cairo's drawing and PDF calls: plain C that reports its errors as a status and throws nothing.
#pragma once
#include <cairo.h>
#include <cairo-pdf.h>
