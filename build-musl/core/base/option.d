build-musl/core/base/option.o: core/base/option.c build-musl/config.h \
 core/base/applet.h build-musl/applets.h core/base/option.h
build-musl/config.h:
core/base/applet.h:
build-musl/applets.h:
core/base/option.h:
