build-musl/core/base/account.o: core/base/account.c build-musl/config.h \
 core/base/account.h core/base/text.h proto/base/addr.h
build-musl/config.h:
core/base/account.h:
core/base/text.h:
proto/base/addr.h:
