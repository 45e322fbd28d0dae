build-musl/core/traffic/stream.o: core/traffic/stream.c \
 build-musl/config.h proto/base/wire.h proto/base/addr.h \
 proto/base/values.h core/traffic/stream.h core/base/text.h
build-musl/config.h:
proto/base/wire.h:
proto/base/addr.h:
proto/base/values.h:
core/traffic/stream.h:
core/base/text.h:
