b-small/core/base/child.o: core/base/child.c b-small/config.h \
 core/base/child.h
b-small/config.h:
core/base/child.h:
