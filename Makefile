# Continuum. `make report` and `make test` do everything on a fresh Debian 12; `make help` lists the rest.
.DEFAULT_GOAL := build
.DELETE_ON_ERROR:
.SUFFIXES:

PREFIX  ?= /usr/local
B       := build$(if $(SAN),-san)
V       := $(if $(VERBOSE),,@)

CC      ?= cc
CFLAGS  ?= -O2 -g
WARN    := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wformat=2 $(if $(WERROR),-Werror)
HARDEN  := -fstack-protector-strong -fstack-clash-protection -fPIE $(if $(SAN),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
ifdef SAN
SANFLAG := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
endif
PKGS    := lua5.4 sqlite3 yajl freetype2 fontconfig libseccomp libcrypto libxxhash zlib expat minizip libcurl
# Expanded when a recipe runs: by then install-deps has put pkg-config and the libraries there.
PKG_CFLAGS = $(shell pkg-config --cflags $(PKGS) | sed 's/-I/-isystem /g')
# libcurl is opened by the fetcher alone: its headers only.
LIBS       = $(shell pkg-config --libs $(filter-out libcurl,$(PKGS))) -lm
ALL_CFLAGS = -std=c17 -D_GNU_SOURCE -Icore -I$B/gen $(CFLAGS) $(WARN) $(HARDEN) $(SANFLAG) $(PKG_CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(SANFLAG) $(LDFLAGS)

SRC     := $(sort $(wildcard core/*/*.c))
EMBED   := $(sort $(wildcard core/host/*.lua core/host/figure/*.lua core/host/paper/*.lua core/host/prelude/*.lua core/host/command/*.lua core/store/*.sql core/store/ledger/*.sql core/render/*.sty))
OBJ     := $(SRC:%.c=$B/%.o) $B/gen/embed.o
UNIT    := $(patsubst tests/unit/%.c,$B/tests/unit/%,$(wildcard tests/unit/*.c))
FUZZ    := $(patsubst tests/fuzz/%.c,$B/tests/fuzz/%,$(wildcard tests/fuzz/*.c))
DEPS_FOR := $(firstword $(filter report test,$(MAKECMDGOALS)))

.PHONY: build report test check unit golden bench fuzz install clean help deps
build: $B/continuum

report: $B/continuum
	$V$B/continuum build

help:
	@echo 'make report    install what is missing, build the program, make the white paper (French and English)'
	@echo 'make test      install what is missing, run every test, the sanitizer build and the French locale included'
	@echo 'make           build the program only            make SAN=1 …   the same with ASan and UBSan'
	@echo 'make check     sources, unit, plugin, golden and command-line tests: for use while working'
	@echo 'make golden NAME=…   replace an expected output after looking at it'
	@echo 'make bench     measure, as ratios side by side   make fuzz SECONDS=60   every fuzz target that long'
	@echo 'make install PREFIX=…                            make clean     delete build folders only'

# Packages come first, and only for the two commands that promise to do everything.
deps:
ifneq ($(DEPS_FOR),)
	$Vscripts/install-deps $(DEPS_FOR)
endif
$(OBJ): | $(if $(DEPS_FOR),deps)

$B/continuum: $(OBJ)
	@echo "  link $@"
	$V$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)
$B/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "  cc $<"
	$V$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<
$B/gen/embed.o: $B/gen/embed.c
	$V$(CC) $(ALL_CFLAGS) -c -o $@ $<
$B/gen/embed.c: $(EMBED) $(SRC) $(wildcard core/*/*.h core/*/*.def) scripts/embed
	@mkdir -p $(@D)
	$Vscripts/embed $$(cat $(EMBED) $(SRC) $(sort $(wildcard core/*/*.h core/*/*.def)) | sha256sum | cut -c1-64) $(EMBED) > $@
-include $(OBJ:.o=.d) $(UNIT:=.d)

# Unit tests link every layer below the commands.
$B/tests/unit/%: tests/unit/%.c tests/unit/tap.h $(filter-out $B/core/app/%,$(OBJ))
	@mkdir -p $(@D)
	@echo "  test program $*"
	$V$(CC) $(ALL_CFLAGS) -Itests/unit $(ALL_LDFLAGS) -MMD -MP -o $@ $< $(filter %.o,$^) $(LIBS)
unit: $(UNIT)

# Fuzz targets need clang; the objects are built for them alone, with coverage.
FUZZ_SRC := $(filter-out core/app/%,$(SRC))
$B/tests/fuzz/%: tests/fuzz/%.c $(FUZZ_SRC) $B/gen/embed.c
	@mkdir -p $(@D)
	@echo "  fuzz target $*"
	$Vclang -std=c17 -D_GNU_SOURCE -Icore -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all $(PKG_CFLAGS) -o $@ $< $(FUZZ_SRC) $B/gen/embed.c $(LIBS)
fuzz: $(FUZZ)
	$Vscripts/fuzz $B $(or $(SECONDS),60)

check: $B/continuum $(UNIT)
	$Vscripts/run-tests check $B
test: $B/continuum $(UNIT) $(FUZZ)
	$Vscripts/run-tests all $B
golden:
	$Vscripts/golden $(NAME)
bench: $B/continuum
	$Vscripts/bench/run $B

install: $B/continuum
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/continuum
	install -m 755 $B/continuum $(DESTDIR)$(PREFIX)/bin/continuum
	install -m 644 core/render/continuum.sty $(DESTDIR)$(PREFIX)/share/continuum/continuum.sty
clean:
	rm -rf build build-san
