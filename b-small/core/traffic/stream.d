b-small/core/traffic/stream.o: core/traffic/stream.c b-small/config.h \
 proto/base/wire.h proto/base/addr.h proto/base/values.h \
 core/traffic/stream.h core/base/text.h
b-small/config.h:
proto/base/wire.h:
proto/base/addr.h:
proto/base/values.h:
core/traffic/stream.h:
core/base/text.h:
