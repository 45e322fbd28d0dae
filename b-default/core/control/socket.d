b-default/core/control/socket.o: core/control/socket.c b-default/config.h \
 core/control/socket.h core/base/account.h
b-default/config.h:
core/control/socket.h:
core/base/account.h:
