# SPDX-License-Identifier: MIT
#
# The tests' part of the Makefile, which includes it: what they are built of, and how they are run.

## Test (needs no root; what is missing is skipped, and said):
##   test               what a package's build should pass: no namespaces, no other tools, a minute
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
##   mutants            faults of the product, each of which a test has to find (MUTANTS=NAME...)
##   format             clang-format everything

# ---- the programs: their files, in what they differ ----

# unit/NAME.c and net/NAME.c are a program each; of the others those of their folder, and some of
# others. All have what is in model/.
player         := $(filter-out %/replay.c,$(wildcard tests/replay/*.c))
files-replay   := tests/replay/*.c
files-sim      := tests/sim/*.c
files-wire     := tests/wire/*.c
files-attack   := tests/attack/*.c
files-bench    := tests/bench/*.c
files-fuzz     := tests/fuzz/*.c $(player)
files-fuzzer   := $(filter-out %/main.c,$(wildcard tests/fuzz/*.c)) $(player)
files-fault    := tests/fault/*.c tests/replay/*.c tests/fuzz/seams.c tests/fuzz/digest.c
programs       := replay sim wire attack bench fuzz fuzzer fault
seamed         := fuzz fuzzer fault

object   = $(patsubst %.c,$(O)/object/%.o,$(wildcard $(1)))
program  = $(addprefix $(O)/tests/,$(1))
single   := $(patsubst %.c,%,$(wildcard tests/unit/*.c tests/net/*.c))
unit     := $(filter $(O)/tests/unit/%,$(single:%=$(O)/%))
helpers  := $(call program,wire attack) $(filter $(O)/tests/net/%,$(single:%=$(O)/%))

test-flags = $(filter-out $(whole),$(flags)) -Wno-format-nonliteral $(CPPFLAGS) $(CFLAGS)
$(O)/object/%.o: %.c $(O)/config.h $(O)/command
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(test-flags) -MMD -MP -c -o $@ $<
# Most of the time of sim is the model's.
$(O)/object/tests/model/%.o $(O)/object/tests/sim/%.o: private CFLAGS += -O2
-include $(wildcard $(O)/object/*/*/*.d)

$(O)/tests/model.a: $(call object,tests/model/*.c)
	@mkdir -p $(@D)
	$(call say,AR)rm -f $@ && $(AR) rcs $@ $^
link-test = $(call say,LD)mkdir -p $(@D) && $(CC) $(test-flags) $(if $(whole),-fno-lto) -o $@ \
	$(filter %.o,$^) $(filter %.a,$^) $(link) $(wrap) $(LDFLAGS)
$(single:%=$(O)/%): $(O)/%: $(O)/object/%.o $(O)/tests/model.a $(O)/libmcproxy.a
	$(link-test)
$(foreach name,$(programs),$(eval $(call program,$(name)): $(call object,$(files-$(name)))))
$(call program,$(programs)): $(O)/tests/model.a
	$(link-test)
$(call program,$(filter-out $(seamed),$(programs))): $(O)/libmcproxy.a

# Some get functions of the C library from the test, which can fail: tests/fuzz/seams.h.
$(O)/seams.a: $(O)/libmcproxy.a tests/fuzz/seams.txt
	$(call say,COPY)$(OBJCOPY) --redefine-syms=tests/fuzz/seams.txt $< $@
$(call program,$(seamed)): $(O)/seams.a

wrapped = $(addprefix -Wl$(comma)--wrap=,$(1))
comma  := ,
# What the code under test allocates is counted.
$(call program,sim $(addprefix unit/,memory filter regular linux_monitor)): wrap := \
	$(call wrapped,malloc calloc realloc free)
$(call program,unit/flow): wrap := $(call wrapped,policy_outputs merge_membership filter_range)
$(call program,fault): wrap := $(call wrapped,main audit world_fail world_free proxy_new \
	proxy_interface proxy_upcall)
$(call program,fuzzer): wrap := -fsanitize=fuzzer

# ---- what they test: the product, and beside it the tools that the configuration is without ----

tools := $(filter-out $(applets),mcproxy-join mcproxy-send)
bin   := $(O)/tests/bin/mcproxy
$(bin): $(O)/mcproxy $(if $(tools),| $(O)/tests/tools)
	@mkdir -p $(@D) && rm -f $(@D)/*
	@for name in $(tools); do ln -s ../tools $(@D)/$$name; done
	@for name in mcproxy $(applets); do ln -sf ../../mcproxy $(@D)/$$name; done
$(O)/object/tools/applets.h: FORCE
	$(call update,for name in $(tools); do echo "APPLET($$(echo $$name | tr - _), \"$$name\")"; done)
$(O)/object/tools/%.o: %.c $(O)/object/tools/applets.h $(O)/config.h $(O)/command
	@mkdir -p $(@D)
	$(call say,CC)$(CC) -I$(O)/object/tools $(test-flags) -MMD -MP -c -o $@ $<
$(O)/tests/tools: $(patsubst %,$(O)/object/tools/%.o,core/main $(tools:%=applets/%)) $(O)/libmcproxy.a
	$(link-test)

# The messages to systemd cannot be beside it: where it has none, another one has everything.
with-systemd := $(if $(CONFIG_SYSTEMD),$(bin),$(O)/full/mcproxy)
$(O)/full/mcproxy: FORCE
	+@$(MAKE) --no-print-directory O=$(@D) KCONFIG_CONFIG=configs/full_defconfig CFLAGS=-O0

# ---- how they are run ----

SEEDS  ?= 200
# Of scripts that make several tests, tests/net/list has these.
rows   := $(shell sed -n 's,^\([a-z][^ ]*\) .*,tests/net/\1.sh,p' tests/net/list)
net    := $(filter-out $(addprefix %/,enter.sh demo.sh) tests/net/lib% $(shell \
	sed -n 's,^[a-z][^ ]* *\([^ ]*\).*,tests/net/\1.sh,p' tests/net/list),$(wildcard tests/net/*.sh)) $(rows)
lint   := $(wildcard tests/tree/lint-*.sh)
tree   := $(filter-out $(if $(CI),,%/sanitize.sh),$(wildcard tests/tree/*.sh))
run    := O='$(abspath $(O))' KCONFIG_CONFIG='$(abspath $(config))' CC='$(CC)' \
	WERROR='$(WERROR)' BUILT_WITH='$(CFLAGS)' JOBS='$(JOBS)' sh tests/run.sh
enter  := O='$(abspath $(O))' sh tests/net/enter.sh

# They are of everything: where the configuration has less, of the default one.
needed  := IGMP_V1 IGMP_V2 MLD_V1 CONTROL MULTI_INSTANCE FILTER PEERING KERNEL_HOST PRIVILEGES PRIVSEP \
	RELOAD HELP_TEXT SECCOMP REPORTER_LIMITS $(addprefix APPLET_MCPROXY,$(empty) _STAT _CTL _CHECK)
lacking := $(strip $(foreach option,$(needed),$(if $(CONFIG_$(option)),,$(option))))
of-all  := test check check-unit check-replay check-fuzz check-net check-tree demo bench soak

.PHONY: $(of-all) check-programs net-programs conformance lint size coverage format mutants sim wire fuzz fault valgrind
ifneq ($(lacking),)
$(of-all):
	@echo '$(config) is without $(lacking): testing configs/default_defconfig instead'
	+@$(MAKE) --no-print-directory O='$(O)/check' KCONFIG_CONFIG=configs/default_defconfig $@
else
test: all $(filter-out $(O)/tests/unit/linux_%,$(unit)) $(call program,replay sim fuzz)
	@$(run) $(filter-out all,$^)
check-programs: $(bin) $(with-systemd) $(unit) $(helpers) $(call program,replay sim fuzz fault)
# Built by all processors, unless make was told how many jobs there are to be.
check:
	+@$(MAKE) --no-print-directory $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc)) \
		check-programs
	@$(run) $(tree) $(call program,replay sim fuzz fault) $(unit) $(net)
check-unit: $(unit)
	@$(run) $^
check-replay: $(call program,replay)
	@$(run) $^
check-fuzz: $(call program,fuzz fault)
	@$(run) $^
net-programs: $(bin) $(with-systemd) $(helpers)
check-net: net-programs
	@$(run) $(net)
check-tree: $(bin)
	@$(run) $(tree)
demo: $(bin)
	@$(enter) sh tests/net/demo.sh
soak: $(bin)
	@SOAK='$(or $(SECONDS),600)' $(enter) sh tests/net/soak.sh
bench: $(bin) $(call program,bench)
	@MCPROXY_BIN='$(abspath $(O))/tests/bin' $(enter) $(O)/tests/bench
endif
fuzz:
	@FUZZ_SECONDS='$(or $(SECONDS),60)' $(run) tests/fuzz/fuzz.sh
fault: $(bin) $(call program,fault)
	@FAULTS=0 $(run) $(call program,fault) tests/fault/syscalls.sh
# Without those that measure time, take memory away, search long texts or can make few system calls;
# the corpora of the fuzzers run their code.
valgrind: $(filter-out $(addprefix %/,conf conf_filter control linux_rawsock linux_join linux_seccomp), \
		$(unit)) $(call program,replay fuzz)
	@command -v valgrind >/dev/null || { echo 'no valgrind: apt-get install valgrind' >&2; exit 1; }
	@UNDER='valgrind -q --error-exitcode=99 --leak-check=full' $(run) $^
conformance: $(unit) $(call program,replay)
	@O='$(abspath $(O))' sh tests/replay/conformance.sh
sim: $(call program,sim)
	@$^ --seeds $(SEEDS) tests/sim/seeds.txt
lint:
	@$(run) $(lint)
wire: $(bin) $(call program,wire)
	@$(enter) sh tests/net/conformance.sh table
size:
	@O='$(O)/size' CC='$(CC)' KCONFIG_CONFIG='$(config)' UPDATE='$(UPDATE)' sh tests/size.sh
coverage:
	@O='$(O)/coverage' CC='$(CC)' KCONFIG_CONFIG='$(config)' SEEDS='$(SEEDS)' sh tests/coverage.sh
mutants:
	@O='$(abspath $(O))/mutants' CC='$(CC)' MUTANTS='$(MUTANTS)' JUDGES='$(JUDGES)' \
		sh tests/mutants/run.sh
format:
	clang-format -i $(wildcard $(addsuffix /*.[ch],$(house)) applets/*.c tests/*/*.[ch])
