b-tiny/proto/base/random.o: proto/base/random.c b-tiny/config.h \
 proto/base/random.h
b-tiny/config.h:
proto/base/random.h:
