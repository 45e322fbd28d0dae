build-musl/core/base/loop.o: core/base/loop.c build-musl/config.h \
 core/base/loop.h
build-musl/config.h:
core/base/loop.h:
