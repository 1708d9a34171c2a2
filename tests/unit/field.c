/* Types, formats and constraints of Table Schema, right and wrong. */
#include "intake/field.h"

#include "base/num.h"
#include "host/lua_shape.h"
#include "intake/json.h"
#include "tap.h"

#include <stdlib.h>

/* A field as the descriptor writes it, a cell, and what becomes of it: a value with its type, "null", or the id of the refusal. */
static const struct { const char *field, *cell, *want; } cases[] = {
	{ "\"type\":\"string\"", "abc", "text abc" },
	{ "\"type\":\"string\"", "", "null" },
	{ "\"type\":\"string\"", " ", "text  " },
	{ "\"type\":\"string\",\"missingValues\":[]", "", "text " },
	{ "\"type\":\"string\",\"constraints\":{\"required\":true}", "", "intake.value_required" },
	{ "\"type\":\"any\"", "01", "text 01" },
	{ "\"title\":\"no type\"", "01", "text 01" },
	{ "\"type\":\"integer\"", "0", "int 0" },
	{ "\"type\":\"integer\"", "-12", "int -12" },
	{ "\"type\":\"integer\"", "+12", "int 12" },
	{ "\"type\":\"integer\"", "007", "int 7" },
	{ "\"type\":\"integer\"", "9223372036854775807", "int 9223372036854775807" },
	{ "\"type\":\"integer\"", "-9223372036854775808", "int -9223372036854775808" },
	{ "\"type\":\"integer\"", "9223372036854775808", "intake.value_type" },
	{ "\"type\":\"integer\"", "1.0", "intake.value_digit" },
	{ "\"type\":\"integer\"", "1e3", "intake.value_digit" },
	{ "\"type\":\"integer\"", " 1", "intake.value_digit" },
	{ "\"type\":\"integer\"", "1 ", "intake.value_digit" },
	{ "\"type\":\"integer\"", "-", "intake.value_type" },
	{ "\"type\":\"integer\"", "29?829", "intake.value_digit" },
	{ "\"type\":\"integer\"", "1*", "intake.value_digit" },
	{ "\"type\":\"integer\"", "NA", "intake.value_type" },
	{ "\"type\":\"integer\",\"missingValues\":[\"\",\"NA\"]", "NA", "null" },
	{ "\"type\":\"integer\",\"missingValues\":[{\"value\":\"ndiff\",\"label\":\"not published\"}]", "ndiff", "null not published" },
	{ "\"type\":\"integer\",\"missingValues\":[{\"value\":\"NA\"}]", "NA", "null" },
	{ "\"type\":\"integer\",\"groupChar\":\" \"", "1 234 567", "int 1234567" },
	{ "\"type\":\"integer\",\"groupChar\":\"\\u202f\"", "3\xe2\x80\xaf" "618", "int 3618" },
	{ "\"type\":\"integer\",\"groupChar\":\" \"", "1234567", "int 1234567" },
	{ "\"type\":\"integer\",\"groupChar\":\",\"", "29,8", "intake.value_group" },
	{ "\"type\":\"integer\",\"groupChar\":\",\"", "1234,567", "intake.value_group" },
	{ "\"type\":\"integer\",\"groupChar\":\",\"", "1,234567", "intake.value_group" },
	{ "\"type\":\"integer\",\"groupChar\":\",\"", "1,,234", "intake.value_digit" },
	{ "\"type\":\"integer\",\"groupChar\":\",\"", ",234", "intake.value_digit" },
	{ "\"type\":\"integer\",\"groupChar\":\",\"", "1,234,", "intake.value_digit" },
	{ "\"type\":\"integer\",\"bareNumber\":false", "95%", "int 95" },
	{ "\"type\":\"integer\",\"bareNumber\":false", "€ -12 env.", "int -12" },
	{ "\"type\":\"integer\",\"bareNumber\":false", "none", "intake.value_type" },
	{ "\"type\":\"number\"", "1.50", "real 1.5" },
	{ "\"type\":\"number\"", "-0", "real 0" },
	{ "\"type\":\"number\"", "5e+05", "real 500000" },
	{ "\"type\":\"number\"", ".5", "real 0.5" },
	{ "\"type\":\"number\"", "1,5", "intake.value_digit" },
	{ "\"type\":\"number\"", "NaN", "intake.value_finite" },
	{ "\"type\":\"number\"", "INF", "intake.value_finite" },
	{ "\"type\":\"number\"", "1e999", "intake.value_type" },
	{ "\"type\":\"number\"", "0x10", "intake.value_digit" },
	{ "\"type\":\"number\",\"decimalChar\":\",\"", "7,83177350511023e-03", "real 0.00783177350511023" },
	{ "\"type\":\"number\",\"decimalChar\":\",\"", "1.5", "intake.value_digit" },
	{ "\"type\":\"number\",\"decimalChar\":\",\",\"groupChar\":\".\"", "1.234,5", "real 1234.5" },
	{ "\"type\":\"number\",\"decimalChar\":\",\",\"groupChar\":\".\"", "1.5", "intake.value_group" },
	{ "\"type\":\"number\",\"bareNumber\":false,\"decimalChar\":\",\"", "3,5 %", "real 3.5" },
	{ "\"type\":\"boolean\"", "true", "int 1" },
	{ "\"type\":\"boolean\"", "0", "int 0" },
	{ "\"type\":\"boolean\"", "oui", "intake.value_type" },
	{ "\"type\":\"boolean\",\"trueValues\":[\"oui\"],\"falseValues\":[\"non\"]", "oui", "int 1" },
	{ "\"type\":\"boolean\",\"trueValues\":[\"oui\"],\"falseValues\":[\"non\"]", "true", "intake.value_type" },
	{ "\"type\":\"date\"", "2024-02-29", "text 2024-02-29" },
	{ "\"type\":\"date\"", "2023-02-29", "intake.value_type" },
	{ "\"type\":\"date\"", "1900-02-29", "intake.value_type" },
	{ "\"type\":\"date\"", "2000-02-29", "text 2000-02-29" },
	{ "\"type\":\"date\"", "2024-13-01", "intake.value_type" },
	{ "\"type\":\"date\"", "2024-1-1", "intake.value_type" },
	{ "\"type\":\"date\"", "08/02/2018", "intake.value_type" },
	{ "\"type\":\"date\",\"format\":\"%d/%m/%Y\"", "8/02/2018", "text 2018-02-08" },
	{ "\"type\":\"date\",\"format\":\"%d/%m/%Y\"", "31/04/2018", "intake.value_type" },
	{ "\"type\":\"date\",\"format\":\"%d/%m/%Y\"", "08/02/18", "intake.value_type" },
	{ "\"type\":\"date\",\"format\":\"fmt:%Y%m%d\"", "20180208", "text 2018-02-08" },
	{ "\"type\":\"date\",\"format\":\"any\"", "2018-02-08", "text 2018-02-08" },
	{ "\"type\":\"date\",\"format\":\"any\"", "8 février 2018", "intake.value_type" },
	{ "\"type\":\"time\"", "23:59:59", "text 23:59:59" },
	{ "\"type\":\"time\"", "24:00:00", "intake.value_type" },
	{ "\"type\":\"time\",\"format\":\"%Hh%M\"", "9h05", "text 09:05:00" },
	{ "\"type\":\"datetime\"", "2018-02-08T10:00:00Z", "text 2018-02-08T10:00:00Z" },
	{ "\"type\":\"datetime\"", "2018-02-08T10:00:00.250+02:00", "text 2018-02-08T10:00:00.250+02:00" },
	{ "\"type\":\"datetime\"", "2018-02-08 10:00:00", "intake.value_type" },
	{ "\"type\":\"year\"", "2018", "int 2018" },
	{ "\"type\":\"year\"", "18", "intake.value_type" },
	{ "\"type\":\"year\"", "+2018", "intake.value_type" },
	{ "\"type\":\"yearmonth\"", "2018-02", "text 2018-02" },
	{ "\"type\":\"yearmonth\"", "2018-13", "intake.value_type" },
	{ "\"type\":\"yearmonth\"", "2018-02-01", "intake.value_type" },
	{ "\"type\":\"integer\",\"constraints\":{\"minimum\":0}", "0", "int 0" },
	{ "\"type\":\"integer\",\"constraints\":{\"minimum\":0}", "-1", "intake.value_minimum" },
	{ "\"type\":\"integer\",\"constraints\":{\"exclusiveMinimum\":0}", "0", "intake.value_minimum" },
	{ "\"type\":\"integer\",\"constraints\":{\"maximum\":\"10\"}", "11", "intake.value_maximum" },
	{ "\"type\":\"number\",\"constraints\":{\"exclusiveMaximum\":1}", "0.99", "real 0.99" },
	{ "\"type\":\"date\",\"constraints\":{\"minimum\":\"2018-01-01\"}", "2017-12-31", "intake.value_minimum" },
	{ "\"type\":\"string\",\"constraints\":{\"minLength\":2,\"maxLength\":3}", "é", "intake.value_length" },
	{ "\"type\":\"string\",\"constraints\":{\"minLength\":2,\"maxLength\":3}", "éàü", "text éàü" },
	{ "\"type\":\"string\",\"constraints\":{\"maxLength\":3}", "éàüx", "intake.value_length" },
	{ "\"type\":\"string\",\"constraints\":{\"enum\":[\"low\",\"high\"]}", "low", "text low" },
	{ "\"type\":\"string\",\"constraints\":{\"enum\":[\"low\",\"high\"]}", "Low", "intake.value_enum" },
	{ "\"type\":\"integer\",\"constraints\":{\"enum\":[1,2]}", "02", "int 2" },
	{ "\"type\":\"string\",\"constraints\":{\"pattern\":\"\\\\d{2}|2[AB]\"}", "2A", "text 2A" },
	{ "\"type\":\"string\",\"constraints\":{\"pattern\":\"\\\\d{2}|2[AB]\"}", "2AB", "intake.value_pattern" },
	{ "\"type\":\"string\",\"constraints\":{\"pattern\":\"\\\\d{2}|2[AB]\"}", "x01", "intake.value_pattern" },
	{ "\"type\":\"string\",\"constraints\":{\"pattern\":\"^[a-z][a-z0-9_]*$\"}", "a_1", "text a_1" },
	{ "\"type\":\"string\",\"constraints\":{\"pattern\":\"...\"}", "é’…", "text é’…" },
	{ "\"type\":\"string\",\"constraints\":{\"pattern\":\"...\"}", "é’…x", "intake.value_pattern" },
	{ "\"type\":\"string\",\"constraints\":{\"pattern\":\"(?:ab)+\\\\.[\\\\w\\\\-\\\\]]+\"}", "abab.x-]", "text abab.x-]" },
	{ "\"type\":\"string\",\"constraints\":{\"pattern\":\"a\\\\^\\\\?+\"}", "a^??", "text a^??" },
	{ "\"type\":\"string\",\"constraints\":{\"pattern\":\"a{2,3}é\"}", "aaé", "text aaé" },
	{ "\"type\":\"string\",\"constraints\":{\"pattern\":\"[^;]*\"}", "a b", "text a b" },
};

/* The same with apostrophes for quotes in the field, and the kind that a sheet or JSON gives its cell (T: text, N: number, M: moment, F: flag, -: none). */
static const struct { const char *field; char kind; const char *cell, *want; } more[] = {
	/* string */
	{ "'type':'string','format':'email'", 'T', "a.b+c@exemple.fr", "text a.b+c@exemple.fr" },
	{ "'type':'string','format':'email'", 'T', "mairie@saint-étienne.fr", "text mairie@saint-étienne.fr" },
	{ "'type':'string','format':'email'", 'T', "a@b", "text a@b" },
	{ "'type':'string','format':'email'", 'T', "a.exemple.fr", "intake.value_type" },
	{ "'type':'string','format':'email'", 'T', "a@b@c.fr", "intake.value_type" },
	{ "'type':'string','format':'email'", 'T', "a b@c.fr", "intake.value_type" },
	{ "'type':'string','format':'email'", 'T', "a@-c.fr", "intake.value_type" },
	{ "'type':'string','format':'email'", 'T', "a@c..fr", "intake.value_type" },
	{ "'type':'string','format':'email'", 'T', "@c.fr", "intake.value_type" },
	{ "'type':'string','format':'uri'", 'T', "https://x.fr/a?b=c#d%20", "text https://x.fr/a?b=c#d%20" },
	{ "'type':'string','format':'uri'", 'T', "urn:isbn:0451450523", "text urn:isbn:0451450523" },
	{ "'type':'string','format':'uri'", 'T', "http://[2001:db8::7]/c", "text http://[2001:db8::7]/c" },
	{ "'type':'string','format':'uri'", 'T', "mailto:a@x.fr", "text mailto:a@x.fr" },
	{ "'type':'string','format':'uri'", 'T', "www.x.fr", "intake.value_type" },
	{ "'type':'string','format':'uri'", 'T', "https://x.fr/a b", "intake.value_type" },
	{ "'type':'string','format':'uri'", 'T', "https://x.fr/%2", "intake.value_type" },
	{ "'type':'string','format':'uri'", 'T', "https://x.fr/é", "intake.value_type" },
	{ "'type':'string','format':'uri'", 'T', "1x:a", "intake.value_type" },
	{ "'type':'string','format':'binary'", 'T', "TWFu", "text TWFu" },
	{ "'type':'string','format':'binary'", 'T', "TWE=", "text TWE=" },
	{ "'type':'string','format':'binary'", 'T', "TQ==", "text TQ==" },
	{ "'type':'string','format':'binary'", 'T', "TQ=", "intake.value_type" },
	{ "'type':'string','format':'binary'", 'T', "TW=u", "intake.value_type" },
	{ "'type':'string','format':'binary'", 'T', "T-_u", "intake.value_type" },
	{ "'type':'string','format':'uuid'", 'T', "081e94fe-b257-4ae7-bc31-bf1f2eb6c968", "text 081e94fe-b257-4ae7-bc31-bf1f2eb6c968" },
	{ "'type':'string','format':'uuid'", 'T', "081E94FE-B257-4AE7-BC31-BF1F2EB6C968", "text 081E94FE-B257-4AE7-BC31-BF1F2EB6C968" },
	{ "'type':'string','format':'uuid'", 'T', "081e94fe-b257-4ae7-bc31-bf1f2eb6c96", "intake.value_type" },
	{ "'type':'string','format':'uuid'", 'T', "081e94feb2574ae7bc31bf1f2eb6c968", "intake.value_type" },
	{ "'type':'string','format':'uuid'", 'T', "g81e94fe-b257-4ae7-bc31-bf1f2eb6c968", "intake.value_type" },
	/* what sheets and JSON say of a cell */
	{ "'type':'string'", 'N', "1", "text 1" },
	{ "'type':'string'", 'N', "1.0", "text 1" },
	{ "'type':'string'", 'N', "3.50", "text 3.5" },
	{ "'type':'string'", 'N', "1e3", "text 1000" },
	{ "'type':'string'", 'N', "123456789012345678", "text 123456789012345678" },
	{ "'type':'string'", 'F', "true", "text true" },
	{ "'type':'string'", 'M', "2018-02-08", "text 2018-02-08" },
	{ "'type':'string'", '-', "", "null" },
	{ "'type':'string','missingValues':[]", '-', "", "null" },
	{ "'type':'string','constraints':{'required':true}", '-', "", "intake.value_required" },
	{ "'type':'any'", 'N', "1.0", "text 1" },
	{ "'type':'integer'", 'N', "3.0", "int 3" },
	{ "'type':'integer'", 'N', "1e3", "int 1000" },
	{ "'type':'integer'", 'N', "-0.0", "int 0" },
	{ "'type':'integer'", 'N', "3.5", "intake.value_digit" },
	{ "'type':'integer'", 'N', "1e300", "intake.value_digit" },
	{ "'type':'integer','groupChar':'.'", 'N', "1234.0", "int 1234" },
	{ "'type':'integer','missingValues':['-99']", 'N', "-99.0", "null" },
	{ "'type':'integer'", 'F', "true", "intake.value_type" },
	{ "'type':'integer'", 'M', "2018-02-08", "intake.value_digit" },
	{ "'type':'number','decimalChar':',','groupChar':'.'", 'N', "1234.5", "real 1234.5" },
	{ "'type':'number','decimalChar':',','groupChar':'.'", 'T', "1.234,5", "real 1234.5" },
	{ "'type':'number','decimalChar':','", 'N', "5e-07", "real 5e-07" },
	{ "'type':'boolean'", 'F', "true", "int 1" },
	{ "'type':'boolean','trueValues':['oui'],'falseValues':['non']", 'F', "false", "int 0" },
	{ "'type':'boolean'", 'N', "1", "int 1" },
	{ "'type':'boolean'", 'N', "2", "intake.value_type" },
	{ "'type':'date','format':'%d/%m/%Y'", 'M', "2018-02-08", "text 2018-02-08" },
	{ "'type':'date'", 'M', "2018-02-08T00:00:00", "text 2018-02-08" },
	{ "'type':'date'", 'M', "2018-02-08T10:00:00", "intake.value_type" },
	{ "'type':'date'", 'N', "43139", "intake.value_type" },
	{ "'type':'datetime'", 'M', "2018-02-08", "text 2018-02-08T00:00:00" },
	{ "'type':'datetime'", 'M', "2018-02-08T10:00:00.5", "text 2018-02-08T10:00:00.5" },
	{ "'type':'time'", 'M', "10:00:00", "text 10:00:00" },
	{ "'type':'year'", 'N', "2018", "int 2018" },
	{ "'type':'year'", 'N', "2018.5", "intake.value_type" },
	{ "'type':'yearmonth'", 'M', "2018-02-01", "text 2018-02" },
	{ "'type':'yearmonth'", 'M', "2018-02-08", "intake.value_type" },
	/* numbers */
	{ "'type':'number'", 'T', "+100000.00", "real 100000" },
	{ "'type':'number'", 'T', "210.", "real 210" },
	{ "'type':'number'", 'T', "-nan", "intake.value_finite" },
	{ "'type':'number'", 'T', "-INF", "intake.value_finite" },
	{ "'type':'number','missingValues':[{'value':'NaN','label':'no measure'}]", 'T', "NaN", "null no measure" },
	{ "'type':'number'", 'T', "1e", "intake.value_type" },
	{ "'type':'number'", 'T', "1.2.3", "intake.value_type" },
	{ "'type':'number'", 'T', "12 km", "intake.value_digit" },
	{ "'type':'number','bareNumber':false", 'T', "EUR 95", "real 95" },
	{ "'type':'number','groupChar':' '", 'T', "1 234.5", "real 1234.5" },
	/* year */
	{ "'type':'year'", 'T', "-0044", "int -44" },
	{ "'type':'year'", 'T', "12018", "int 12018" },
	{ "'type':'year'", 'T', "02018", "intake.value_type" },
	{ "'type':'year','constraints':{'minimum':'2000'}", 'T', "1999", "intake.value_minimum" },
	{ "'type':'yearmonth','constraints':{'maximum':'2020-06'}", 'T', "2020-07", "intake.value_maximum" },
	{ "'type':'yearmonth'", 'T', "2018-2", "intake.value_type" },
	/* dates and times */
	{ "'type':'time'", 'T', "10:00:00Z", "intake.value_type" },
	{ "'type':'time'", 'T', "10:00", "intake.value_type" },
	{ "'type':'time','format':'any'", 'T', "10:00:00.5+02:00", "text 10:00:00.5+02:00" },
	{ "'type':'datetime'", 'T', "2018-02-08T10:00:00+15:00", "intake.value_type" },
	{ "'type':'datetime'", 'T', "2018-02-08T10:00:00+14:00", "text 2018-02-08T10:00:00+14:00" },
	{ "'type':'datetime'", 'T', "2018-02-08T10:00:00.", "intake.value_type" },
	{ "'type':'datetime'", 'T', "2018-02-08T10:00", "intake.value_type" },
	{ "'type':'date'", 'T', "2018-02-08Z", "intake.value_type" },
	{ "'type':'date','format':'%d/%m/%y'", 'T', "08/02/68", "text 2068-02-08" },
	{ "'type':'date','format':'%d/%m/%y'", 'T', "08/02/69", "text 1969-02-08" },
	{ "'type':'date','format':'%d %B %Y'", 'T', "8 février 2018", "text 2018-02-08" },
	{ "'type':'date','format':'%d %B %Y'", 'T', "1 AOÛT 2018", "text 2018-08-01" },
	{ "'type':'date','format':'%d %B %Y'", 'T', "1 aout 2018", "text 2018-08-01" },
	{ "'type':'date','format':'%d %B %Y'", 'T', "8 February 2018", "text 2018-02-08" },
	{ "'type':'date','format':'%d %B %Y'", 'T', "8 brumaire 2018", "intake.value_type" },
	{ "'type':'date','format':'%d %b %Y'", 'T', "8 févr. 2018", "text 2018-02-08" },
	{ "'type':'date','format':'%d %b. %Y'", 'T', "8 juil. 2018", "text 2018-07-08" },
	{ "'type':'date','format':'%d %b %Y'", 'T', "8 juin 2018", "text 2018-06-08" },
	{ "'type':'date','format':'%d %b %Y'", 'T', "8 jui 2018", "intake.value_type" },
	{ "'type':'date','format':'%d %b %Y'", 'T', "8 ju 2018", "intake.value_type" },
	{ "'type':'date','format':'le %d %B %Y'", 'T', "le 14 juillet 1789", "text 1789-07-14" },
	{ "'type':'date','format':'%d-%b-%y'", 'T', "08-Dec-21", "text 2021-12-08" },
	{ "'type':'date','format':'%Y-%j'", 'T', "2020-366", "text 2020-12-31" },
	{ "'type':'date','format':'%Y-%j'", 'T', "2019-060", "text 2019-03-01" },
	{ "'type':'date','format':'%Y%m%d'", 'T', "2018 0208", "text 2018-02-08" },
	{ "'type':'date','format':'%d/%m/%Y'", 'T', "08/02/2018 ", "intake.value_type" },
	{ "'type':'date','format':'%d/%m/%Y'", 'T', " 08/02/2018", "intake.value_type" },
	{ "'type':'date','format':'%d/%m/%Y'", 'T', "30/02/2018", "intake.value_type" },
	{ "'type':'time','format':'%I:%M %p'", 'T', "12:05 AM", "text 00:05:00" },
	{ "'type':'time','format':'%I:%M %p'", 'T', "12:05 pm", "text 12:05:00" },
	{ "'type':'time','format':'%I:%M %p'", 'T', "13:05 PM", "intake.value_type" },
	{ "'type':'time','format':'%H:%M:%S.%f'", 'T', "10:00:00.25", "text 10:00:00.250000" },
	{ "'type':'time','format':'%H:%M:%S.%f'", 'T', "10:00:00.", "intake.value_type" },
	{ "'type':'time','format':'%H:%M:%S'", 'T', "10:00:60", "intake.value_type" },
	{ "'type':'datetime','format':'%d/%m/%Y %H:%M'", 'T', "12/11/2018 09:15", "text 2018-11-12T09:15:00" },
	{ "'type':'datetime','format':'%Y-%m-%d %H:%M:%S%z'", 'T', "2018-02-08 10:00:00-0530", "text 2018-02-08T10:00:00-05:30" },
	{ "'type':'datetime','format':'%Y-%m-%d %H:%M:%S.%f%z'", 'T', "2018-02-08 10:00:00.123456+02:00", "text 2018-02-08T10:00:00.123456+02:00" },
	{ "'type':'datetime','constraints':{'minimum':'2018-02-08T10:00:00Z'}", 'T', "2018-02-08T11:30:00+02:00", "intake.value_minimum" },
	{ "'type':'datetime','constraints':{'minimum':'2018-02-08T10:00:00Z'}", 'T', "2018-02-08T09:30:00-02:00", "text 2018-02-08T09:30:00-02:00" },
	{ "'type':'datetime','constraints':{'exclusiveMaximum':'2018-02-08T10:00:00Z'}", 'T', "2018-02-08T12:00:00+02:00", "intake.value_maximum" },
	{ "'type':'time','constraints':{'maximum':'18:00:00'}", 'T', "18:00:01", "intake.value_maximum" },
	/* duration */
	{ "'type':'duration'", 'T', "P1Y2M3DT10H30M5.25S", "text P1Y2M3DT10H30M5.25S" },
	{ "'type':'duration'", 'T', "-P30D", "text -P30D" },
	{ "'type':'duration'", 'T', "PT90M", "text PT90M" },
	{ "'type':'duration'", 'T', "P0Y", "text P0Y" },
	{ "'type':'duration'", 'T', "P", "intake.value_type" },
	{ "'type':'duration'", 'T', "PT", "intake.value_type" },
	{ "'type':'duration'", 'T', "P1YT", "intake.value_type" },
	{ "'type':'duration'", 'T', "1Y", "intake.value_type" },
	{ "'type':'duration'", 'T', "P1M1Y", "intake.value_type" },
	{ "'type':'duration'", 'T', "P1.5Y", "intake.value_type" },
	{ "'type':'duration'", 'T', "PT1.S", "intake.value_type" },
	{ "'type':'duration'", 'T', "PT.5S", "intake.value_type" },
	{ "'type':'duration'", 'T', "P1S", "intake.value_type" },
	{ "'type':'duration'", 'T', "P1H", "intake.value_type" },
	{ "'type':'duration'", 'T', "P-1D", "intake.value_type" },
	{ "'type':'duration'", 'T', "PT1H2H", "intake.value_type" },
	{ "'type':'duration','constraints':{'minimum':'PT1H'}", 'T', "PT61M", "text PT61M" },
	{ "'type':'duration','constraints':{'minimum':'PT1H'}", 'T', "PT59M", "intake.value_minimum" },
	{ "'type':'duration','constraints':{'minimum':'P1M'}", 'T', "P31D", "text P31D" },
	{ "'type':'duration','constraints':{'minimum':'P1M'}", 'T', "P30D", "intake.value_minimum" },
	{ "'type':'duration','constraints':{'maximum':'P1M'}", 'T', "P28D", "text P28D" },
	{ "'type':'duration','constraints':{'maximum':'P1Y'}", 'T', "P12M", "text P12M" },
	{ "'type':'duration','constraints':{'exclusiveMaximum':'P1Y'}", 'T', "P12M", "intake.value_maximum" },
	/* geopoint */
	{ "'type':'geopoint'", 'T', "90.50, 45.50", "text 90.5,45.5" },
	{ "'type':'geopoint'", 'T', "-180,90", "text -180,90" },
	{ "'type':'geopoint'", 'T', "180.1,0", "intake.value_type" },
	{ "'type':'geopoint'", 'T', "0,90.1", "intake.value_type" },
	{ "'type':'geopoint'", 'T', "90.50", "intake.value_type" },
	{ "'type':'geopoint'", 'T', "1,2,3", "intake.value_type" },
	{ "'type':'geopoint'", 'T', "1],[2", "intake.value_type" },
	{ "'type':'geopoint'", 'T', "", "null" },
	{ "'type':'geopoint'", 'T', "48°,2°", "intake.value_type" },
	{ "'type':'geopoint','format':'array'", 'T', "[90.50, 45.50]", "text 90.5,45.5" },
	{ "'type':'geopoint','format':'array'", 'T', "[90.50]", "intake.value_type" },
	{ "'type':'geopoint','format':'array'", 'T', "[1,2,3]", "intake.value_type" },
	{ "'type':'geopoint','format':'array'", 'T', "['1','2']", "intake.value_type" },
	{ "'type':'geopoint','format':'array'", 'T', "1,2", "intake.value_type" },
	{ "'type':'geopoint','format':'object'", 'T', "{'lat': 45.5, 'lon': 90.5}", "text 90.5,45.5" },
	{ "'type':'geopoint','format':'object'", 'T', "{'lat': 45.5}", "intake.value_type" },
	{ "'type':'geopoint','format':'object'", 'T', "{'lat': 45.5, 'lon': 90.5, 'alt': 1}", "intake.value_type" },
	{ "'type':'geopoint','format':'object'", 'T', "[90.5,45.5]", "intake.value_type" },
	/* geojson */
	{ "'type':'geojson'", 'T', "{ 'type': 'Point', 'coordinates': [2.5, 48] }", "text {'type':'Point','coordinates':[2.5,48]}" },
	{ "'type':'geojson'", 'T', "{'type':'Polygon','coordinates':[[[0,0],[1,0],[1,1],[0,0]]]}", "text {'type':'Polygon','coordinates':[[[0,0],[1,0],[1,1],[0,0]]]}" },
	{ "'type':'geojson'", 'T', "{'type':'Polygon','coordinates':[[0,0],[1,0]]}", "intake.value_type" },
	{ "'type':'geojson'", 'T', "{'type':'Point','coordinates':['2','48']}", "intake.value_type" },
	{ "'type':'geojson'", 'T', "{'type':'Point','coordinates':[2]}", "intake.value_type" },
	{ "'type':'geojson'", 'T', "{'type':'Point'}", "intake.value_type" },
	{ "'type':'geojson'", 'T', "{'type':'Square','coordinates':[2,48]}", "intake.value_type" },
	{ "'type':'geojson'", 'T', "{'type':'Feature','geometry':null,'properties':{}}", "text {'type':'Feature','geometry':null,'properties':{}}" },
	{ "'type':'geojson'", 'T', "{'type':'Feature','geometry':{'type':'Point','coordinates':[2]},'properties':{}}", "intake.value_type" },
	{ "'type':'geojson'", 'T', "{'type':'FeatureCollection','features':[]}", "text {'type':'FeatureCollection','features':[]}" },
	{ "'type':'geojson'", 'T', "{'type':'FeatureCollection','features':[{'type':'x'}]}", "intake.value_type" },
	{ "'type':'geojson'", 'T', "{'type':'GeometryCollection','geometries':[{'type':'MultiPoint','coordinates':[[1,2]]}]}",
	  "text {'type':'GeometryCollection','geometries':[{'type':'MultiPoint','coordinates':[[1,2]]}]}" },
	{ "'type':'geojson'", 'T', "[2.5,48]", "intake.value_type" },
	{ "'type':'geojson'", 'T', "{'type':'Topology','objects':{},'arcs':[]}", "intake.value_type" },
	{ "'type':'geojson','format':'topojson'", 'T', "{'type':'Topology','objects':{},'arcs':[]}", "text {'type':'Topology','objects':{},'arcs':[]}" },
	{ "'type':'geojson','format':'topojson'", 'T', "{'type':'Topology','objects':{}}", "intake.value_type" },
	{ "'type':'geojson','format':'topojson'", 'T', "{'type':'Point','coordinates':[2,48]}", "intake.value_type" },
	/* object, array, list */
	{ "'type':'object'", 'T', "{ 'a' : [1, 2.50, 'é'], 'b': null }", "text {'a':[1,2.50,'é'],'b':null}" },
	{ "'type':'object'", 'T', "[1]", "intake.value_type" },
	{ "'type':'object'", 'T', "{'a':1", "intake.value_type" },
	{ "'type':'object'", 'T', "{'a':1,'a':2}", "intake.value_type" },
	{ "'type':'array'", 'T', "[ 1, 'x' ]", "text [1,'x']" },
	{ "'type':'array'", 'T', "{}", "intake.value_type" },
	{ "'type':'array'", 'T', "1", "intake.value_type" },
	{ "'type':'array','constraints':{'minLength':2}", 'T', "[1]", "intake.value_items" },
	{ "'type':'object','constraints':{'maxLength':1}", 'T', "{'a':1,'b':2}", "intake.value_items" },
	{ "'type':'array','constraints':{'enum':[[1,2],[3]]}", 'T', "[ 1,2 ]", "text [1,2]" },
	{ "'type':'array','constraints':{'enum':[[1,2],[3]]}", 'T', "[2,1]", "intake.value_enum" },
	{ "'type':'list'", 'T', "a,b c,", "text ['a','b c','']" },
	{ "'type':'list'", 'T', "a", "text ['a']" },
	{ "'type':'list','delimiter':' | ','itemType':'integer'", 'T', "1 | -2", "text [1,-2]" },
	{ "'type':'list','itemType':'integer'", 'T', "1,x2", "intake.value_digit" },
	{ "'type':'list','itemType':'integer'", 'T', "1,,2", "intake.value_type" },
	{ "'type':'list','delimiter':';','itemType':'number'", 'T', "1.50;2", "text [1.5,2]" },
	{ "'type':'list','itemType':'boolean'", 'T', "true,0", "text [true,false]" },
	{ "'type':'list','itemType':'date'", 'T', "2018-02-08,2018-02-09", "text ['2018-02-08','2018-02-09']" },
	{ "'type':'list','itemType':'date'", 'T', "2018-02-08,2018-02-30", "intake.value_type" },
	{ "'type':'list','itemType':'time'", 'T', "10:00:00", "text ['10:00:00']" },
	{ "'type':'list','itemType':'datetime'", 'T', "2018-02-08T10:00:00", "text ['2018-02-08T10:00:00']" },
	{ "'type':'list','constraints':{'maxLength':2}", 'T', "a,b,c", "intake.value_items" },
	/* constraints and categories by value */
	{ "'type':'number','decimalChar':',','constraints':{'minimum':1.5}", 'T', "1,4", "intake.value_minimum" },
	{ "'type':'number','decimalChar':',','constraints':{'minimum':'1,5'}", 'T', "1,5", "real 1.5" },
	{ "'type':'number','constraints':{'enum':[1.50]}", 'T', "1.5", "real 1.5" },
	{ "'type':'boolean','trueValues':['oui'],'falseValues':['non'],'constraints':{'enum':[true]}", 'T', "oui", "int 1" },
	{ "'type':'boolean','trueValues':['oui'],'falseValues':['non'],'constraints':{'enum':[true]}", 'T', "non", "intake.value_enum" },
	{ "'type':'boolean','trueValues':['oui'],'falseValues':['non'],'constraints':{'enum':['oui']}", 'T', "oui", "int 1" },
	{ "'type':'date','format':'%d/%m/%Y','constraints':{'enum':['08/02/2018']}", 'T', "8/2/2018", "text 2018-02-08" },
	{ "'type':'any','constraints':{'minLength':2}", 'T', "a", "intake.value_length" },
	{ "'type':'string','categories':['pomme','poire']", 'T', "poire", "text poire" },
	{ "'type':'string','categories':['pomme','poire']", 'T', "prune", "intake.value_enum" },
	{ "'type':'string','categories':['pomme','poire']", 'T', "", "null" },
	{ "'type':'integer','categories':[{'value':0,'label':'non'},{'value':1,'label':'oui'},{'value':2}],'categoriesOrdered':true", 'T', "01", "int 1" },
	{ "'type':'integer','categories':[{'value':0,'label':'non'},{'value':1,'label':'oui'},{'value':2}]", 'T', "3", "intake.value_enum" },
	{ "'type':'integer','categories':[3,1,2],'constraints':{'enum':[1,2]}", 'T', "3", "intake.value_enum" },
	{ "'type':'integer','constraints':{'enum':[9,7,8,1,5,3]}", 'T', "5", "int 5" },
	{ "'type':'string','constraints':{'pattern':'[0-9]{5}'}", 'N', "75056", "text 75056" },
};
/* Fields that cannot be used. */
static const struct { const char *field, *want; } bad[] = {
	{ "\"type\":\"string\",\"constraints\":{\"pattern\":\"[\"}", "intake.pattern" },
	{ "\"type\":\"string\",\"constraints\":{\"pattern\":\"a*?\"}", "intake.pattern" },
	{ "\"type\":\"string\",\"constraints\":{\"pattern\":\"(?=a)\"}", "intake.pattern" },
	{ "\"type\":\"string\",\"constraints\":{\"pattern\":\"\\\\p{L}\"}", "intake.pattern" },
	{ "\"type\":\"string\",\"constraints\":{\"pattern\":\"(a)\\\\1\"}", "intake.pattern" },
	{ "\"type\":\"string\",\"constraints\":{\"pattern\":\"[é]\"}", "intake.pattern" },
	{ "\"type\":\"string\",\"constraints\":{\"pattern\":\"a\\\\\"}", "intake.pattern" },
	{ "\"type\":\"string\",\"constraints\":{\"minimum\":1}", "intake.constraint" },
	{ "\"type\":\"integer\",\"constraints\":{\"minimum\":\"x\"}", "intake.value_type" },
	{ "\"type\":\"integer\",\"constraints\":{\"enum\":[\"x\"]}", "intake.value_type" },
	{ "\"type\":\"date\",\"format\":\"%d/%m\"", "intake.descriptor_value" },
	{ "\"type\":\"date\",\"format\":\"%d/%m/%Y%\"", "intake.descriptor_value" },
	{ "\"type\":\"date\",\"format\":\"%d/%d/%m/%Y\"", "intake.descriptor_value" },
	{ "\"type\":\"date\",\"format\":\"%y/%m/%d %Y\"", "intake.descriptor_value" },
	{ "\"type\":\"date\",\"format\":\"%A %d/%m/%Y\"", "intake.descriptor_value" },
	{ "\"type\":\"date\",\"format\":\"%d/%m/%Y %H\"", "intake.descriptor_value" },
	{ "\"type\":\"date\",\"format\":\"%Y-%m-%d %j\"", "intake.descriptor_value" },
	{ "\"type\":\"time\",\"format\":\"%I:%M\"", "intake.descriptor_value" },
	{ "\"type\":\"time\",\"format\":\"%H:%M %p\"", "intake.descriptor_value" },
	{ "\"type\":\"time\",\"format\":\"%f %H:%M\"", "intake.descriptor_value" },
	{ "\"type\":\"datetime\",\"format\":\"%Y-%m-%d\"", "intake.descriptor_value" },
	{ "\"type\":\"year\",\"format\":\"%y\"", "intake.descriptor_value" },
	{ "\"type\":\"integer\",\"format\":\"any\"", "intake.descriptor_value" },
	{ "\"type\":\"geopoint\",\"format\":\"arr\"", "intake.descriptor_value" },
	{ "\"type\":\"geojson\",\"format\":\"array\"", "intake.descriptor_value" },
	{ "\"type\":\"duration\",\"constraints\":{\"minimum\":\"1 h\"}", "intake.value_type" },
	{ "\"type\":\"list\",\"itemType\":\"object\"", "intake.descriptor_value" },
	{ "\"type\":\"list\",\"delimiter\":\"\"", "intake.descriptor_value" },
	{ "\"type\":\"geopoint\",\"constraints\":{\"minimum\":\"1,2\"}", "intake.constraint" },
	{ "\"type\":\"boolean\",\"constraints\":{\"exclusiveMaximum\":1}", "intake.constraint" },
	{ "\"type\":\"integer\",\"constraints\":{\"minLength\":1}", "intake.constraint" },
	{ "\"type\":\"date\",\"constraints\":{\"maxLength\":1}", "intake.constraint" },
	{ "\"type\":\"number\",\"categories\":[1]", "intake.constraint" },
	{ "\"type\":\"integer\",\"categories\":[\"x\"]", "intake.value_type" },
	{ "\"type\":\"integer\",\"groupChar\":\"0\"", "intake.descriptor_value" },
	{ "\"type\":\"number\",\"groupChar\":\".\"", "intake.descriptor_value" },
};

/* One state of Lua for all of them, as of the fields of a table. */
static struct field_types types = { &lua_shaper, 64 << 20, NULL, 0 };

/* A descriptor of one column. */
static bool one_field(struct arena *a, const char *field, struct package *p, struct err *e)
{
	const char *text = arena_printf(a, "{\"name\":\"p\",\"resources\":[{\"name\":\"t\",\"path\":\"t.csv\",\"schema\":{\"fields\":[{\"name\":\"x\",%s}]}}]}",
	                                field);

	return package_parse(p, a, "dir", text, strlen(text), e);
}

static void show(struct buf *out, struct field_reader *r, enum rowcell_kind kind, const char *cell, struct err *e)
{
	/* Hardly larger than the cell, so that a sanitizer sees a read past its end (it wants a NUL for regexec). */
	size_t n = strlen(cell);
	char *s = memcpy(malloc(n + 1), cell, n + 1);
	struct cell c = { 0 };
	const char *label = "";
	int rc = field_read(r, &(struct rowcell){ s, n, false, kind }, &c, &label, e);

	if (rc < 0) {
		buf_str(out, err_name(e->id));
	} else if (rc == 0) {
		buf_printf(out, "null%s%s", *label ? " " : "", label);
	} else if (c.type == CELL_INT) {
		buf_printf(out, "int %lld", (long long)c.i);
	} else if (c.type == CELL_REAL) {
		buf_str(out, "real ");
		num_put_real(out, c.d);
	} else {
		buf_printf(out, "text %.*s", (int)c.n, c.s);
	}
	free(s);
}

/* Reads the cell by the field and compares what becomes of it; cell NULL: the field itself must be refused. */
static void try(const char *field, enum rowcell_kind kind, const char *cell, const char *want)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct package p;
	struct buf out = BUF(1000), name = BUF(1000);
	struct field_reader *r = one_field(&a, field, &p, &e) ? field_open(p.resource[0].field, &types, &a, &e) : NULL;

	if (!r || !cell)
		buf_str(&out, r ? "accepted" : err_name(e.id));
	else
		show(&out, r, kind, cell, &e);
	buf_printf(&name, "%s: “%s”", field, cell ? cell : "");
	CHECK_STR(buf_text(&out), want, buf_text(&name));
	field_close(r);
	buf_free(&out);
	buf_free(&name);
	arena_free(&a);
}

static const char *quoted(struct arena *a, const char *s)
{
	char *text = arena_strdup(a, s);

	for (char *p = text; *p; p++)
		*p = *p == '\'' ? '"' : *p;
	return text;
}

static void test_tables(void)
{
	struct arena a = { 0 };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		try(cases[i].field, ROWCELL_TEXT, cases[i].cell, cases[i].want);
	for (size_t i = 0; i < sizeof more / sizeof *more; i++)
		try(quoted(&a, more[i].field), (enum rowcell_kind)(strchr("TNMF-", more[i].kind) - "TNMF-"), quoted(&a, more[i].cell), quoted(&a, more[i].want));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		try(bad[i].field, ROWCELL_TEXT, NULL, bad[i].want);
	arena_free(&a);
}

/* The character that spoils a number is named. */
static void test_blame(void)
{
	static const struct { const char *cell, *sign; } spoilt[] = { { "29?829", "?" }, { "1*", "*" }, { "3\xc2\xa0" "618", "\xc2\xa0" }, { "12\xe2\x82\xac", "\xe2\x82\xac" } };
	struct arena a = { 0 };
	struct err e = { 0 };
	struct package p;
	struct cell c;
	const char *label;

	CHECK(one_field(&a, "\"type\":\"integer\"", &p, &e), "an integer");
	struct field_reader *r = field_open(p.resource[0].field, &types, &a, &e);
	for (size_t i = 0; i < sizeof spoilt / sizeof *spoilt; i++) {
		field_read(r, &(struct rowcell){ spoilt[i].cell, strlen(spoilt[i].cell), false, ROWCELL_TEXT }, &c, &label, &e);
		CHECK_STR(e.arg[3], spoilt[i].sign, spoilt[i].cell);
	}
	struct buf b = BUF(500);
	field_read(r, &(struct rowcell){ "29?829", 6, false, ROWCELL_TEXT }, &c, &label, &e);
	err_message(&e, LANG_EN, &b);
	CHECK_STR(buf_text(&b), "“29?829” in the column “x” cannot be read as integer: “?” is no part of a number here", "in words");
	buf_free(&b);
	field_close(r);
	arena_free(&a);
}

/* What of a pattern cannot be used is shown. */
static void test_pattern(void)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct package p;

	CHECK(one_field(&a, "\"type\":\"string\",\"constraints\":{\"pattern\":\"ab(?=c)\"}", &p, &e) && !field_open(p.resource[0].field, &types, &a, &e), "a pattern");
	CHECK_STR(e.arg[2], "(?=c)", "from where on it cannot be read");
	CHECK(one_field(&a, "\"type\":\"string\",\"constraints\":{\"pattern\":\"a(b\"}", &p, &e) && !field_open(p.resource[0].field, &types, &a, &e), "another");
	CHECK(e.arg[2][0] != 0, "the reason");
	arena_free(&a);
}

static void test_decimals(void)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct package p;
	struct cell c;
	const char *label;

	CHECK(one_field(&a, "\"type\":\"number\",\"decimalChar\":\",\",\"constraints\":{\"maximum\":\"9,999\"}", &p, &e), "a number");
	struct field_reader *r = field_open(p.resource[0].field, &types, &a, &e);
	CHECK(r && field_decimals(r) == 0, "no decimals before the first value, whatever the bounds");
	field_read(r, &(struct rowcell){ "1,50", 4, false, ROWCELL_TEXT }, &c, &label, &e);
	field_read(r, &(struct rowcell){ "2", 1, false, ROWCELL_TEXT }, &c, &label, &e);
	CHECK(field_decimals(r) == 2, "decimals as written, the most of them");
	field_read(r, &(struct rowcell){ "7,83e-03", 8, false, ROWCELL_TEXT }, &c, &label, &e);
	CHECK(field_decimals(r) == 5, "a power of ten moves the point");
	field_read(r, &(struct rowcell){ "5e-07", 5, false, ROWCELL_NUMBER }, &c, &label, &e);
	CHECK(field_decimals(r) == 7, "those of a sheet's number, by its shortest text");
	field_close(r);
	CHECK(one_field(&a, "\"type\":\"string\"", &p, &e) && (r = field_open(p.resource[0].field, &types, &a, &e)) && field_decimals(r) == -1, "a text has none");
	field_close(r);
	CHECK(field_read((r = field_open(p.resource[0].field, &types, &a, &e)), &(struct rowcell){ "x\0y", 3, false, ROWCELL_TEXT }, &c, &label, &e) == 1 && c.n == 3, "length is not told by NUL");
	field_close(r);
	arena_free(&a);
}

int main(void)
{
	test_tables();
	test_blame();
	test_pattern();
	test_decimals();
	lua_shaper.close(types.state);
	return done_testing();
}
