b-tiny/core/base/scan.o: core/base/scan.c b-tiny/config.h \
 core/base/scan.h
b-tiny/config.h:
core/base/scan.h:
