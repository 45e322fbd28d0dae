b-small/core/base/log.o: core/base/log.c b-small/config.h \
 core/base/format.h core/base/log.h
b-small/config.h:
core/base/format.h:
core/base/log.h:
