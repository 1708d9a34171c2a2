/* gnuplot sees numbers in data blocks and finished single-quoted text, nothing else; its axes are the page in points. */
#include "render/canvas.h"

#include "base/num.h"
#include "render/gnuplot.h"

#include <math.h>

enum { CANVAS_BYTES = 32 * 1024 * 1024 };
enum kind { FILL = 1, LINE, DOT };

/* What differs between gnuplot's terminals, measured on 5.4.4 at several sizes: the page that its plot area covers, the distance from the place
 * of a label to its baseline (share of the font size), line width 1 in points, dash length 1 in points (SVG: in line widths), and the radius of a
 * dot of size 1 and what its outline adds. */
static const struct terminal {
	const char *set, *file;
	double inset, baseline, line, dash, dot, outline;
} terminals[] = {
	/* 0.75: pango counts 96 points to the inch, PDF 72 */
	[CHART_PDF] = { "pdfcairo noenhanced color rounded fontscale 0.75 linewidth 1 dashlength 1 size ", "out.pdf", 0.5, 0.3755, 0.5, 0.275, 3, 0.125 },
	[CHART_SVG] = { "svg noenhanced rounded fixed linewidth 1 dashlength 1 size ", "out.svg", 0, 0.3257, 1, 0.5, 3, 0 },
};

void canvas_open(struct canvas *cv, enum chart_format format, const char *family, double width, double height, struct err *e)
{
	*cv = (struct canvas){ .format = format, .family = family, .width = width, .height = height, .e = e };
	cv->data = cv->plot = cv->label = BUF(CANVAS_BYTES);
}

static void put(struct buf *b, double v, int decimals)
{
	num_put_fixed(b, v, decimals);
}

static void put_color(struct buf *b, unsigned color)
{
	buf_printf(b, " lc rgb '#%06x'", color & 0xffffff);
}

/* Opens a data block for things of one look, unless the last one has it. */
static void look(struct canvas *cv, enum kind kind, unsigned color, double size, double dash)
{
	const struct terminal *t = &terminals[cv->format];
	bool same = cv->group && cv->kind == kind && cv->color == color && fabs(cv->size - size) < 1e-9 && fabs(cv->dash - dash) < 1e-9;

	if (same) {
		buf_str(&cv->data, kind == DOT ? "" : "\n");   /* an empty line ends a shape */
		return;
	}
	if (cv->group)
		buf_str(&cv->data, "EOD\n");
	cv->kind = kind;
	cv->color = color;
	cv->size = size;
	cv->dash = dash;
	cv->group++;
	buf_printf(&cv->data, "$g%d << EOD\n", cv->group);
	buf_printf(&cv->plot, "%s$g%d with ", cv->group == 1 ? "plot " : ", \\\n     ", cv->group);
	if (kind == FILL) {
		buf_printf(&cv->plot, "filledcurves closed fs solid 1 noborder fc rgb '#%06x'", color & 0xffffff);
	} else if (kind == DOT) {
		buf_str(&cv->plot, "points pt 7 lw 0.5 ps ");
		put(&cv->plot, (size - t->outline) / t->dot, 4);
		put_color(&cv->plot, color);
	} else {
		buf_str(&cv->plot, "lines lw ");
		put(&cv->plot, size / t->line, 3);
		put_color(&cv->plot, color);
		if (dash > 0) {
			double unit = t->dash * (cv->format == CHART_SVG ? size : 1);
			buf_str(&cv->plot, " dt (");
			put(&cv->plot, dash / unit, 2);
			buf_char(&cv->plot, ',');
			put(&cv->plot, (dash + size) / unit, 2);   /* round ends reach into the gap */
			buf_char(&cv->plot, ')');
		}
	}
}

static void put_xy(struct canvas *cv, const struct xy *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		put(&cv->data, p[i].x, 2);
		buf_char(&cv->data, ' ');
		put(&cv->data, p[i].y, 2);
		buf_char(&cv->data, '\n');
	}
}

