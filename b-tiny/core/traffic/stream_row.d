b-tiny/core/traffic/stream_row.o: core/traffic/stream_row.c \
 b-tiny/config.h core/traffic/stream_row.h core/traffic/stream.h \
 proto/base/addr.h core/base/format.h core/base/output.h
b-tiny/config.h:
core/traffic/stream_row.h:
core/traffic/stream.h:
proto/base/addr.h:
core/base/format.h:
core/base/output.h:
