/* How numbers and quantities are written. French: Lexique des règles typographiques en usage à l’Imprimerie nationale
 * (thin no-break space between thousands, decimal comma); English: comma and point. */
#include "base/typo.h"

#include "base/num.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

#define NNBSP "\u202f"
#define NBSP "\u00a0"
#define MINUS "\u2212"
#define EN_DASH "\u2013"

void typo_number(struct buf *out, enum lang lang, double v, int decimals)
{
	struct buf digits = BUF(400);

	num_put_fixed(&digits, v, decimals);
	const char *s = digits.s + (*digits.s == '-');
	size_t whole = strcspn(s, ".");
	buf_str(out, s > digits.s ? MINUS : "");
	for (size_t i = 0; s[i]; i++)
		if (i == whole)
			buf_char(out, lang == LANG_FR ? ',' : '.');
		else
			buf_printf(out, "%s%c", i && i < whole && (whole - i) % 3 == 0 ? lang == LANG_FR ? NNBSP : "," : "", s[i]);
	buf_free(&digits);
}

void typo_plain(struct buf *out, double v)
{
	if (v <= -0.5)
		buf_str(out, MINUS);
	num_put_fixed(out, fabs(v), 0);
}

/* Words before a number, by qualifier: in a sentence (small letter), and as an entry of a table column. */
static const struct { const char *before[2], *column[2]; } words[Q_COUNT] = {
	[Q_EXACT] = { { "", "" }, { "exact", "exact" } },
	[Q_ROUND] = { { "", "" }, { "arrondi", "rounded" } },
	[Q_ABOUT] = { { "environ" NBSP, "about ", }, { "environ", "about" } },
	[Q_MORE_THAN] = { { "plus de" NBSP, "more than " }, { "plus de", "more than" } },
	[Q_AT_LEAST] = { { "au moins" NBSP, "at least " }, { "au moins", "at least" } },
	[Q_ALMOST] = { { "près de" NBSP, "almost " }, { "près de", "almost" } },
	[Q_SEVERAL] = { { "plusieurs ", "several " }, { "ordre de grandeur", "order of magnitude" } },
	[Q_INTERVAL] = { { "", "" }, { "intervalle", "interval" } },
	[Q_DERIVED] = { { "environ" NBSP, "about " }, { "calculé", "derived" } },
	[Q_TARGET] = { { "", "" }, { "cible", "target" } },
	[Q_FORECAST] = { { "", "" }, { "prévision", "forecast" } },
	[Q_WORDS] = { { "", "" }, { "en toutes lettres", "in words" } },
};

const char *typo_qualifier(enum lang lang, enum qualifier q)
{
	return words[q].column[lang];
}

/* "plusieurs dizaines de milliers" for 20,000 to 99,999 and its like; the number where no such words are usual. */
static void put_several(struct buf *out, enum lang lang, const struct quantity *q)
{
	static const struct { double v; const char *text[2]; } order[] = {
		{ 10, { "dizaines", "tens" } }, { 100, { "centaines", "hundreds" } }, { 1000, { "milliers", "thousands" } },
		{ 1e4, { "dizaines de milliers", "tens of thousands" } },
		{ 1e5, { "centaines de milliers", "hundreds of thousands" } }, { 1e6, { "millions", "millions" } },
		{ 1e7, { "dizaines de millions", "tens of millions" } },
	};

	buf_str(out, words[Q_SEVERAL].before[lang]);
	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		if (order[i].v == q->low / 2) {
			buf_str(out, order[i].text[lang]);
			return;
		}
	typo_number(out, lang, q->low / 2, 0);
}

/* The end of an interval, rounded outward: what is printed must hold what is meant (11.5 to 12.5 is “11 – 13”, not “12 – 12”). */
static void put_end(struct buf *out, enum lang lang, double v, int decimals, bool up)
{
	double scale = pow(10, decimals), x = v * scale, near = round(x);

	/* A decimal number times a power of ten misses its whole number by the last bits only. */
	if (isfinite(x) && fabs(x - near) > 1e-12 * fabs(x))
		v = (up ? ceil(x) : floor(x)) / scale;
	typo_number(out, lang, v, decimals);
}

/* What is known of the interval: the end below, the end above, or both with a word between them. */
static void put_ends(struct buf *out, enum lang lang, const struct quantity *q, const char *before, const char *between)
{
	buf_str(out, before);
	if (!q->low_open)
		put_end(out, lang, q->low, q->decimals, false);
	buf_str(out, q->low_open || q->high_open ? "" : between);
	if (!q->high_open)
		put_end(out, lang, q->high, q->decimals, true);
}

static void put_in_words(struct buf *out, enum lang lang, const struct quantity *q)
{
	static const char *const at_most[] = { "au plus" NBSP, "at most " }, *const from[] = { "de" NBSP, "" }, *const to[] = { " à" NBSP, " to " };
	put_ends(out, lang, q, q->high_open ? words[Q_AT_LEAST].before[lang] : q->low_open ? at_most[lang] : from[lang], to[lang]);
}

void typo_interval(struct buf *out, enum lang lang, const struct quantity *q)
{
	const char *least = q->qualifier == Q_MORE_THAN ? ">" NNBSP : "≥" NNBSP;

	if (q->low_open && q->high_open)
		buf_str(out, "…");
	else if (!q->low_open && !q->high_open && q->low == q->high)
		typo_number(out, lang, q->low, q->decimals);
	else
		put_ends(out, lang, q, q->high_open ? least : q->low_open ? "≤" NNBSP : "", NNBSP EN_DASH NNBSP);
}

void typo_bare(struct buf *out, enum lang lang, const struct quantity *q)
{
	if (q->qualifier == Q_SEVERAL)
		put_several(out, lang, q);
	else if (!isnan(q->best) && (q->qualifier == Q_MORE_THAN || q->qualifier == Q_AT_LEAST))
		put_end(out, lang, q->best, q->decimals, false);
	else if (!isnan(q->best))
		typo_number(out, lang, q->best, q->decimals);
	else if (!q->low_open && !q->high_open)
		put_in_words(out, lang, q);
	else
		typo_interval(out, lang, q);
}

void typo_quantity(struct buf *out, enum lang lang, const struct quantity *q, bool first)
{
	bool range = q->low_open != q->high_open || (!q->low_open && q->low < q->high);
	size_t start = out->n;

	if (q->qualifier == Q_INTERVAL && range) {
		put_in_words(out, lang, q);
	} else {
		if (q->qualifier != Q_SEVERAL)   /* whose words hold the number */
			buf_str(out, words[q->qualifier].before[lang]);
		typo_bare(out, lang, q);
	}
	if (strcmp(q->unit, "percent") == 0)
		buf_str(out, lang == LANG_FR ? NBSP "%" : "%");
	/* ASCII first letters are all that the words above begin with. */
	if (first && start < out->n && out->s[start] >= 'a' && out->s[start] <= 'z')
		out->s[start] = (char)(out->s[start] - ('a' - 'A'));
}

static const char *const month_name[12][2] = {
	{ "janvier", "January" }, { "février", "February" }, { "mars", "March" }, { "avril", "April" }, { "mai", "May" }, { "juin", "June" },
	{ "juillet", "July" }, { "août", "August" }, { "septembre", "September" }, { "octobre", "October" }, { "novembre", "November" },
	{ "décembre", "December" },
};

static int two_digits(const char *s)
{
	return 10 * (s[0] - '0') + s[1] - '0';
}

/* One ISO date, month or year of n bytes; anything else is printed as it stands. */
static void put_date(struct buf *out, enum lang lang, const char *s, size_t n)
{
	bool right = n == 4 || n == 7 || n == 10;

	for (size_t i = 0; right && i < n; i++)
		right = i == 4 || i == 7 ? s[i] == '-' : text_is_digit(s[i]);
	int month = right && n > 4 ? two_digits(s + 5) : 1, day = right && n > 7 ? two_digits(s + 8) : 1;
	if (!right || month < 1 || month > 12 || day < 1 || day > 31) {
		buf_add(out, s, n);
		return;
	}
	if (n > 7)
		buf_printf(out, day == 1 && lang == LANG_FR ? "1er" NBSP : "%d" NBSP, day);
	if (n > 4)
		buf_printf(out, "%s" NBSP, month_name[month - 1][lang]);
	buf_printf(out, "%d", 100 * two_digits(s) + two_digits(s + 2));
}

void typo_period(struct buf *out, enum lang lang, const char *iso)
{
	size_t n = strcspn(iso, "/");

	put_date(out, lang, iso, n);
	if (!iso[n])
		return;
	buf_str(out, EN_DASH);
	put_date(out, lang, iso + n + 1, strlen(iso + n + 1));
}
