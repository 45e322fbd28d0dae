b-tiny/core/base/child.o: core/base/child.c b-tiny/config.h \
 core/base/child.h
b-tiny/config.h:
core/base/child.h:
