b-small/core/traffic/stream_row.o: core/traffic/stream_row.c \
 b-small/config.h core/traffic/stream_row.h core/traffic/stream.h \
 proto/base/addr.h core/base/format.h core/base/output.h
b-small/config.h:
core/traffic/stream_row.h:
core/traffic/stream.h:
proto/base/addr.h:
core/base/format.h:
core/base/output.h:
