b-default/core/traffic/stream.o: core/traffic/stream.c b-default/config.h \
 proto/base/wire.h proto/base/addr.h proto/base/values.h \
 core/traffic/stream.h core/base/text.h
b-default/config.h:
proto/base/wire.h:
proto/base/addr.h:
proto/base/values.h:
core/traffic/stream.h:
core/base/text.h:
