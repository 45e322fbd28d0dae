b-tiny/proto/base/counter.o: proto/base/counter.c b-tiny/config.h \
 proto/base/counter.h
b-tiny/config.h:
proto/base/counter.h:
