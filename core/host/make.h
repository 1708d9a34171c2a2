/* Figures and reports from results, made by the Lua of host/make.lua, host/figure and host/paper: drawing what changed, scanning the authors'
 * text, the folder generated/, LaTeX until nothing changes any more. Knows nothing of projects: app says what there is. */
#ifndef HOST_MAKE_H
#define HOST_MAKE_H
#include "base/log.h"
#include "store/artefact.h"
#include "store/db.h"
#include "store/figure.h"
#include "store/schema.h"

/* An analysis; result: NULL when it has none to show. */
struct make_part { const char *id; const struct result *result; };
struct make {
	/* "draw": every stale figure; "paper": one report; "fresh": whether the last would do nothing, and the report uses none of the parts */
	const char *what;
	const char *root, *build;            /* absolute */
	const char *edition, *date;          /* of the title page, in words: "data as of", "" = not said; its date */
	const char *units;                   /* table with the words of counting units, or NULL */
	const char *dir, *name;              /* of the report: "reports/livre-blanc", "livre-blanc"; main file <dir>/<name>.tex */
	enum lang lang, talk;                /* of the report; of what is said about it */
	bool draws[2];                       /* in which languages figures are drawn */
	long long epoch;                     /* SOURCE_DATE_EPOCH */
	double wall_seconds;                 /* of LaTeX, in all */
	bool allow_unjailed;
	const struct make_part *part; size_t npart;
	const struct schema *schema;
	struct db *ledger;                   /* NULL: nothing is known of earlier builds, nothing is kept */
	struct log *log;
	const struct painter *painter; struct gnuplot *gnuplot;
	size_t made;                         /* out: figures drawn, reports typeset; 1 when fresh */
};
/* Publishes build/figures/<id>.<lang>.{pdf,svg,gp,csv}, <dir>/generated/, build/<name>.pdf. Errors of the text have the author's line. */
bool make_run(struct make *m, struct err *e);
#endif
