b-tiny/proto/base/addr.o: proto/base/addr.c b-tiny/config.h \
 proto/base/addr.h
b-tiny/config.h:
proto/base/addr.h:
