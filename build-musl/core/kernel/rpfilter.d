build-musl/core/kernel/rpfilter.o: core/kernel/rpfilter.c \
 build-musl/config.h core/kernel/rpfilter.h core/base/format.h \
 core/base/log.h
build-musl/config.h:
core/kernel/rpfilter.h:
core/base/format.h:
core/base/log.h:
