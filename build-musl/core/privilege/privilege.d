build-musl/core/privilege/privilege.o: core/privilege/privilege.c \
 build-musl/config.h core/privilege/privilege.h core/kernel/abi.h \
 core/base/account.h core/base/format.h
build-musl/config.h:
core/privilege/privilege.h:
core/kernel/abi.h:
core/base/account.h:
core/base/format.h:
