/* The persistent gnuplot: sentinel, restart after an error, its last words and the line of the script, no escape by text. */
#include "render/gnuplot.h"

#include "base/arena.h"
#include "base/path.h"
#include "base/proc.h"
#include "tap.h"

#include <stdlib.h>
#include <unistd.h>

static struct arena arena;
static const char *dir;

static struct buf script_of(const char *middle)
{
	struct buf b = BUF(10000);

	buf_str(&b, "set terminal svg\nset output 'out.svg'\n");
	buf_str(&b, middle);
	buf_str(&b, "\nunset output\n");
	return b;
}

static bool draw(struct gnuplot *g, const char *middle, struct err *e)
{
	struct buf b = script_of(middle);
	bool ok = gnuplot_draw(g, &b, "out.svg", e);

	buf_free(&b);
	return ok;
}

static void test_draw(struct gnuplot *g)
{
	struct err e = { 0 };
	struct buf b = BUF(1 << 20);

	CHECK(draw(g, "plot x", &e), "a figure is drawn");
	CHECK(gnuplot_take(g, "out.svg", &b, &e) && strstr(buf_text(&b), "</svg>"), "and taken whole");
	buf_clear(&b);
	CHECK(draw(g, "ABC = 1\nset title 'T1'\nplot x", &e), "a second one from the same process");
	CHECK(draw(g, "set label (exists('ABC') ? 'leaked' : 'clean') at screen 0.5,0.5\nplot x", &e)
		&& gnuplot_take(g, "out.svg", &b, &e) && strstr(buf_text(&b), "clean") && !strstr(buf_text(&b), "T1"), "nothing stays from one to the next");
	buf_clear(&b);
	CHECK(!draw(g, "plot nosuch(x)", &e) && e.id == ERR_GNUPLOT_SAID, "a wrong script is an error");
	CHECK(strstr(e.why, "undefined function") != NULL, "with gnuplot's own words");
	CHECK(e.line == 3 && strcmp(e.excerpt, "plot nosuch(x)") == 0 && strcmp(e.file, "script.gp") == 0, "and the line of the script");
	CHECK(draw(g, "plot x", &e), "the next figure is drawn by a new process");
	CHECK(!draw(g, "plot x\nset style nonsense", &e) && e.id == ERR_GNUPLOT_SAID, "an error after the picture is one too");
	CHECK(!draw(g, "plot x\nunset output\nexit gnuplot", &e) && e.id == ERR_GNUPLOT_ENDED, "gnuplot that ends is an error");
	CHECK(draw(g, "plot x", &e), "and the next one starts again");
	struct buf nothing = BUF(100);
	buf_str(&nothing, "a = 1\n");
	CHECK(gnuplot_draw(g, &nothing, "out.svg", &e) && !gnuplot_take(g, "out.svg", &b, &e) && e.id == ERR_GNUPLOT_FILE,
		"no file is an error, not the file of before");
	buf_free(&nothing);
	buf_free(&b);
}

static void test_jail(struct gnuplot *g)
{
	struct err e = { 0 };
	struct buf b = BUF(1 << 20);
	char *outside = path_mkdtemp(&arena, "/tmp", &e), *mark = path_join(&arena, outside, "mark");

	draw(g, arena_printf(&arena, "system('touch %s')\nplot x", mark), &e);
	CHECK(!path_exists(mark), "system() starts nothing");
	draw(g, arena_printf(&arena, "set print '%s'\nprint 1\nplot x", mark), &e);
	CHECK(!path_exists(mark), "no file outside the work folder is written");
	CHECK(draw(g, "plot x", &e), "gnuplot still draws");
	/* a link out of the folder, as something in the jail might try to leave one */
	char *link = path_join(&arena, dir, "out.svg");
	unlink(link);
	CHECK(symlink("/etc/hostname", link) == 0 && !gnuplot_take(g, "out.svg", &b, &e) && e.id == ERR_GNUPLOT_FILE, "a link is not followed");
	unlink(link);
	path_remove_tree(outside, &e);
	buf_free(&b);
}

static void test_absent(void)
{
	struct err e = { 0 };
	const char *path = arena_strdup(&arena, getenv("PATH") ? getenv("PATH") : "");
	struct gnuplot *g = gnuplot_open(dir, true, &e);

	setenv("PATH", "/nonexistent", 1);
	CHECK(g && !draw(g, "plot x", &e) && e.id == ERR_TOOL_MISSING && strcmp(e.arg[0], "gnuplot") == 0, "gnuplot absent: said by name");
	setenv("PATH", path, 1);
	gnuplot_close(g);
}

int main(int argc, char **argv)
{
	struct err e = { 0 };
	enum proc_kind kind;

	if (proc_is_stage(argc, argv))
		return proc_enter(&argc, &argv, &kind) ? 99 : 98;
	dir = path_mkdtemp(&arena, "/tmp", &e);
	struct gnuplot *g = gnuplot_open(dir, true, &e);
	CHECK(g && gnuplot_metrics(g, &e), "the font is there");
	if (g) {
		test_draw(g);
		test_jail(g);
	}
	gnuplot_close(g);
	test_absent();
	path_remove_tree(dir, &e);
	arena_free(&arena);
	return done_testing();
}
