b-tiny/core/base/option.o: core/base/option.c b-tiny/config.h \
 core/base/applet.h b-tiny/applets.h core/base/option.h
b-tiny/config.h:
core/base/applet.h:
b-tiny/applets.h:
core/base/option.h:
