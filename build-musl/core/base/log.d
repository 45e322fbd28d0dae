build-musl/core/base/log.o: core/base/log.c build-musl/config.h \
 core/base/format.h core/base/log.h
build-musl/config.h:
core/base/format.h:
core/base/log.h:
