b-default/core/base/output.o: core/base/output.c b-default/config.h \
 core/base/format.h core/base/output.h
b-default/config.h:
core/base/format.h:
core/base/output.h:
