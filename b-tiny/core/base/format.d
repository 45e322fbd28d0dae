b-tiny/core/base/format.o: core/base/format.c b-tiny/config.h \
 core/base/format.h
b-tiny/config.h:
core/base/format.h:
