/* Rows of one sheet of a workbook: Office Open XML (.xlsx, .xlsm) and OpenDocument (.ods), told apart by content.
 * The XML is streamed: memory does not grow with the rows. */
#ifndef INTAKE_SHEET_H
#define INTAKE_SHEET_H
#include "intake/rows.h"

/* Opens the sheet that r names (sheet_name, else sheet_number). file: path to open; shown: its name in messages, borrowed. Shared strings
 * past a few megabytes go to an unlinked file in tmp_dir, borrowed. All is released by out->close; a is used for what is small.
 *
 * Rows: line is the number of the row in the sheet; n is cut behind the last cell with a value, yet cell[] can be read up to ROWS_CELLS,
 * those past n are ROWCELL_NONE: widen n where a table has a width. Rows that the sheet leaves out come as blank ones (n = 0); blank rows
 * at the end do not come. text: the cells with " | " between them, cut. Cells of a merged area are empty but for the first.
 * Numbers have at most 15 digits, as the programs show them (whole ones all of theirs); moments are ISO 8601: "2023-12-31",
 * "2023-12-31T10:30:00", "10:30:00", "PT36H00M00S" for a day and more. Errors of formulas are their text ("#N/A"). */
bool sheet_open(struct rows_reader *out, const char *file, const char *shown, const struct resource *r, const char *tmp_dir, struct arena *a,
                struct err *e);
/* Names of the sheets that hold tables, hidden ones too, in their order. false: no workbook that can be read, *e without a file. */
bool sheet_names(const char *file, struct arena *a, struct texts *out, struct err *e);
#endif
