b-small/core/base/output.o: core/base/output.c b-small/config.h \
 core/base/format.h core/base/output.h
b-small/config.h:
core/base/format.h:
core/base/output.h:
