build-musl/core/kernel/seccomp.o: core/kernel/seccomp.c \
 build-musl/config.h core/kernel/seccomp.h core/kernel/abi.h
build-musl/config.h:
core/kernel/seccomp.h:
core/kernel/abi.h:
