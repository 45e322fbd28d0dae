build-musl/core/base/text.o: core/base/text.c build-musl/config.h \
 core/base/text.h proto/base/addr.h
build-musl/config.h:
core/base/text.h:
proto/base/addr.h:
