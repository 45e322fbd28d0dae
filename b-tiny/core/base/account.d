b-tiny/core/base/account.o: core/base/account.c b-tiny/config.h \
 core/base/account.h core/base/text.h proto/base/addr.h \
 proto/base/values.h
b-tiny/config.h:
core/base/account.h:
core/base/text.h:
proto/base/addr.h:
proto/base/values.h:
