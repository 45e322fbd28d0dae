b-small/proto/base/source.o: proto/base/source.c b-small/config.h \
 proto/base/source.h proto/base/addr.h
b-small/config.h:
proto/base/source.h:
proto/base/addr.h:
