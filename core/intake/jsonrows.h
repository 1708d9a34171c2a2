/* Rows of JSON documents, read as a stream: an array of objects, of arrays or of values, the members of an object, one object, one value a line, the
 * features of a GeoJSON file. Knows no files and no types. */
#ifndef INTAKE_JSONROWS_H
#define INTAKE_JSONROWS_H
#include "intake/rows.h"

/* r: its format, property, item_type, item_keys, fields and fields_match, borrowed. in: text as of decode.h; copied, its context borrowed until
 * out->close. Members of objects go to the cells of the fields (item_keys, where given) of their names, "a.b" for a
 * member b of a, and the name of what is itself a member to the first field of the primary key, else to "key": first comes, unless header is false, a row of
 * these names; members that lack are ROWCELL_NONE. Arrays are rows as they stand. line: where the item begins; text: how it begins. */
void jsonrows_open(struct rows_reader *out, const struct resource *r, bool header, const struct rows_input *in);
#endif
