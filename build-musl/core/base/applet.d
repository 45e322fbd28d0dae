build-musl/core/base/applet.o: core/base/applet.c build-musl/config.h \
 core/base/applet.h build-musl/applets.h core/base/format.h \
 core/base/output.h
build-musl/config.h:
core/base/applet.h:
build-musl/applets.h:
core/base/format.h:
core/base/output.h:
