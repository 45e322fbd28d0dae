b-tiny/core/base/log.o: core/base/log.c b-tiny/config.h \
 core/base/format.h core/base/log.h
b-tiny/config.h:
core/base/format.h:
core/base/log.h:
