build-musl/core/base/names.o: core/base/names.c build-musl/config.h \
 core/base/names.h core/base/text.h proto/base/addr.h
build-musl/config.h:
core/base/names.h:
core/base/text.h:
proto/base/addr.h:
