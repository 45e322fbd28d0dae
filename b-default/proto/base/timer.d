b-default/proto/base/timer.o: proto/base/timer.c b-default/config.h \
 proto/base/timer.h
b-default/config.h:
proto/base/timer.h:
