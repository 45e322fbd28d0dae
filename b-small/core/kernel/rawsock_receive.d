b-small/core/kernel/rawsock_receive.o: core/kernel/rawsock_receive.c \
 b-small/config.h proto/base/wire.h proto/base/addr.h proto/base/values.h \
 core/kernel/abi.h core/kernel/rawsock.h proto/proxy.h \
 proto/base/config.h proto/base/counter.h proto/base/event.h
b-small/config.h:
proto/base/wire.h:
proto/base/addr.h:
proto/base/values.h:
core/kernel/abi.h:
core/kernel/rawsock.h:
proto/proxy.h:
proto/base/config.h:
proto/base/counter.h:
proto/base/event.h:
