b-small/proto/base/counter.o: proto/base/counter.c b-small/config.h \
 proto/base/counter.h
b-small/config.h:
proto/base/counter.h:
