b-default/core/base/scan.o: core/base/scan.c b-default/config.h \
 core/base/scan.h
b-default/config.h:
core/base/scan.h:
