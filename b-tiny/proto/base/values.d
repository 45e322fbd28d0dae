b-tiny/proto/base/values.o: proto/base/values.c b-tiny/config.h \
 proto/base/values.h
b-tiny/config.h:
proto/base/values.h:
