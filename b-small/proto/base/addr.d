b-small/proto/base/addr.o: proto/base/addr.c b-small/config.h \
 proto/base/addr.h
b-small/config.h:
proto/base/addr.h:
