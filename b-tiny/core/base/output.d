b-tiny/core/base/output.o: core/base/output.c b-tiny/config.h \
 core/base/format.h core/base/output.h
b-tiny/config.h:
core/base/format.h:
core/base/output.h:
