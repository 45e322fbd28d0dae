b-small/proto/base/timer.o: proto/base/timer.c b-small/config.h \
 proto/base/timer.h
b-small/config.h:
proto/base/timer.h:
