/* The finished report: which ids an author's text uses, the generated folder,
 * pdflatex until its auxiliary files are stable. */
#ifndef RENDER_PAPER_H
#define RENDER_PAPER_H
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "store/artefact.h"
#include <stdbool.h>
#include <stddef.h>

enum use_kind { USE_VALUE, USE_FIGURE, USE_TABLE, USE_SOURCE, USE_ANNEX };   /* USE_SOURCE: any result */
/* file is relative to the project, macro stands without its backslash, excerpt is the whole line */
struct use { enum use_kind kind; const char *id, *macro, *file, *excerpt; long line, column; };
struct uses { struct use *item; size_t n; };

/* Finds every macro of ours that names a result or an annex (see paper_scan.c) in the .tex files of a report folder, in the
 * order of the files' names; generated/, comments and verbatim are left out. A malformed id is an error at its place.
 * root: project folder; dir: relative to it. */
bool paper_scan(struct uses *out, struct arena *a, const char *root, const char *dir, struct err *e);

/* An artefact with its full id ("workforce.municipal_police"); one of value, table, figure.
 * unit: words for the counting unit of a value, or NULL. figure_file: the PDF in the language of the report. */
struct paper_item {
	const char *id; const struct value *value; const struct table *table; const struct figure *figure;
	const char *figure_file; const struct text2 *unit;
};
const struct sources *paper_sources(const struct paper_item *it);
/* generated/annex-<name>.tex: a table, long over pages. row_id (may be NULL): for its rows the id of the value that the row is about,
 * or NULL; the numbers of the text link there. */
struct annex { const char *name; const struct table *table; const char **row_id; };
struct paper {
	const char *root, *dir, *name;       /* "reports/livre-blanc", "livre-blanc": main file <dir>/<name>.tex */
	enum lang lang, talk;                /* of the report; of its warnings */
	struct uses uses;                    /* what paper_scan found; the caller has compared them with the items */
	struct paper_item *item; size_t nitem;   /* sorted by id */
	struct annex *annex; size_t nannex;
	const char *edition, *date;          /* "data as of 8 February 2018", date of the title page, in words */
	long long epoch;                     /* SOURCE_DATE_EPOCH */
	const char *work_dir;                /* new private folder for this run */
	const char *out;                     /* path of the PDF to publish */
	double wall_seconds;
	bool allow_unjailed;
	/* Tells what TeX's log says, as texlog_read of host, which this layer does not know, does. */
	bool (*read_log)(const char *root, const char *dir, const char *name, enum lang talk, const char *log, struct buf *warnings, struct err *e);
};
/* Writes <dir>/generated/ (values.tex, figures and tables that the text uses, annexes, continuum.sty); files that did not
 * change are not touched; files no longer needed are removed. An unknown annex, or \valunit and \valdate of what has none,
 * are errors at their place in the text. */
bool paper_generate(const struct paper *p, struct err *e);
/* Digest of all that pdflatex will read from the report folder, and of the date and the program version. */
bool paper_key(const struct paper *p, char key[HASH_HEX], struct err *e);
/* Adds the place in the text to an error. Always false. */
bool paper_at(struct err *e, const struct use *u);
/* Runs pdflatex in the jail until .aux, .toc, .out … are stable (at most 5 times), publishes the PDF. TeX's errors come back
 * with the author's file and line; warnings (may be NULL) receives undefined references, overfull boxes and missing
 * characters, a line each. */
bool paper_typeset(const struct paper *p, struct buf *warnings, struct err *e);
#endif
