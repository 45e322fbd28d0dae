b-default/core/base/loop.o: core/base/loop.c b-default/config.h \
 core/base/loop.h
b-default/config.h:
core/base/loop.h:
