b-default/core/kernel/rpfilter.o: core/kernel/rpfilter.c \
 b-default/config.h core/kernel/rpfilter.h core/base/format.h \
 core/base/log.h
b-default/config.h:
core/kernel/rpfilter.h:
core/base/format.h:
core/base/log.h:
