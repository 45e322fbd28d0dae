b-small/core/base/loop.o: core/base/loop.c b-small/config.h \
 core/base/loop.h
b-small/config.h:
core/base/loop.h:
