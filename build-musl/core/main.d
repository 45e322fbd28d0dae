build-musl/core/main.o: core/main.c build-musl/config.h \
 core/base/applet.h build-musl/applets.h core/base/output.h
build-musl/config.h:
core/base/applet.h:
build-musl/applets.h:
core/base/output.h:
