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
##   JOBS=N             tests that run at a time                       (4)
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

# The tests are of everything, and those on a network use the tools for tests. Where the configuration
# has less, they run beside it, on the default configuration, the tools, and what it does not have.
tools   := $(addprefix APPLET_MCPROXY_,JOIN SEND) SYSTEMD
needed  := $(if $(filter check check-% demo bench soak,$(MAKECMDGOALS)),IGMP_V1 IGMP_V2 MLD_V1 CONTROL \
	MULTI_INSTANCE FILTER PEERING KERNEL_HOST PRIVILEGES PRIVSEP RELOAD HELP_TEXT \
	SECCOMP REPORTER_LIMITS $(addprefix APPLET_MCPROXY,$(empty) _STAT _CTL _CHECK))
needed  += $(if $(filter check check-net check-tree demo fault soak,$(MAKECMDGOALS)),$(tools))
lacking := $(strip $(foreach option,$(needed),$(if $(CONFIG_$(option)),,$(option))))
ifneq ($(lacking),)
$(if $(filter-out $(tools),$(lacking)),$(info $(config) is without $(lacking): \
	testing configs/default_defconfig instead))
override O := $(O)/check
config     := $(O)/config
$(shell mkdir -p $(O) && printf 'CONFIG_%s=y\n' $(tools) >$(config))
$(configure)
endif

## Build:
##   all                build/mcproxy, and a link for each applet in build/bin (default)
##   clean              remove everything that was built
.PHONY: all clean
all: $(O)/mcproxy
clean:
	rm -rf $(O)

# ---- what is built: proto/ and core/, but for the files of options that are off; the applets ----

house := proto core $(patsubst %/,%,$(wildcard proto/*/ core/*/))

option-$(CONFIG_IGMP)           += proto/packet/igmp.c
option-$(CONFIG_MLD)            += proto/packet/mld.c
option-$(CONFIG_PER_SOURCE)     += proto/forward/flow.c
option-$(CONFIG_REPORTER_LIMITS) += proto/router/regular.c
option-$(CONFIG_FILTER)         += proto/policy/filter.c core/config/conf_filter.c
option-$(CONFIG_MULTI_INSTANCE) += core/kernel/rule.c
option-$(CONFIG_KERNEL_HOST)    += core/daemon/join.c
option-$(CONFIG_PRIVILEGES)     += core/privilege/privilege.c
option-$(CONFIG_PRIVSEP)        += proto/adopt.c core/kernel/mroute_dump.c \
	$(addprefix core/privilege/,monitor.c monitor_serve.c passing.c priv_worker.c)
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

$(O)/%.o: %.c $(O)/config.h $(O)/applets.h $(O)/command
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(flags) -MMD -MP $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# What is generated is written only if it has changed, and then what depends on it is built anew.
update = @mkdir -p $(@D) && { $(1); } >$@.new && \
	if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

# ENABLE_X, 0 or 1, for every bool, CONFIG_X for every int.
$(O)/config.h: FORCE
	$(call update,printf '#define %s\n' $(settings) | sed -E 's/CONFIG_(.*)=y$$/ENABLE_\1 1/; \
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

## Test (needs no root; what is missing is skipped, and said):
##   check              everything
##   check-unit, check-replay, check-fuzz, check-net, check-tree, lint
##   fuzz               libFuzzer, SECONDS=60 for each of packets, configuration and control socket
##   fault              every allocation and every system call fails once
##   valgrind           the unit tests and transcripts under it
##   conformance        each rule of the RFCs, what shows it, and whether it holds
##   wire               checks of what is on the wire, counted beside igmpproxy's (PROXY=COMMAND)
##   soak               a router's life in SECONDS=600: joins, leaves, flaps, reloads, deaths
##   demo               streams through network namespaces, as it happens
##   bench              figures, beside igmpproxy's
##   size               bytes of each file and of each option; UPDATE=1 writes them into Config.in
##   sim                simulated networks beside a model of the RFCs: SEEDS=N of them (200)
##   coverage           lines and branches that the tests run through; SEEDS=N simulated worlds
##   format             clang-format everything
test-code := $(wildcard tests/*/*.[ch])
unit      := $(patsubst %.c,$(O)/%,$(wildcard tests/unit/*.c))
replay    := $(O)/tests/replay
sim       := $(O)/tests/sim
SEEDS     ?= 200
helpers   := $(addprefix $(O)/tests/,attack manager tunnel wire)
net       := $(filter-out %/enter.sh %/demo.sh tests/net/lib%,$(wildcard tests/net/*.sh))
lint      := $(wildcard tests/tree/lint-*.sh)
tree      := $(wildcard tests/tree/*.sh)
run       := @O='$(abspath $(O))' KCONFIG_CONFIG='$(abspath $(config))' CC='$(CC)' \
	WERROR='$(WERROR)' JOBS='$(JOBS)' sh tests/run.sh
enter     := @MCPROXY_BIN='$(abspath $(O))/bin' sh tests/net/enter.sh

# What they share, in tests/model/. Most of the time of tests/sim is the model's.
model := $(patsubst %.c,$(O)/%.o,$(wildcard tests/model/*.c))
$(model): private CFLAGS += -O2
$(model): $(O)/tests/model/%.o: tests/model/%.c $(O)/config.h $(O)/command
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(filter-out $(whole),$(flags)) -MMD -MP $(CPPFLAGS) $(CFLAGS) -c -o $@ $<
$(model:.o=.d):;
$(O)/tests/model.a: $(model)
	$(call say,AR)rm -f $@ && $(AR) rcs $@ $^

# tests/unit/NAME.c is a program; the files of any other directory of tests/ are one.
$(O)/tests/%: $(O)/libmcproxy.a $(O)/tests/model.a $(test-code) $(wildcard $(addsuffix /*.h,$(house)))
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(filter-out $(whole),$(flags)) -Wno-format-nonliteral $(CPPFLAGS) $(CFLAGS) \
		-o $@ $(if $(whole),-fno-lto) \
		$(or $(wildcard tests/$*.c),$(wildcard tests/$*/*.c)) $(codec) $(O)/tests/model.a $(or $(library),$<) $(link) $(wrap) $(LDFLAGS)
# What the code under test allocates is counted.
$(O)/tests/sim: private CFLAGS += -O2
$(O)/tests/sim $(addprefix $(O)/tests/unit/,memory filter regular linux_monitor): wrap := -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free
$(O)/tests/unit/flow: wrap := -Wl,--wrap=policy_outputs,--wrap=merge_membership,--wrap=filter_range
comma := ,
# Some get functions of the C library from the test, which can fail: tests/fuzz/seams.h.
$(O)/seams.a: $(O)/libmcproxy.a tests/fuzz/seams.txt
	$(call say,COPY)$(OBJCOPY) --redefine-syms=tests/fuzz/seams.txt $< $@
player := $(filter-out %/replay.c,$(wildcard tests/replay/*.c))
seamed := $(O)/tests/fuzz $(O)/tests/fuzzer $(O)/tests/fault
$(seamed): $(O)/seams.a
$(seamed): library = $(O)/seams.a
$(O)/tests/fuzz: codec := $(player)
$(O)/tests/fuzzer: codec := $(player) $(filter-out %/main.c,$(wildcard tests/fuzz/*.c))
$(O)/tests/fuzzer: wrap := -fsanitize=fuzzer
$(O)/tests/fault: codec := $(wildcard tests/replay/*.c) $(addprefix tests/fuzz/,seams.c digest.c)
$(O)/tests/fault: wrap := $(addprefix -Wl$(comma)--wrap=,main audit world_fail world_free proxy_new \
	proxy_interface proxy_upcall)

.PHONY: check check-unit check-replay check-fuzz check-net check-tree conformance lint demo bench size
.PHONY: coverage format sim wire fuzz fault valgrind soak
check: all $(unit) $(replay) $(sim) $(O)/tests/fuzz $(O)/tests/fault $(helpers)
	$(run) $(tree) $(replay) $(sim) $(O)/tests/fuzz $(O)/tests/fault $(unit) $(net)
check-unit: $(unit)
	$(run) $^
check-replay: $(replay)
	$(run) $^
check-fuzz: $(O)/tests/fuzz $(O)/tests/fault
	$(run) $^
check-net: all $(helpers)
	$(run) $(net)
check-tree: all
	$(run) $(tree)
fuzz: export FUZZ_SECONDS = $(or $(SECONDS),60)
fuzz:
	$(run) tests/fuzz/fuzz.sh
fault: all $(O)/tests/fault
	@FAULTS=0 $(subst @,,$(run)) $(O)/tests/fault tests/fault/syscalls.sh
# Without those that measure time, take memory away, search long texts or can make few system calls;
# the corpora of the fuzzers run their code.
valgrind: $(filter-out $(addprefix %/,conf conf_filter control linux_rawsock linux_join linux_seccomp), \
		$(unit)) $(replay) $(O)/tests/fuzz
	@command -v valgrind >/dev/null || { echo 'no valgrind: apt-get install valgrind' >&2; exit 1; }
	@UNDER='valgrind -q --error-exitcode=99 --leak-check=full' $(subst @,,$(run)) $^
conformance: $(unit) $(replay)
	@O='$(abspath $(O))' sh tests/replay/conformance.sh
sim: $(sim)
	@$(sim) --seeds $(SEEDS) $(wildcard tests/sim/seeds/*.txt)
lint:
	$(run) $(lint)
demo: all
	$(enter) sh tests/net/demo.sh
soak: all
	@SOAK='$(or $(SECONDS),600)' $(subst @,,$(enter)) sh tests/net/soak.sh
wire: all $(O)/tests/wire
	$(enter) sh tests/net/conformance.sh table
bench: all $(O)/tests/bench
	$(enter) $(O)/tests/bench
size:
	@O='$(O)/size' CC='$(CC)' KCONFIG_CONFIG='$(config)' UPDATE='$(UPDATE)' sh tests/size.sh
coverage:
	@O='$(O)/coverage' CC='$(CC)' KCONFIG_CONFIG='$(config)' SEEDS='$(SEEDS)' sh tests/coverage.sh
format:
	clang-format -i $(wildcard $(addsuffix /*.[ch],$(house)) applets/*.c) $(test-code)

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
	@sed -n 's/^## \{0,1\}//p' Makefile
