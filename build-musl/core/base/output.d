build-musl/core/base/output.o: core/base/output.c build-musl/config.h \
 core/base/format.h core/base/output.h
build-musl/config.h:
core/base/format.h:
core/base/output.h:
