b-default/core/base/option.o: core/base/option.c b-default/config.h \
 core/base/applet.h b-default/applets.h core/base/option.h
b-default/config.h:
core/base/applet.h:
b-default/applets.h:
core/base/option.h:
