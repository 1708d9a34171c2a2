/* Reading alone: cuts a delimited file into rows and cells with the program's own reader, checks the text, and does nothing with it.
 * usage: reading FILE.csv, a file with semicolons; prints rows, cells and bytes */
#include "intake/csv.h"
#include "intake/decode.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static long read_fd(void *context, char *to, size_t n, struct err *e)
{
	(void)e;
	return (long)read(*(int *)context, to, n);
}

int main(int argc, char **argv)
{
	const struct resource form = { .delimiter = ';', .quote = '"', .double_quote = true, .comment = "", .null_sequence = "", .encoding = "utf-8" };
	int fd = argc == 2 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
	struct decode *d = decode_open(form.encoding, &(struct rows_input){ read_fd, &fd });
	struct rows_input text = decode_input(d);
	struct rows_reader reader;
	struct err e = { 0 };
	struct row row;
	long rows = 0, cells = 0;
	int rc = -1;

	if (fd >= 0) {
		csv_open(&reader, &form, &text);
		for (; (rc = reader.next(reader.self, &row, &e)) == 1; rows++)
			cells += (long)row.n;
		reader.close(reader.self);
		printf("%ld %ld %lld\n", rows, cells, (long long)lseek(fd, 0, SEEK_CUR));
		close(fd);
	}
	decode_close(d);
	return rc != 0;
}
