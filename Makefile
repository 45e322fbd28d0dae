# SPDX-License-Identifier: MIT
#
# Builds mcproxy with GNU make and a C compiler. `make help` lists the targets and the variables.
# .config (without one, configs/default_defconfig) chooses what is built in; Config.in explains it.

## Variables:
##   O=DIR              where everything that is built goes            (build)
##   KCONFIG_CONFIG=F   the configuration                              (.config)
##   CC=, CFLAGS=       the compiler and its flags (-Oz -g, or what comes closest);
##                      musl-gcc links statically by itself
##   CROSS_COMPILE=P    prefix of compiler and tools                   (mips-linux-musl-)
##   STATIC=1, =0       link statically, or not, whatever the compiler
##   PREFIX=, DESTDIR=  where `make install` installs                  (/usr/local)
##   WERROR=1           warnings are errors
##   SANITIZE=1         with the address and undefined behaviour sanitizers
##   JOBS=N             tests that run at a time                       (6)
##   V=1                show the commands

O              ?= build
KCONFIG_CONFIG ?= .config
PREFIX         ?= /usr/local
ifeq ($(origin CC),default)
CC             := $(CROSS_COMPILE)$(if $(CROSS_COMPILE),gcc,cc)
endif
ifeq ($(origin AR),default)
AR             := $(CROSS_COMPILE)ar
endif
# Flags, if the compiler knows them; those of gcc's optimizer without which code is shorter.
known          = $(shell $(CC) -Werror $(1) -c -xc -o /dev/null /dev/null 2>/dev/null && echo $(1))
shorter        := $(addprefix -fno-,caller-saves move-loop-invariants optimize-sibling-calls \
	tree-dominator-opts tree-loop-im tree-sra)
ifndef CFLAGS
CFLAGS         := $(if $(call known,-Oz $(shorter)),-Oz,-Os) -g
endif
STRIP          ?= $(CROSS_COMPILE)strip
OBJCOPY        ?= $(CROSS_COMPILE)objcopy
STATIC         ?= $(if $(findstring musl,$(CC)),1)

.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules
say = $(if $(filter-out 0,$(V)),,@printf '  %-7s %s\n' $(1) '$@' &&) #

# CONFIG_X of everything in Config.in, as kconfig has it: y or nothing of a bool, a number of an int.
config   := $(or $(wildcard $(KCONFIG_CONFIG)),configs/default_defconfig)
configure = $(eval settings := $(shell awk -f configs/settings.awk Config.in $(config))) \
	$(foreach setting,$(settings),$(eval $(setting)))
$(configure)

## Build:
##   all                build/mcproxy, and a link for each applet in build/bin (default)
##   clean              remove everything that was built
.PHONY: all clean
all: $(O)/mcproxy
clean:
	rm -rf $(O)

# ---- what is built: proto/ and core/, but for the files of options that are off; the applets ----

house := proto core $(patsubst %/,%,$(wildcard proto/*/ core/*/))

option-$(CONFIG_PER_SOURCE)     += proto/forward/flow.c
option-$(CONFIG_TROUBLE)        += core/daemon/trouble.c core/kernel/bridge.c
option-$(CONFIG_REPORTER_LIMITS) += proto/router/regular.c
option-$(CONFIG_FILTER)         += proto/policy/filter.c core/config/ruletable.c core/config/implied.c
option-$(CONFIG_MULTI_INSTANCE) += core/kernel/rule.c
option-$(CONFIG_KERNEL_HOST)    += core/daemon/join.c core/kernel/grouplist.c
option-$(CONFIG_PRIVILEGES)     += core/privilege/privilege.c
option-$(CONFIG_PRIVSEP)        += proto/adopt.c core/kernel/mroute_dump.c \
	$(addprefix core/privilege/,monitor.c monitor_serve.c passing.c priv_worker.c \
	successor.c)
option-$(CONFIG_SECCOMP)        += core/kernel/seccomp.c
option-$(CONFIG_SYSTEMD)        += core/privilege/notify.c
option-$(if $(CONFIG_PRIVSEP),,y) += core/privilege/priv_direct.c
option-$(CONFIG_CONTROL)        += $(wildcard core/control/*.c) \
	core/daemon/command.c

sources := $(filter-out $(option-) core/main.c,$(sort $(wildcard $(addsuffix /*.c,$(house)))))
applets := $(shell echo $(patsubst CONFIG_APPLET_%=y,%,$(filter CONFIG_APPLET_%=y,$(settings))) | tr A-Z_ a-z-)

# ---- how ----

compiler-package := $(if $(findstring musl,$(CC)),musl-tools,$(if \
	$(findstring clang,$(CC)),clang,gcc) libc6-dev)
flags := -std=c11 -D_GNU_SOURCE -include $(O)/config.h -iquote . -I$(O) -ffunction-sections -fdata-sections
flags += -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla
flags += -Wold-style-definition -Wformat=2 -Wundef -Wpointer-arith -Wcast-qual -Wwrite-strings
flags += -Wnull-dereference $(if $(filter 1,$(WERROR)),-Werror)
link  := -Wl,--gc-sections,-z,noseparate-code

# Where the size counts, the static binary, which is what routers get, is optimized as a whole. That
# leaves no seams for tests between its parts, so the objects hold both.
small   := $(filter -Os -Oz,$(CFLAGS))
whole   := $(if $(and $(small),$(filter 10,$(STATIC)$(or $(SANITIZE),0))),\
	$(call known,-flto -flto-partition=one -ffat-lto-objects))
flags   += $(if $(small),$(call known,$(shorter))) $(whole)

ifeq ($(CONFIG_HARDENING),y)
flags += -fstack-protector-strong -fPIE
link  += -Wl,-z,relro,-z,now,-z,noexecstack
else
flags += -fno-stack-protector -fno-pie
endif
# musl never makes the relocations of a static program read-only, so a page for them is a page lost.
ifneq ($(and $(findstring musl,$(CC)),$(filter 1,$(STATIC))),)
link  += -Wl,-z,norelro,-z,common-page-size=64
endif

ifeq ($(SANITIZE),1)
flags += -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
link  += -fsanitize=address,undefined
else
flags += -fno-asynchronous-unwind-tables
# glibc warns that it fortifies nothing without an optimizer.
fortify := $(if $(filter -O0,$(CFLAGS)),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
flags += $(if $(CONFIG_HARDENING),$(fortify))
endif

# Debian's musl-gcc does not know -static-pie and takes the wrong start file. Its own directory:
musl-dir := $(if $(filter %musl-gcc,$(CC)),$(shell $(CC) -\#\#\# -x c /dev/null 2>&1 | \
	sed -n 's,.* \([^ ]*/\)Scrt1\.o .*,\1,p'))
musl-pie := -static -nostartfiles -Wl,-pie,--no-dynamic-linker,-z,text \
	$(addprefix $(musl-dir),rcrt1.o crti.o crtn.o)

link-        := -no-pie
link-y       := -pie
link-1       := -static
link-1y      := $(if $(musl-dir),$(musl-pie),-static-pie)
link         += $(link-$(filter 1,$(STATIC))$(CONFIG_HARDENING))

$(O)/mcproxy: $(O)/core/main.o $(applets:%=$(O)/applets/%.o) $(O)/libmcproxy.a
	$(call say,LD)$(CC) $(if $(whole),$(flags)) $(CFLAGS) -o $@ $^ $(link) $(LDFLAGS)
	@mkdir -p $(O)/bin && rm -f $(O)/bin/*
	@for name in mcproxy $(applets); do ln -sf ../mcproxy $(O)/bin/$$name; done

$(O)/libmcproxy.a: $(sources:%.c=$(O)/%.o)
	$(call say,AR)rm -f $@ && $(AR) rcs $@ $^

$(O)/%.o: %.c $(O)/config.h $(O)/command | $(O)/applets.h
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(flags) -MMD -MP $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# What is generated is written only if it has changed, and then what depends on it is built anew.
update = @mkdir -p $(@D) && { $(1); } >$@.new && \
	if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

# ENABLE_X, 0 or 1, for every bool but the applets, which are in applets.h; CONFIG_X for every int.
$(O)/config.h: FORCE
	$(call update,printf '#define %s\n' $(filter-out CONFIG_APPLET_%,$(settings)) | sed -E 's/CONFIG_(.*)=y$$/ENABLE_\1 1/; \
		s/CONFIG_(.*)=$$/ENABLE_\1 0/; s/=/ /')
$(O)/applets.h: FORCE
	$(call update,for name in $(applets); do \
		echo "APPLET($$(echo $$name | tr - _), \"$$name\")"; done)
# Before the first file is compiled, whether that can be done at all.
$(O)/command: FORCE
	@test -e $@ || echo '#include <errno.h>' | $(CC) -E - >/dev/null 2>&1 || { echo \
		'$(CC) does not work: apt-get install $(compiler-package)' >&2; exit 1; }
	$(call update,echo '$(CC) $(flags) $(CPPFLAGS) $(CFLAGS) $(link) $(LDFLAGS)')
FORCE:

-include $(wildcard $(O)/*/*.d $(O)/*/*/*.d)

## Configure:
##   menuconfig         choose in menus (this and those below need kconfig-frontends)
##   oldconfig          ask about options that are new
##   allyesconfig, allnoconfig, randconfig
##   defconfig          configs/default_defconfig
##   NAME_defconfig     configs/NAME_defconfig: default, small, tiny, full
##   savedefconfig      write to ./defconfig what is not the default, as those in configs/ do
kconfigs := oldconfig olddefconfig allyesconfig allnoconfig randconfig
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
savedefconfig:
	$(call kconfig,conf) --savedefconfig=defconfig Config.in

## Install:
##   install            the program and its links, the manual pages, an example; with SYSTEMD its unit
##   uninstall          remove them
share := $(DESTDIR)$(PREFIX)/share
sbin  := $(DESTDIR)$(PREFIX)/sbin
man5  := $(share)/man/man5
man8  := $(share)/man/man8
doc   := $(share)/doc/mcproxy
units := $(DESTDIR)$(PREFIX)/lib/systemd/system

.PHONY: install uninstall help
install: all
	mkdir -p $(sbin) $(man5) $(man8) $(doc)
	$(STRIP) -o $(sbin)/mcproxy $(O)/mcproxy
	chmod 755 $(sbin)/mcproxy
	for name in $(filter-out mcproxy,$(applets)); do ln -sf mcproxy $(sbin)/$$name || exit 1; done
	install -m 644 $(applets:%=applets/%.8) $(man8)
	install -m 644 applets/mcproxy.conf.5 $(man5)
	install -m 644 configs/mcproxy.conf $(doc)
ifeq ($(CONFIG_SYSTEMD),y)
	mkdir -p $(units)
	sed 's,/usr/local,$(PREFIX),' configs/systemd/mcproxy.service >$(units)/mcproxy.service
endif
uninstall:
	rm -f $(sbin)/mcproxy $(applets:%=$(sbin)/%) $(applets:%=$(man8)/%.8)
	rm -f $(man5)/mcproxy.conf.5 $(doc)/mcproxy.conf $(units)/mcproxy.service
	-rmdir $(doc)
help:
	@sed -n 's/^## \{0,1\}//p' Makefile tests/rules.mk

include tests/rules.mk