void canvas_fill(struct canvas *cv, unsigned color, const struct xy *p, size_t n)
{
	look(cv, FILL, color, 0, 0);
	put_xy(cv, p, n);
	put_xy(cv, p, 1);
}

void canvas_rect(struct canvas *cv, unsigned color, double x0, double y0, double x1, double y1)
{
	canvas_fill(cv, color, (struct xy[]){ { x0, y0 }, { x1, y0 }, { x1, y1 }, { x0, y1 } }, 4);
}

void canvas_frame(struct canvas *cv, unsigned color, double width, double x0, double y0, double x1, double y1)
{
	canvas_line(cv, color, width, 0, (struct xy[]){ { x0, y0 }, { x1, y0 }, { x1, y1 }, { x0, y1 }, { x0, y0 } }, 5);
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

void canvas_text(struct canvas *cv, unsigned color, bool bold, double size, enum align align, double x, double y, const char *s)
{
	static const char *const where[] = { [ALIGN_LEFT] = "left", [ALIGN_RIGHT] = "right", [ALIGN_CENTER] = "center" };
	const struct terminal *t = &terminals[cv->format];
	struct buf *b = &cv->label;

	if (cv->failed || !*s)
		return;
	buf_str(b, "set label ");
	if (!gnuplot_quote(b, s, cv->e)) {
		cv->failed = true;
		return;
	}
	buf_str(b, " at ");
	/* gnuplot drops a label whose place lies outside its plot area, without a word */
	put(b, fmax(t->inset, fmin(x, cv->width - t->inset)), 2);
	buf_char(b, ',');
	put(b, fmax(t->inset, fmin(y - t->baseline * size, cv->height - t->inset)), 2);
	buf_printf(b, " %s front noenhanced font '%s%s,", where[align], cv->family, bold ? ":Bold" : "");
	put(b, size, 1);
	buf_printf(b, "' tc rgb '#%06x'\n", color & 0xffffff);
}

/* Terminal, page and file: everything of gnuplot that has a default with a say in the drawing is set or unset here. */
static void put_head(const struct canvas *cv, struct buf *out)
{
	const struct terminal *t = &terminals[cv->format];

	buf_str(out, "set encoding utf8\nset terminal ");
	buf_str(out, t->set);
	put(out, cv->format == CHART_PDF ? cv->width / 72 : cv->width, cv->format == CHART_PDF ? 10 : 0);
	buf_str(out, cv->format == CHART_PDF ? "in," : ",");
	put(out, cv->format == CHART_PDF ? cv->height / 72 : cv->height, cv->format == CHART_PDF ? 10 : 0);
	buf_printf(out, "%s font '%s,8'\nset output '%s'\n", cv->format == CHART_PDF ? "in" : "", cv->family, t->file);
	buf_str(out, "unset border\nunset tics\nunset key\nunset title\n"
		"set lmargin at screen 0\nset rmargin at screen 1\nset bmargin at screen 0\nset tmargin at screen 1\nset xrange [");
	put(out, t->inset, 2);
	buf_char(out, ':');
	put(out, cv->width - t->inset, 2);
	buf_str(out, "]\nset yrange [");
	put(out, cv->height - t->inset, 2);
	buf_char(out, ':');
	put(out, t->inset, 2);
	buf_str(out, "]\n");
}

bool canvas_close(struct canvas *cv, struct buf *out, struct err *e)
{
	put_head(cv, out);
	buf_add(out, cv->label.s, cv->label.n);
	buf_add(out, cv->data.s, cv->data.n);
	buf_str(out, cv->group ? "EOD\n" : "");
	buf_add(out, cv->plot.s, cv->plot.n);
	buf_str(out, "\nunset output\n");
	bool over = out->over || cv->label.over || cv->data.over || cv->plot.over;
	buf_free(&cv->label);
	buf_free(&cv->data);
	buf_free(&cv->plot);
	if (over && !cv->failed)
		return err_set(e, ERR_TOO_LARGE, "%s" ERR_SEP "%d", "script.gp", CANVAS_BYTES);
	return !cv->failed;
}
