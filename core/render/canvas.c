/* gnuplot sees numbers in data blocks and finished single-quoted text, nothing else; its axes are the page in points. */
#include "render/canvas.h"

#include "base/num.h"
#include "render/gnuplot.h"

#include <math.h>
#include <string.h>

#define BASELINE 0.36   /* of the text size: from the middle of figures and capitals down to the baseline */
enum { CANVAS_BYTES = 32 * 1024 * 1024 };
enum kind { FILL, LINE, DOT };

/* What differs between gnuplot's terminals, measured on 5.4.4 at several sizes: points in the unit of its page and decimals
 * to say it, the page that its plot area covers, the distance from the place of a label to its baseline (share of the font
 * size), line width 1 in points, dash length 1 in points (SVG: in line widths), and the radius of a dot of size 1 and what
 * its outline adds. */
static const struct terminal {
	const char *set, *file;
	double unit;
	int decimals;
	double inset, baseline, line, dash, dot, outline;
} terminals[] = {
	/* 0.75: pango counts 96 points to the inch, PDF 72 */
	[CHART_PDF] = { "pdfcairo noenhanced color rounded fontscale 0.75 linewidth 1 dashlength 1 size %in,%in", "out.pdf", 72, 10,
		0.5, 0.3755, 0.5, 0.275, 3, 0.125 },
	[CHART_SVG] = { "svg noenhanced rounded fixed linewidth 1 dashlength 1 size %,%", "out.svg", 1, 0,
		0, 0.3257, 1, 0.5, 3, 0 },
};

void canvas_open(struct canvas *cv, enum chart_format format, const struct theme *theme, double width, double height,
	struct err *e)
{
	*cv = (struct canvas){ .format = format, .theme = theme, .width = width, .height = height, .e = e };
	cv->data = cv->plot = cv->label = BUF(CANVAS_BYTES);
}

/* Appends form with the next number at each %. */
static void put(struct buf *b, const char *form, int decimals, const double *v)
{
	for (; *form; form++)
		if (*form == '%')
			num_put_fixed(b, *v++, decimals);
		else
			buf_char(b, *form);
}

/* Opens a data block for things of one look, unless the last one has it. */
static void look(struct canvas *cv, enum kind kind, unsigned color, double size, double dash)
{
	const struct terminal *t = &terminals[cv->format];
	const struct look now = { kind, color, size, dash };
	double unit = cv->format == CHART_SVG ? t->dash * size : t->dash;
	struct buf *b = &cv->plot;

	if (cv->group && memcmp(&cv->look, &now, sizeof now) == 0) {
		buf_str(&cv->data, kind == DOT ? "" : "\n");   /* an empty line ends a shape */
		return;
	}
	buf_printf(&cv->data, "%s$g%d << EOD\n", cv->group ? "EOD\n" : "", cv->group + 1);
	buf_printf(b, "%s$g%d with ", cv->group ? ", \\\n     " : "plot ", cv->group + 1);
	cv->group++;
	cv->look = now;
	if (kind == FILL)
		buf_str(b, "filledcurves closed fs solid 1 noborder fc");
	else if (kind == DOT)
		put(b, "points pt 7 lw 0.5 ps % lc", 4, &(double){ (size - t->outline) / t->dot });
	else
		put(b, "lines lw % lc", 3, &(double){ size / t->line });
	buf_printf(b, " rgb '#%06x'", color);
	if (dash > 0)
		put(b, " dt (%,%)", 2, (double[]){ dash / unit, (dash + size) / unit });   /* round ends reach into the gap */
}

static void put_xy(struct canvas *cv, const struct xy *p, size_t n)
{
	for (; n > 0; n--, p++)
		put(&cv->data, "% %\n", 2, (double[]){ p->x, p->y });
}

void canvas_fill(struct canvas *cv, unsigned color, const struct xy *p, size_t n)
{
	look(cv, FILL, color, 0, 0);
	put_xy(cv, p, n);
	put_xy(cv, p, 1);
}

void canvas_rect(struct canvas *cv, unsigned color, struct box b)
{
	canvas_fill(cv, color, (struct xy[]){ { b.x0, b.y0 }, { b.x1, b.y0 }, { b.x1, b.y1 }, { b.x0, b.y1 } }, 4);
}

void canvas_frame(struct canvas *cv, unsigned color, double width, struct box b)
{
	const struct xy p[] = { { b.x0, b.y0 }, { b.x1, b.y0 }, { b.x1, b.y1 }, { b.x0, b.y1 }, { b.x0, b.y0 } };
	canvas_line(cv, color, width, 0, p, 5);
}

void canvas_line(struct canvas *cv, unsigned color, double width, double dash, const struct xy *p, size_t n)
{
	look(cv, LINE, color, width, dash);
	put_xy(cv, p, n);
}

void canvas_dot(struct canvas *cv, unsigned color, double radius, double x, double y)
{
	look(cv, DOT, color, radius, 0);
	put_xy(cv, &(struct xy){ x, y }, 1);
}

void canvas_text(struct canvas *cv, unsigned color, bool bold, enum align align, double x, double y, const char *s)
{
	static const char *const where[] = { [ALIGN_LEFT] = "left", [ALIGN_RIGHT] = "right", [ALIGN_CENTER] = "center" };
	const struct terminal *t = &terminals[cv->format];
	double size = cv->theme->text;
	struct buf *b = &cv->label;

	if (cv->failed || !*s)
		return;
	buf_str(b, "set label ");
	cv->failed = !gnuplot_quote(b, s, cv->e);
	/* gnuplot drops a label whose place lies outside its plot area, without a word */
	x = fmax(t->inset, fmin(x, cv->width - t->inset));
	y = fmax(t->inset, fmin(y + (BASELINE - t->baseline) * size, cv->height - t->inset));
	put(b, " at %,%", 2, (double[]){ x, y });
	buf_printf(b, " %s front noenhanced font '%s%s,", where[align], cv->theme->family, bold ? ":Bold" : "");
	put(b, "%", 1, &size);
	buf_printf(b, "' tc rgb '#%06x'\n", color);
}

bool canvas_close(struct canvas *cv, struct buf *out)
{
	const struct terminal *t = &terminals[cv->format];
	double right = cv->width - t->inset, low = cv->height - t->inset;
	struct buf *part[] = { &cv->label, &cv->data, &cv->plot };

	/* Everything of gnuplot that has a default with a say in the drawing is set or unset here. */
	buf_str(out, "set encoding utf8\nset terminal ");
	put(out, t->set, t->decimals, (double[]){ cv->width / t->unit, cv->height / t->unit });
	buf_printf(out, " font '%s,8'\nset output '%s'\nunset border\nunset tics\nunset key\nunset title\n"
		"set lmargin at screen 0\nset rmargin at screen 1\nset bmargin at screen 0\nset tmargin at screen 1\n",
		cv->theme->family, t->file);
	put(out, "set xrange [%:%]\nset yrange [%:%]\n", 2, (double[]){ t->inset, right, low, t->inset });
	buf_str(&cv->data, cv->group ? "EOD\n" : "");
	for (size_t i = 0; i < 3; i++) {
		buf_add(out, buf_text(part[i]), part[i]->n);
		out->over |= part[i]->over;
		buf_free(part[i]);
	}
	buf_str(out, "\nunset output\n");
	if (out->over && !cv->failed)
		return err_set(cv->e, ERR_TOO_LARGE, "%s" ERR_SEP "%d", "script.gp", CANVAS_BYTES);
	return !cv->failed;
}
