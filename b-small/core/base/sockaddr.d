b-small/core/base/sockaddr.o: core/base/sockaddr.c b-small/config.h \
 core/base/sockaddr.h proto/base/addr.h
b-small/config.h:
core/base/sockaddr.h:
proto/base/addr.h:
