b-default/core/control/control_ask.o: core/control/control_ask.c \
 b-default/config.h core/base/format.h core/control/control_ask.h \
 core/control/requests.h core/control/socket.h
b-default/config.h:
core/base/format.h:
core/control/control_ask.h:
core/control/requests.h:
core/control/socket.h:
