b-tiny/core/traffic/sender.o: core/traffic/sender.c b-tiny/config.h \
 core/traffic/sender.h core/traffic/stream.h proto/base/addr.h \
 core/base/loop.h core/base/sockaddr.h
b-tiny/config.h:
core/traffic/sender.h:
core/traffic/stream.h:
proto/base/addr.h:
core/base/loop.h:
core/base/sockaddr.h:
