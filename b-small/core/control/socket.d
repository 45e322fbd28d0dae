b-small/core/control/socket.o: core/control/socket.c b-small/config.h \
 core/control/socket.h core/base/account.h
b-small/config.h:
core/control/socket.h:
core/base/account.h:
