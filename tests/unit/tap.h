/* TAP for unit tests: CHECK(condition, name…) prints ok or not ok with the place; done_testing() ends the program. */
#ifndef TAP_H
#define TAP_H
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int tap_count, tap_failed;

static inline bool tap_check(bool ok, const char *file, int line, const char *name)
{
	printf("%sok %d - %s\n", ok ? "" : "not ", ++tap_count, name);
	if (!ok) {
		tap_failed++;
		printf("# at %s:%d\n", file, line);
	}
	fflush(stdout);
	return ok;
}
static inline bool tap_str(const char *got, const char *want, const char *file, int line, const char *name)
{
	bool ok = got && want ? strcmp(got, want) == 0 : got == want;
	if (!tap_check(ok, file, line, name))
		printf("#  got: %s\n# want: %s\n", got ? got : "(null)", want ? want : "(null)");
	return ok;
}
#define CHECK(cond, name) tap_check((cond), __FILE__, __LINE__, (name))
#define CHECK_STR(got, want, name) tap_str((got), (want), __FILE__, __LINE__, (name))
static inline void tap_skip(const char *name, const char *why)
{
	printf("ok %d - %s # SKIP %s\n", ++tap_count, name, why);
}
static inline int done_testing(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed ? 1 : 0;
}
#endif
