b-small/core/control/control_ask.o: core/control/control_ask.c \
 b-small/config.h core/base/format.h core/control/control_ask.h \
 core/control/requests.h core/control/socket.h
b-small/config.h:
core/base/format.h:
core/control/control_ask.h:
core/control/requests.h:
core/control/socket.h:
