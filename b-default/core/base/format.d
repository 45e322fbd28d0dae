b-default/core/base/format.o: core/base/format.c b-default/config.h \
 core/base/format.h
b-default/config.h:
core/base/format.h:
