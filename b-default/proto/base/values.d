b-default/proto/base/values.o: proto/base/values.c b-default/config.h \
 proto/base/values.h
b-default/config.h:
proto/base/values.h:
