b-small/core/base/account.o: core/base/account.c b-small/config.h \
 core/base/account.h core/base/text.h proto/base/addr.h \
 proto/base/values.h
b-small/config.h:
core/base/account.h:
core/base/text.h:
proto/base/addr.h:
proto/base/values.h:
