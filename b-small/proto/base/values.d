b-small/proto/base/values.o: proto/base/values.c b-small/config.h \
 proto/base/values.h
b-small/config.h:
proto/base/values.h:
