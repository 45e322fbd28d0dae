b-tiny/core/kernel/rpfilter.o: core/kernel/rpfilter.c b-tiny/config.h \
 core/kernel/rpfilter.h core/base/format.h core/base/log.h
b-tiny/config.h:
core/kernel/rpfilter.h:
core/base/format.h:
core/base/log.h:
