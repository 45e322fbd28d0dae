b-default/proto/base/random.o: proto/base/random.c b-default/config.h \
 proto/base/random.h
b-default/config.h:
proto/base/random.h:
