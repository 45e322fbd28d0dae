# SPDX-License-Identifier: MIT
#
# Builds with a C compiler and GNU make. `make help` lists the targets and the variables.
# .config chooses what is built in (configs/default_defconfig without one); Config.in explains it.

## Variables:
##   O=DIR             where everything that is built goes            (build)
##   KCONFIG_CONFIG=F  the configuration                              (.config)
##   CC=, CFLAGS=      the compiler and its flags; musl-gcc links statically by itself
##   CROSS_COMPILE=P   prefix of the compiler and its tools           (mips-linux-musl-)
##   STATIC=1, =0      link statically, or not, whatever the compiler
##   PREFIX=, DESTDIR= where `make install` installs                  (/usr/local)
##   WERROR=1          warnings are errors
##   SANITIZE=1        with the address and undefined behaviour sanitizers (CC=clang)
##   V=1               show the commands

O              ?= build
KCONFIG_CONFIG ?= .config
PREFIX         ?= /usr/local
CFLAGS         ?= -Os -g
ifeq ($(origin CC),default)
CC             := $(CROSS_COMPILE)$(if $(CROSS_COMPILE),gcc,cc)
endif
ifeq ($(origin AR),default)
AR             := $(CROSS_COMPILE)ar
endif
STRIP          ?= $(CROSS_COMPILE)strip
NM             ?= $(CROSS_COMPILE)nm
SIZE           ?= $(CROSS_COMPILE)size
STATIC         ?= $(if $(findstring musl,$(CC)),1)

.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules
say = $(if $(filter-out 0,$(V)),,@printf '  %-7s %s\n' $(1) '$(2)' &&) #
config := $(or $(wildcard $(KCONFIG_CONFIG)),configs/default_defconfig)
include $(config)

## Build:
##   all               build/mcproxy and build/bin/APPLET (default)
.PHONY: all
all: $(O)/mcproxy

# ---- what is built: proto/ and core/ whole, but for the files of options; the enabled applets ----

option-$(CONFIG_IGMP)    += proto/igmp.c
option-$(CONFIG_MLD)     += proto/mld.c
option-$(CONFIG_CONTROL) += core/control.c

src     := $(filter-out $(option-),$(sort $(wildcard proto/*.c core/*.c)))
applets := $(shell sed -n 's/^CONFIG_APPLET_\([A-Z0-9_]*\)=y$$/\1/p' $(config) | tr A-Z_ a-z-)
lib-obj := $(patsubst %.c,$(O)/%.o,$(filter-out core/main.c,$(src)))
bin-obj := $(O)/core/main.o $(applets:%=$(O)/applets/%.o)

# ---- how ----

warnings := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wvla -Wformat=2 -Wundef \
	-Wpointer-arith -Wcast-qual -Wwrite-strings -Wnull-dereference \
	$(if $(filter-out 0,$(WERROR)),-Werror)
flags    := -std=c11 -D_GNU_SOURCE -include $(O)/config.h -I$(O) -MMD -MP $(warnings) \
	-ffunction-sections -fdata-sections
link     := -Wl,--gc-sections

ifeq ($(CONFIG_HARDENING),y)
flags += -fstack-protector-strong -fPIE
link  += -Wl,-z,relro,-z,now,-z,noexecstack
# Needs an optimizer; glibc warns without.
ifeq ($(filter -O0,$(CFLAGS))$(SANITIZE),)
flags += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
endif
else
flags += -fno-stack-protector -fno-pie
link  += -no-pie
endif

ifeq ($(STATIC),1)
# Debian's musl-gcc cannot do -static-pie by itself: it takes the wrong start file.
musl-dir := $(if $(filter %musl-gcc,$(CC)),$(shell $(CC) -\#\#\# -x c /dev/null 2>&1 | \
	sed -n 's,.* \([^ ]*/\)Scrt1\.o .*,\1,p'))
ifneq ($(CONFIG_HARDENING),y)
link  += -static
else ifneq ($(musl-dir),)
link  += -static -nostartfiles -Wl,-pie,--no-dynamic-linker,-z,text \
	$(addprefix $(musl-dir),rcrt1.o crti.o crtn.o)
else
link  += -static-pie
endif
else ifeq ($(CONFIG_HARDENING),y)
link  += -pie
endif

ifeq ($(SANITIZE),1)
sanitize := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
flags += $(sanitize)
link  += $(sanitize)
endif

$(O)/mcproxy: $(bin-obj) $(O)/libmcproxy.a
	$(call say,LD,$@)$(CC) $(CFLAGS) -o $@ $^ $(link) $(LDFLAGS)
	@mkdir -p $(O)/bin && rm -f $(O)/bin/* && \
	for name in mcproxy $(applets); do ln -sf ../mcproxy $(O)/bin/$$name; done

$(O)/libmcproxy.a: $(lib-obj)
	$(call say,AR,$@)rm -f $@ && $(AR) rcs $@ $^

$(O)/%.o: %.c $(O)/config.h $(O)/applets.h $(O)/command
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(flags) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# The generated files change only if their content does, and what depends on them is then rebuilt.
update = @mkdir -p $(@D) && { $(1); } >$@.new && \
	if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

# ENABLE_X, 0 or 1, for every bool of Config.in, whether .config mentions it or not; CONFIG_X for
# every int, from .config or else its default.
define config_awk
	FILENAME == "Config.in" && $$1 == "config" { name = $$2 }
	FILENAME == "Config.in" && $$1 ~ /^(bool|int)$$/ { type[name] = $$1; order[++count] = name }
	FILENAME == "Config.in" && $$1 == "default" { value[name] = type[name] == "int" ? $$2 : 0 }
	/^CONFIG_/ { split(substr($$0, 8), set, "="); value[set[1]] = set[2] == "y" ? 1 : set[2] }
	END {
		for (i = 1; i <= count; i++)
			printf "#define %s_%s %s\n", type[order[i]] == "int" ? "CONFIG" : "ENABLE",
				order[i], value[order[i]]
	}
endef
export config_awk
$(O)/config.h: FORCE
	$(call update,awk "$$config_awk" Config.in $(config))
$(O)/applets.h: FORCE
	$(call update,for name in $(applets); do \
		echo "APPLET($$(echo $$name | tr - _), \"$$name\")"; done)
$(O)/command: FORCE
	$(call update,echo '$(CC) $(flags) $(CPPFLAGS) $(CFLAGS) $(link) $(LDFLAGS)')
FORCE:

-include $(shell find $(O) -name '*.d' 2>/dev/null)

## Test (2 tests at a time; JOBS=N):
##   check             everything that this machine can do; says what it skipped and why
##   check-unit, check-replay, check-net, check-tree
##   lint              what reads the source only      format: clang-format it
##   demo              a stream through network namespaces, as it happens
##   bench             the figures, beside igmpproxy's
##   size              bytes of each file and of each option

test-src  := $(wildcard tests/*/*.[ch])
unit      := $(patsubst %.c,$(O)/%,$(wildcard tests/unit/*.c))
replay    := $(patsubst %,$(O)/tests/replay,$(wildcard tests/replay/replay.c))
net       := $(filter-out %/enter.sh %/demo.sh tests/net/lib%,$(wildcard tests/net/*.sh))
tree      := $(wildcard tests/tree/build-*.sh) $(filter-out tests/tree/build-%,$(wildcard tests/tree/*.sh))
run-tests = @O='$(abspath $(O))' CC='$(CC)' WERROR='$(WERROR)' sh tests/run.sh

$(O)/tests/%: $(O)/libmcproxy.a $(test-src) $(wildcard proto/*.h core/*.h)
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(filter-out -MMD -MP,$(flags)) $(CPPFLAGS) $(CFLAGS) -o $@ \
		$(or $(wildcard tests/$*.c),$(wildcard tests/$*/*.c)) $< $(link) $(LDFLAGS)

.PHONY: check check-unit check-replay check-net check-tree lint format demo bench size
check: all $(unit) $(replay)
	$(run-tests) $(tree) $(replay) $(unit) $(net)
check-unit: $(unit)
	$(run-tests) $(unit)
check-replay: $(replay)
	$(run-tests) $(replay)
check-net: all
	$(run-tests) $(net)
check-tree: all
	$(run-tests) $(tree)
lint:
	$(run-tests) $(wildcard tests/tree/lint-*.sh)
format:
	clang-format -i $(wildcard proto/*.[ch] core/*.[ch] applets/*.c) $(test-src)
demo: all
	@MCPROXY_BIN=$(abspath $(O))/bin sh tests/net/enter.sh sh tests/net/demo.sh
bench: all $(O)/tests/bench
	@MCPROXY_BIN=$(abspath $(O))/bin sh tests/net/enter.sh $(O)/tests/bench
size:
	@O='$(O)/size' CC='$(CC)' sh tests/size.sh

## Install:
##   install           the program and its links in sbin, the manual pages, an example
##   uninstall         remove them
sbin := $(DESTDIR)$(PREFIX)/sbin
man8 := $(DESTDIR)$(PREFIX)/share/man/man8
doc  := $(DESTDIR)$(PREFIX)/share/doc/mcproxy

.PHONY: install uninstall
install: all
	mkdir -p $(sbin) $(man8) $(doc)
	$(STRIP) -o $(sbin)/mcproxy $(O)/mcproxy
	chmod 755 $(sbin)/mcproxy
	for name in $(filter-out mcproxy,$(applets)); do ln -sf mcproxy $(sbin)/$$name || exit 1; done
	install -m 644 $(applets:%=applets/%.8) $(man8)
	install -m 644 configs/mcproxy.conf $(doc)
uninstall:
	rm -f $(sbin)/mcproxy $(applets:%=$(sbin)/%) $(applets:%=$(man8)/%.8) $(doc)/mcproxy.conf
	-rmdir $(doc)

##   clean             remove all that was built
.PHONY: clean
clean:
	rm -rf $(O)

## Configure (what needs kconfig-frontends says so):
##   menuconfig        choose in menus
##   defconfig         the default configuration
##   NAME_defconfig    configs/NAME_defconfig: default, tiny, full
##   savedefconfig     write the configuration to ./defconfig
##   oldconfig         ask for what is new
##   allyesconfig, allnoconfig, randconfig
kconfigs := oldconfig olddefconfig allyesconfig allnoconfig alldefconfig randconfig
kconfig = @command -v kconfig-$(1) >/dev/null || \
	{ echo 'kconfig-$(1) is missing: apt-get install kconfig-frontends' >&2; exit 1; }; \
	KCONFIG_CONFIG=$(KCONFIG_CONFIG) kconfig-$(1)
.PHONY: menuconfig defconfig savedefconfig $(kconfigs)
menuconfig:
	$(call kconfig,mconf) Config.in
$(kconfigs):
	$(call kconfig,conf) --$@ Config.in
defconfig: default_defconfig
%_defconfig: configs/%_defconfig
	cp $< $(KCONFIG_CONFIG)
	@! command -v kconfig-conf >/dev/null || $(MAKE) --no-print-directory olddefconfig
savedefconfig:
	sed -n '/CONFIG_/p' $(config) >defconfig

.PHONY: help
help:
	@sed -n 's/^## \{0,1\}//p' $(firstword $(MAKEFILE_LIST))
