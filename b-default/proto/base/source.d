b-default/proto/base/source.o: proto/base/source.c b-default/config.h \
 proto/base/source.h proto/base/addr.h
b-default/config.h:
proto/base/source.h:
proto/base/addr.h:
