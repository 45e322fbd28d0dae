b-small/core/base/format.o: core/base/format.c b-small/config.h \
 core/base/format.h
b-small/config.h:
core/base/format.h:
