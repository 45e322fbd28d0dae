b-tiny/proto/base/timer.o: proto/base/timer.c b-tiny/config.h \
 proto/base/timer.h
b-tiny/config.h:
proto/base/timer.h:
