b-tiny/core/base/sockaddr.o: core/base/sockaddr.c b-tiny/config.h \
 core/base/sockaddr.h proto/base/addr.h
b-tiny/config.h:
core/base/sockaddr.h:
proto/base/addr.h:
