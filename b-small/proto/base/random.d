b-small/proto/base/random.o: proto/base/random.c b-small/config.h \
 proto/base/random.h
b-small/config.h:
proto/base/random.h:
