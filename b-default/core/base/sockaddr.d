b-default/core/base/sockaddr.o: core/base/sockaddr.c b-default/config.h \
 core/base/sockaddr.h proto/base/addr.h
b-default/config.h:
core/base/sockaddr.h:
proto/base/addr.h:
