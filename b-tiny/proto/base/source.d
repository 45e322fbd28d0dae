b-tiny/proto/base/source.o: proto/base/source.c b-tiny/config.h \
 proto/base/source.h proto/base/addr.h
b-tiny/config.h:
proto/base/source.h:
proto/base/addr.h:
