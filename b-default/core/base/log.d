b-default/core/base/log.o: core/base/log.c b-default/config.h \
 core/base/format.h core/base/log.h
b-default/config.h:
core/base/format.h:
core/base/log.h:
