b-default/core/privilege/privilege.o: core/privilege/privilege.c \
 b-default/config.h core/privilege/privilege.h core/kernel/abi.h \
 core/base/account.h core/base/format.h
b-default/config.h:
core/privilege/privilege.h:
core/kernel/abi.h:
core/base/account.h:
core/base/format.h:
