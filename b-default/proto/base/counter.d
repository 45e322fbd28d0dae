b-default/proto/base/counter.o: proto/base/counter.c b-default/config.h \
 proto/base/counter.h
b-default/config.h:
proto/base/counter.h:
