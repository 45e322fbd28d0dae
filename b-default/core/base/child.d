b-default/core/base/child.o: core/base/child.c b-default/config.h \
 core/base/child.h
b-default/config.h:
core/base/child.h:
