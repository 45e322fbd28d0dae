b-small/core/base/option.o: core/base/option.c b-small/config.h \
 core/base/applet.h b-small/applets.h core/base/option.h
b-small/config.h:
core/base/applet.h:
b-small/applets.h:
core/base/option.h:
