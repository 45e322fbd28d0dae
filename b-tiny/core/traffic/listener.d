b-tiny/core/traffic/listener.o: core/traffic/listener.c b-tiny/config.h \
 core/traffic/listener.h core/traffic/receiver.h core/base/loop.h \
 core/traffic/stream.h proto/base/addr.h
b-tiny/config.h:
core/traffic/listener.h:
core/traffic/receiver.h:
core/base/loop.h:
core/traffic/stream.h:
proto/base/addr.h:
