b-small/core/traffic/sender.o: core/traffic/sender.c b-small/config.h \
 core/traffic/sender.h core/traffic/stream.h proto/base/addr.h \
 core/base/loop.h core/base/sockaddr.h
b-small/config.h:
core/traffic/sender.h:
core/traffic/stream.h:
proto/base/addr.h:
core/base/loop.h:
core/base/sockaddr.h:
