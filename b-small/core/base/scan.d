b-small/core/base/scan.o: core/base/scan.c b-small/config.h \
 core/base/scan.h
b-small/config.h:
core/base/scan.h:
