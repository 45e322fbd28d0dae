b-default/core/traffic/listener.o: core/traffic/listener.c \
 b-default/config.h core/traffic/listener.h core/traffic/receiver.h \
 core/base/loop.h core/traffic/stream.h proto/base/addr.h
b-default/config.h:
core/traffic/listener.h:
core/traffic/receiver.h:
core/base/loop.h:
core/traffic/stream.h:
proto/base/addr.h:
