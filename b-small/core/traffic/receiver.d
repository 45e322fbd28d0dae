b-small/core/traffic/receiver.o: core/traffic/receiver.c b-small/config.h \
 core/traffic/receiver.h core/base/loop.h core/traffic/stream.h \
 proto/base/addr.h core/base/sockaddr.h
b-small/config.h:
core/traffic/receiver.h:
core/base/loop.h:
core/traffic/stream.h:
proto/base/addr.h:
core/base/sockaddr.h:
