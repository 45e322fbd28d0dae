build-musl/core/base/format.o: core/base/format.c build-musl/config.h \
 core/base/format.h
build-musl/config.h:
core/base/format.h:
