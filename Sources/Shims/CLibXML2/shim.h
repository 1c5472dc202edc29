// libxml2's pull reader alone (Debian: libxml2-dev).
#pragma once
#include <libxml/xmlversion.h>

// Its headers would draw in ICU's, of another version than Foundation's own; only converters, which nobody here touches,
// look different without it.
#undef LIBXML_ICU_ENABLED

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xmlerror.h>
#include <libxml/xmlreader.h>
