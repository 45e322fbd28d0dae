b-default/core/kernel/seccomp.o: core/kernel/seccomp.c b-default/config.h \
 core/kernel/seccomp.h core/kernel/abi.h
b-default/config.h:
core/kernel/seccomp.h:
core/kernel/abi.h:
