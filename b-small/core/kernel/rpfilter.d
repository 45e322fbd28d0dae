b-small/core/kernel/rpfilter.o: core/kernel/rpfilter.c b-small/config.h \
 core/kernel/rpfilter.h core/base/format.h core/base/log.h
b-small/config.h:
core/kernel/rpfilter.h:
core/base/format.h:
core/base/log.h:
