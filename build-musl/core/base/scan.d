build-musl/core/base/scan.o: core/base/scan.c build-musl/config.h \
 core/base/scan.h
build-musl/config.h:
core/base/scan.h:
