/* Has gnuplot draw a figure, and makes the files the same whenever and wherever they are drawn. */
#include "render/chart.h"

#include "base/arena.h"
#include "base/path.h"
#include "base/text.h"
#include "render/metrics.h"

#include <string.h>
#include <time.h>

enum { CHART_BYTES = 64 * 1024 * 1024 };

/* Cairo writes the moment of drawing as "/CreationDate (D:20260101120000Z)": the digits become those of epoch. */
static bool set_date(struct buf *pdf, long long epoch, struct err *e)
{
	static const char mark[] = "/CreationDate (D:";
	char *at = memmem(pdf->s, pdf->n, mark, sizeof mark - 1), text[16];
	time_t t = (time_t)epoch;
	struct tm tm;

	at += at ? sizeof mark - 1 : 0;
	if (!at || strspn(at, "0123456789") != 14 || at[14] != 'Z' || !gmtime_r(&t, &tm)
	    || strftime(text, sizeof text, "%Y%m%d%H%M%S", &tm) != 14)
		return err_set(e, ERR_PDF_DATE, "%s", "");
	memcpy(at, text, 14);
	return true;
}

static bool starts(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

/* gnuplot's SVG with true points as its size, a typeface for screens without ours (Helvetica and Arial have the same
 * widths), the weight of bold text, which gnuplot leaves in the name of the font, spaces as they are, and no title
 * "Gnuplot" under the mouse. An empty group shows nothing but what gnuplot drew before this figure: its pen. */
static bool mend_svg(const char *s, const char *family, struct buf *out)
{
	struct arena a = { 0 };
	const struct { const char *from, *to; } mend[] = {
		{ "<title>Gnuplot</title>\n", "" }, { "<text>", "<text xml:space=\"preserve\">" },
		{ arena_printf(&a, "=\"%s\"", family), arena_printf(&a, "=\"'%s', Helvetica, Arial, sans-serif\"", family) },
		{ arena_printf(&a, "=\"%s:Bold\"", family),
			arena_printf(&a, "=\"'%s', Helvetica, Arial, sans-serif\" font-weight=\"bold\"", family) },
	};
	const char *size = strstr(s, "\n width=\""), *view = strstr(s, "\n viewBox");
	bool words = false;

	for (;;) {
		size_t plain = strcspn(s, "<=>\""), i = 0;
		buf_add(out, s, plain);
		s += plain;
		if (!*s)
			break;
		const char *line = starts(s, "<g ") ? strchr(s, '\n') : NULL;
		words = starts(s, "<text>") || (words && !starts(s, "</text>"));
		while (i < 4 && !starts(s, mend[i].from))
			i++;
		if (line && starts(line, "\n</g>\n")) {
			s = line + strlen("\n</g>\n");
		} else if (i < 4 && (!words || i == 1)) {
			buf_str(out, mend[i].to);
			s += strlen(mend[i].from);
		} else {
			bool escape = words && *s == '>', point = *s == '"' && size < s && s < view && text_is_digit(s[-1]);
			buf_str(out, point ? "pt" : "");
			buf_add(out, escape ? "&gt;" : s, escape ? 4 : 1);   /* "]]>" may not stand in XML */
			s++;
		}
	}
	arena_free(&a);
	return !out->over;
}

bool chart_draw(struct gnuplot *g, figure_maker *make, const struct chart *c, enum lang lang, long long epoch, const char *base, struct err *e)
{
	enum { SCRIPT, PDF = 2, RAW_SVG, SVG, BUFS };   /* scripts and what they made by format, and the mended SVG */
	static const char *const made[] = { [CHART_PDF] = "out.pdf", [CHART_SVG] = "out.svg" };
	static const struct { const char *end; int from; } files[] = { { ".gp", SCRIPT }, { ".svg", SVG }, { ".pdf", PDF } };
	struct buf b[BUFS];
	const struct metrics *m = gnuplot_metrics(g, e);
	const struct typeface face = { m, METRICS_FAMILY, metrics_width, metrics_missing, metrics_wrap };
	struct arena a = { 0 };
	bool ok = m != NULL;

	for (size_t i = 0; i < BUFS; i++)
		b[i] = BUF(CHART_BYTES);
	for (enum chart_format f = CHART_PDF; ok && f <= CHART_SVG; f++)
		ok = make(c, lang, f, &face, &b[SCRIPT + f], e) && gnuplot_draw(g, &b[SCRIPT + f], made[f], e)
			&& gnuplot_take(g, made[f], &b[PDF + f], e);
	ok = ok && set_date(&b[PDF], epoch, e);
	if (ok && !mend_svg(buf_text(&b[RAW_SVG]), METRICS_FAMILY, &b[SVG]))
		ok = err_set(e, ERR_TOO_LARGE, "%s" ERR_SEP "%d", made[CHART_SVG], CHART_BYTES);
	for (size_t i = 0; ok && i < sizeof files / sizeof *files; i++)
		ok = path_write(arena_printf(&a, "%s%s", base, files[i].end), b[files[i].from].s, b[files[i].from].n, e);
	for (size_t i = 0; i < BUFS; i++)
		buf_free(&b[i]);
	arena_free(&a);
	return ok;
}
