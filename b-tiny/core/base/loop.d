b-tiny/core/base/loop.o: core/base/loop.c b-tiny/config.h \
 core/base/loop.h
b-tiny/config.h:
core/base/loop.h:
