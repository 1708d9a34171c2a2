/* What commands, which are scripts (host/command/NAME.lua), ask of the program: verbs with a JSON value in and out. */
#ifndef APP_VERBS_H
#define APP_VERBS_H
#include "app/plan.h"
#include "base/buf.h"
#include "intake/json.h"

struct session {
	struct app app;
	char scratch[4096];                /* "" = none yet */
	struct plan plan; bool open;       /* after the verb enter */
	struct arena arena;                /* of the verb that runs: gone with the next one */
};
/* core.NAME(value) in a script. in: the value, never NULL; out: JSON text, empty = null. */
struct verb { const char *name; bool (*run)(struct session *s, const struct json *in, struct buf *out, struct err *e); };
extern const struct verb app_verbs[], phase_verbs[], feed_verbs[];   /* each ends with a NULL name */
/* Head of a verb; not every one needs all that it is given. */
#define VERB_UNUSED __attribute__((unused))
#define VERB(name) \
	static bool name(VERB_UNUSED struct session *s, VERB_UNUSED const struct json *in, VERB_UNUSED struct buf *out, VERB_UNUSED struct err *e)

/* For script_run; context: struct session *. */
bool verbs_call(void *session, const char *verb, const char *in, size_t n, struct buf *out, struct err *e);
void verbs_close(struct session *s);
/* Members of the arguments: "" and false where absent. */
const char *verb_text(const struct json *in, const char *key);
bool verb_flag(const struct json *in, const char *key);
/* Appends JSON: ' stands for ", %s a text in quotes (NULL = null), %d an int64_t, %r a double (not finite = null), %b a bool, %t a list
 * of texts (const struct texts *), %v JSON text. */
void verb_put(struct buf *out, const char *fmt, ...);
/* A record as { show, record, exit }. */
void verb_put_error(const struct session *s, const struct err *e, struct buf *out);
/* Separates the elements of a list: a comma unless it has just begun. */
void verb_next(struct buf *out);
#endif
