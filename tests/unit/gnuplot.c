/* The persistent gnuplot: sentinel, restart after an error, its last words and the line of the script, no escape by text. */
#include "render/gnuplot.h"

#include "base/path.h"
#include "tap.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
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

static struct buf made;   /* by the last drawing */

static bool draw(struct gnuplot *g, const char *middle, struct err *e)
{
	struct buf b = script_of(middle);

	buf_free(&made);
	made = BUF(1 << 20);
	bool ok = (g->metrics || gnuplot_painter.ready(g, dir, e)) && gnuplot_painter.draw(g, b.s, b.n, "out.svg", &made, e);
	buf_free(&b);
	return ok;
}

static void test_draw(struct gnuplot *g)
{
	struct err e = { 0 };

	CHECK(draw(g, "plot x", &e), "a figure is drawn");
	CHECK(strstr(buf_text(&made), "</svg>") != NULL, "and taken whole");
	CHECK(draw(g, "ABC = 1\nset title 'T1'\nplot x", &e), "a second one from the same process");
	CHECK(draw(g, "set label (exists('ABC') ? 'leaked' : 'clean') at screen 0.5,0.5\nplot x", &e)
		&& strstr(buf_text(&made), "clean") && !strstr(buf_text(&made), "T1"), "nothing stays from one to the next");
	CHECK(!draw(g, "plot nosuch(x)", &e) && e.id == ERR_GNUPLOT_SAID, "a wrong script is an error");
	CHECK(strstr(e.why, "undefined function") != NULL, "with gnuplot's own words");
	CHECK(e.line == 3 && strcmp(e.excerpt, "plot nosuch(x)") == 0 && strcmp(e.file, "script.gp") == 0, "and the line of the script");
	CHECK(draw(g, "plot x", &e), "the next figure is drawn by a new process");
	CHECK(!draw(g, "plot x\nset style nonsense", &e) && e.id == ERR_GNUPLOT_SAID, "an error after the picture is one too");
	CHECK(!draw(g, "plot x\nunset output\nexit gnuplot", &e) && e.id == ERR_GNUPLOT_ENDED, "gnuplot that ends is an error");
	CHECK(draw(g, "plot x", &e), "and the next one starts again");
	CHECK(!gnuplot_painter.draw(g, "a = 1\n", 6, "out.svg", &made, &e) && e.id == ERR_GNUPLOT_FILE, "no file is an error, not the file of before");
}

static void *leave_links(void *over)
{
	static char link[4200];

	snprintf(link, sizeof link, "%s/out.svg", dir);
	while (!*(atomic_bool *)over)
		if (symlink("/etc/hostname", link))
			nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	return NULL;
}

static void test_jail(struct gnuplot *g)
{
	struct err e = { 0 };
	char *outside = path_mkdtemp(&arena, "/tmp", &e), *mark = path_join(&arena, outside, "mark");

	draw(g, arena_printf(&arena, "system('touch %s')\nplot x", mark), &e);
	CHECK(!path_exists(mark), "system() starts nothing");
	draw(g, arena_printf(&arena, "set print '%s'\nprint 1\nplot x", mark), &e);
	CHECK(!path_exists(mark), "no file outside the work folder is written");
	CHECK(draw(g, "plot x", &e), "gnuplot still draws");
	/* a link out of the folder, left while the script runs, as something in the jail might try to */
	pthread_t thread;
	atomic_bool over = false;
	CHECK(pthread_create(&thread, NULL, leave_links, &over) == 0 && !gnuplot_painter.draw(g, "pause 0.3\n", 10, "out.svg", &made, &e) &&
		e.id == ERR_GNUPLOT_FILE, "a link is not followed");
	over = true;
	pthread_join(thread, NULL);
	unlink(path_join(&arena, dir, "out.svg"));
	path_remove_tree(outside, &e);
}

static void test_absent(void)
{
	struct err e = { 0 };
	const char *path = arena_strdup(&arena, getenv("PATH") ? getenv("PATH") : "");
	struct gnuplot g = { .allow_unjailed = true };

	setenv("PATH", "/nonexistent", 1);
	CHECK(!draw(&g, "plot x", &e) && e.id == ERR_TOOL_MISSING && strcmp(e.arg[0], "gnuplot") == 0, "gnuplot absent: said by name");
	setenv("PATH", path, 1);
	gnuplot_close(&g);
}

int main(int argc, char **argv)
{
	struct err e = { 0 };
	enum proc_kind kind;

	if (proc_is_stage(argc, argv))
		return proc_enter(&argc, &argv, &kind) ? 99 : 98;
	dir = path_mkdtemp(&arena, "/tmp", &e);
	struct gnuplot g = { .allow_unjailed = true };
	CHECK(gnuplot_painter.ready(&g, dir, &e), "the font is there");
	test_draw(&g);
	test_jail(&g);
	gnuplot_close(&g);
	buf_free(&made);
	test_absent();
	path_remove_tree(dir, &e);
	arena_free(&arena);
	return done_testing();
}
