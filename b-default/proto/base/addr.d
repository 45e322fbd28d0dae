b-default/proto/base/addr.o: proto/base/addr.c b-default/config.h \
 proto/base/addr.h
b-default/config.h:
proto/base/addr.h:
