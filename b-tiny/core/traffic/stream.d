b-tiny/core/traffic/stream.o: core/traffic/stream.c b-tiny/config.h \
 proto/base/wire.h proto/base/addr.h proto/base/values.h \
 core/traffic/stream.h core/base/text.h
b-tiny/config.h:
proto/base/wire.h:
proto/base/addr.h:
proto/base/values.h:
core/traffic/stream.h:
core/base/text.h:
